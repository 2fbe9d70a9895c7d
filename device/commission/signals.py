"""What can be read and pulsed at a bank before anybody knows whose it is. Pure: values and one contract."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from drivers.lock_ports import PulseEnd
from drivers.locks.frames import MAX_LOCK
from drivers.locks.wiring import ByteOrder


@dataclass(frozen=True, slots=True, order=True)
class Bit:
    """One bit of a board's feedback as it comes over the line: `place` 0 is the lowest bit of the first byte.

    Which lock that is depends on the order in which the board counts, and that has to be proved first.
    """

    bus: str
    board: int
    place: int


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """A contact on a door: a pin of the header (`GPIO5`) or of an expander (`reeds/6`)."""

    name: str


Input = Bit | Pin


@dataclass(frozen=True, slots=True, order=True)
class Board:
    """A lock board that answered. `feedback_bytes`: of its answer, 8 locks each; `locks`: those that it can release."""

    bus: str
    number: int
    feedback_bytes: int
    locks: int

    def lock_of(self, place: int, order: ByteOrder) -> int:
        """The lock, from 1, that the bit at `place` belongs to. May be more than the board has."""
        at, bit = divmod(place, 8)
        return 8 * (at if order is ByteOrder.LOW_FIRST else self.feedback_bytes - 1 - at) + bit + 1

    def place_of(self, lock: int, order: ByteOrder) -> int:
        """The inverse of `lock_of`."""
        at, bit = divmod(lock - 1, 8)
        return 8 * (at if order is ByteOrder.LOW_FIRST else self.feedback_bytes - 1 - at) + bit

    def has(self, lock: int) -> bool:
        return 1 <= lock <= min(8 * self.feedback_bytes, MAX_LOCK)

    def way_to(self, lock: int) -> str:
        """The lock as drivers.lock_ports names it."""
        return f"{self.bus}/{self.number}/{lock}"

    def __str__(self) -> str:
        return f"{self.bus}/{self.number}"


@dataclass(frozen=True, slots=True, order=True)
class Silence:
    """A board or an expander of which nothing is known now. `garbled`: it does speak, but nothing that counts."""

    name: str
    why: str
    garbled: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One reading of everything. `high`: those of `inputs` that are set, or high."""

    inputs: frozenset[Input]
    high: frozenset[Input]
    silent: tuple[Silence, ...] = ()

    def moved_since(self, earlier: "Snapshot") -> frozenset[Input]:
        """Inputs that read otherwise than they did then. One that was not there at either time has not moved."""
        return (self.high ^ earlier.high) & self.inputs & earlier.inputs


class Bench(Protocol):
    """The bank, for one caller on one thread. Calls wait for the line."""

    def read(self) -> Snapshot:
        """Read every input now."""
        ...

    def pulse(self, lock: str) -> PulseEnd:
        """Release one lock, once. What moved is for the next readings to say."""
        ...


def bits(inputs: Iterable[Input]) -> frozenset[Bit]:
    return frozenset(one for one in inputs if isinstance(one, Bit))


def pins(inputs: Iterable[Input]) -> frozenset[Pin]:
    return frozenset(one for one in inputs if isinstance(one, Pin))
