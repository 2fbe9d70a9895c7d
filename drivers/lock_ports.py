"""Locks and their feedback, as the outside tells them. Pure: values and contracts, no behaviour.

A lock is named by the way to it: `left/1/7` is lock 7 of board 1 on the bus `left`, `GPIO16` a relay on a pin. Facts
carry `at_ns` as those of `drivers.ports` do.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BoardRead:
    """What the feedback of every lock of a board says: bit 0 is lock 1, set when locked. `at_ns`: the answer was heard.

    `occupied` has a bit set where a sensor sees something in the box; None without sensors. Not every reading is told:
    each that differs from the one before, the one after such a one (it confirms or takes back), and the next two of
    every board of the bus that begin after a pulse is over.
    """

    at_ns: int
    bus: str
    board: int
    locked: int
    occupied: int | None = None


@dataclass(frozen=True, slots=True)
class BoardSilent:
    """Three questions in a row had no answer that counts: nothing is known of this board. A BoardRead ends it."""

    at_ns: int
    bus: str
    board: int
    why: str


@dataclass(frozen=True, slots=True)
class BusDown:
    """The port of a bus cannot be had, or is not to be trusted: nothing is known of any board on it."""

    at_ns: int
    bus: str
    why: str


@dataclass(frozen=True, slots=True)
class BusUp:
    """The port of a bus is there (again). Its boards have still to be heard."""

    at_ns: int
    bus: str


class PulseEnd(StrEnum):
    """How the driver's part of a pulse ended. None of these says that a door is open."""

    ACKNOWLEDGED = "acknowledged"
    """The board took it, or a relay was switched on and off."""
    UNANSWERED = "unanswered"
    """It was sent, and no answer that counts was heard. It may have been carried out."""
    REFUSED = "refused"
    """The board understood and declined, as one that cools down does."""
    NOT_SENT = "not-sent"
    """Nothing has left this machine."""

    @property
    def may_have_fired(self) -> bool:
        """The coil may have been live."""
        return self in (PulseEnd.ACKNOWLEDGED, PulseEnd.UNANSWERED)


@dataclass(frozen=True, slots=True)
class PulseBegan:
    """The request for a pulse has been written whole, or a relay is on: from now on the coil may be live."""

    at_ns: int
    lock: str


@dataclass(frozen=True, slots=True)
class PulseOver:
    """The last fact about one pulse."""

    at_ns: int
    lock: str
    end: PulseEnd


LockFact = BoardRead | BoardSilent | BusDown | BusUp | PulseBegan | PulseOver


class Locks(Protocol):
    """Every lock that this device can release, each by its own pulse and no other way."""

    @property
    def alive(self) -> bool:
        """Whether the threads behind it still work."""

    def pulse(self, lock: str, until_ns: int) -> None:
        """Release one lock, once. Answered by PulseBegan and PulseOver, or by PulseOver alone if nothing was sent.

        Nothing is sent from `until_ns` on, monotonic.

        ValueError for a lock that is not configured.
        """

    def close(self) -> None:
        """No pulse is begun any more; one that is under way is ended. Waits for the threads."""
