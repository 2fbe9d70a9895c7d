"""What is remembered of a world so that it can be judged: who said what, and who was entitled to."""

from collections import Counter
from dataclasses import dataclass, field

from device.logic.event import Happening
from device.logic.receipt import Answer, Receipt
from drivers.command_ports import KeptCommand
from drivers.lock_ports import PulseOver
from drivers.ports import Place, Record
from sim.acts.bank import CommandAct


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the agent made it."""

    at_ns: int
    life: int
    record: Record
    happening: Happening


@dataclass(frozen=True, slots=True)
class Ordered:
    """A command as the control room gave it. `at_ns` is monotonic, as in the rest of what is about doors."""

    at_ns: int
    jti: str
    asked: CommandAct


@dataclass(frozen=True, slots=True)
class Pulsed:
    """The agent wanted a lock to be released, before `until_ns`."""

    at_ns: int
    until_ns: int
    life: int
    lock: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """The agent wanted a command to be kept."""

    at_ns: int
    life: int
    command: KeptCommand


@dataclass(slots=True)
class Life:
    """Of the device: when it had power. Monotonic; `to_ns` is None while it has."""

    number: int
    from_ns: int
    to_ns: int | None = None


@dataclass(slots=True)
class Witness:
    """Of one store, over all its lives. `at_ns` counts from the start of the world."""

    told: list[Told] = field(default_factory=list)
    epochs: list[str] = field(default_factory=list)
    """Of each life."""
    blind: set[str] = field(default_factory=set)
    """Epochs that began while the disk could not be read."""
    digests: dict[Place, str] = field(default_factory=dict)
    places: dict[bytes, Place] = field(default_factory=dict)
    """By envelope."""
    confirmed: set[Place] = field(default_factory=set)
    """Said by the disk to survive a power cut."""
    harmed: set[Place] = field(default_factory=set)
    """Were on the disk when it became corrupt: no disk keeps its word then."""
    promised: dict[Place, str] = field(default_factory=dict)
    """Digests of the control room's honest receipts."""
    said: dict[Place, set[Answer]] = field(default_factory=dict)
    """What those receipts say."""
    settled: set[Place] = field(default_factory=set)
    """Said by the disk to be forgotten for good."""
    arrivals: Counter[Place] = field(default_factory=Counter)
    """How often the control room was given an event."""
    lives: list[Life] = field(default_factory=list)
    orders: list[Ordered] = field(default_factory=list)
    pulses: list[Pulsed] = field(default_factory=list)
    overs: dict[str, list[PulseOver]] = field(default_factory=dict)
    """By lock: what the driver has said of the end of each pulse."""
    keepings: list[Keeping] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    """Commands that the disk has said to have taken."""
    is_disk_harmed: bool = False
    lost_status_ns: int | None = None
    """When a status has not reached the control room; the next heartbeat makes good for it."""
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    """What was seen to be wrong when it happened: time, rule, text."""

    def harm(self) -> None:
        """What is on the disk cannot be read any more."""
        self.is_disk_harmed = True
        self.harmed |= self.confirmed

    def promise(self, receipt: Receipt) -> None:
        """The control room has said so, and meant it."""
        self.promised[receipt.place] = receipt.digest
        self.said.setdefault(receipt.place, set()).add(receipt.answer)

    def has_promised(self, place: Place) -> bool:
        """Whether the control room has said that it has this event, as it was told."""
        return place in self.digests and self.promised.get(place) == self.digests[place]
