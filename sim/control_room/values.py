"""What the control room knows once an envelope has been verified. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from device.logic.event import Phase
from drivers.ports import Place


class EventStatus(StrEnum):
    """As in the Common Alerting Protocol: a drill can never be read as actual."""

    ACTUAL = "actual"
    EXERCISE = "exercise"
    TEST = "test"


class Presence(StrEnum):
    """What a device, or its will, says of itself."""

    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """Where the device's own clocks stood. `boot` and `uptime_ms` place an event whose time is not `synced`."""

    boot: str
    uptime_ms: int
    synced: bool


@dataclass(frozen=True, slots=True)
class ZoneState:
    """One zone and the word that the device uses for its state."""

    zone: str
    state: str


@dataclass(frozen=True, slots=True)
class Span:
    """Events that the device gave up: `count` of those between `first` and `last`, both included."""

    count: int
    first: Place
    last: Place


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """An event whose signature, sender, topic and form have been checked. `time_ns`: UTC since 1970."""

    device: str
    place: Place
    type: str
    phase: Phase
    status: EventStatus
    subject: str
    time: str
    time_ns: int
    prev: str | None
    clock: DeviceClock
    digest: str
    kid: str
    envelope: bytes
    detail_json: str
    """The informal `detail`, as JSON in ASCII."""
    sia: str | None = None
    cid: int | None = None
    thinned: Span | None = None
    """Read from `detail` of an ansim.system.thinned."""
    baseline: tuple[ZoneState, ...] | None = None
    """Read from `detail` of an ansim.system.started: every zone as it was found at the start."""

    @property
    def id(self) -> str:
        return str(self.place)

    @property
    def is_alarm(self) -> bool:
        return self.type.startswith("ansim.alarm.")


@dataclass(frozen=True, slots=True)
class VerifiedStatus:
    """Birth, heartbeat or will. `connection` counts the device's connections, `outbox_depth` its unanswered events."""

    device: str
    presence: Presence
    epoch: str
    boot: str
    connection: int
    time: str
    version: str
    heartbeat_s: float
    last_seq: int
    outbox_depth: int
    outbox_oldest_s: float | None
    zones: tuple[ZoneState, ...]
    health_json: str
    digest: str
