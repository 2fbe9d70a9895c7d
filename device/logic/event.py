"""What happened, and how it is told. Pure. Implements docs/protocol.md, "Event"."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from device.logic.envelope import Typ, digest, seal
from device.logic.kinds import NO_CODE, Code, urgency_of
from device.logic.units import MS
from drivers.ports import Place, Record, Signer, WallClock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Phase(StrEnum):
    """`reported` is for what has no end."""

    RAISED = "raised"
    RESTORED = "restored"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that must reach the control room. `at_ns`: when the contact moved. `what` completes `ansim.`."""

    at_ns: int
    what: str
    subject: str
    phase: Phase
    code: Code = NO_CODE
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def is_alarm(self) -> bool:
        return self.what.startswith("alarm.")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who speaks: the device id, this run's epoch and the kernel's boot id."""

    device: str
    epoch: str
    boot: str


class Journal:
    """Numbers, chains and signs what happened: one journal for one run of the agent."""

    def __init__(self, origin: Origin, prev: str | None, signer: Signer) -> None:
        """`prev`: digest of the last event that an earlier run had stored, None if there is none."""
        self._origin = origin
        self._prev = prev
        self.signer = signer
        self.seq = 0

    def write(self, happening: Happening, wall: WallClock, signer: Signer | None = None) -> Record:
        """The signed event. `wall` is any reading of both clocks; the event's own time is counted back from it.

        `signer`: whose key is to be proved by it; the one in force by default.
        """
        self.seq += 1
        place = Place(self._origin.epoch, self.seq)
        envelope = seal(self._cloud_event(place, happening, wall), Typ.EVENT, signer or self.signer)
        self._prev = digest(envelope)
        return Record(place, urgency_of(happening.what), self._prev, envelope)

    def rehearse(self, wall: WallClock) -> None:
        """Do what `write` does and throw it away: code and keys are in the caches then. Seq 0 is no event's.

        Not with a slow key: the alarm itself would wait for it.
        """
        if self.signer.is_slow:
            return
        happening = Happening(wall.at_ns, "test.rehearsal", "journal", Phase.REPORTED)
        digest(seal(self._cloud_event(Place(self._origin.epoch, 0), happening, wall), Typ.EVENT, self.signer))

    def _cloud_event(self, place: Place, happening: Happening, wall: WallClock) -> dict[str, Any]:
        code = happening.code
        sia = code.restored if happening.phase is Phase.RESTORED else code.raised
        codes = {"sia": sia, "cid": code.cid}
        return {
            "specversion": "1.0",
            "id": str(place),
            "source": f"ansim:{self._origin.device}",
            "type": f"ansim.{happening.what}",
            "subject": happening.subject,
            "time": rfc3339(utc_at(happening.at_ns, wall)),
            "datacontenttype": "application/json",
            "data": {
                "phase": happening.phase.value,
                "status": "actual",
                **{name: value for name, value in codes.items() if value is not None},
                "chain": {"epoch": place.epoch, "seq": place.seq, "prev": self._prev},
                "clock": {
                    "boot": self._origin.boot,
                    "uptime_ms": happening.at_ns // MS,
                    "synced": wall.synced,
                },
                "detail": happening.detail,
            },
        }


def utc_at(at_ns: int, wall: WallClock) -> int:
    """The wall clock at a monotonic time, in nanoseconds since 1970, by a reading of both clocks."""
    return wall.utc_ns - (wall.at_ns - at_ns)


def rfc3339(utc_ns: int) -> str:
    """UTC with milliseconds, as in 2026-11-20T22:36:01.123Z. A clock before 1970 reads as 1970."""
    moment = _EPOCH + timedelta(milliseconds=max(utc_ns, 0) // MS)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
