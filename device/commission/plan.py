"""What the bank should have, and what is known of it. Pure."""

from dataclasses import dataclass
from functools import cached_property

from device.commission.signals import Bit, Board, Input, Pin
from drivers.locks.frames import MAX_LOCK

# Boards are sold with so many locks.
_SIZES = (8, 12, 16, 18, 24, 32, 48, MAX_LOCK)


@dataclass(frozen=True)
class Plan:
    """The doors to be proved, and everything that they could be wired to.

    `header_reeds` are named one by one in the configuration: each has to belong to a door. Of `expander_reeds`, an
    expander's sixteen, some may be free.
    """

    doors: tuple[str, ...]
    boards: tuple[Board, ...] = ()
    relays: tuple[str, ...] = ()
    header_reeds: tuple[str, ...] = ()
    expander_reeds: tuple[str, ...] = ()

    @cached_property
    def locks(self) -> tuple[str, ...]:
        """Everything that can be pulsed, in the order in which doors are usually wired.

        A board does not tell how many locks it has, only for how many there is room in its answer.
        """
        row = [board.way_to(lock) for board in self.boards for lock in range(1, min(self._size, board.locks) + 1)]
        rest = [board.way_to(lock) for board in self.boards for lock in range(1, board.locks + 1)]
        return tuple(dict.fromkeys((*row, *self.relays, *rest)))

    @cached_property
    def _size(self) -> int:
        """The smallest boards, all alike, that have a lock for every door."""
        wanted = len(self.doors) - len(self.relays)
        fitting = (size for size in _SIZES if sum(min(size, board.locks) for board in self.boards) >= wanted)
        return next(fitting, MAX_LOCK)

    @cached_property
    def has_reeds(self) -> bool:
        return bool(self.header_reeds or self.expander_reeds)

    def board_of(self, bit: Bit) -> Board | None:
        found = (board for board in self.boards if (board.bus, board.number) == (bit.bus, bit.board))
        return next(found, None)

    def has(self, one: Input) -> bool:
        match one:
            case Bit():
                return self.board_of(one) is not None
            case Pin(name):
                return name in self.header_reeds or name in self.expander_reeds


@dataclass(frozen=True, slots=True)
class Proved:
    """One door, as it was seen: opened and shut by hand, and released by a pulse on `lock` that moved nothing else.

    The levels are those with the door shut: the bit of the board set, the pin of the reed high.
    """

    door: str
    lock: str
    latch: Bit | None = None
    latch_set_when_shut: bool = True
    reed: Pin | None = None
    reed_high_when_shut: bool = False

    @property
    def inputs(self) -> frozenset[Input]:
        return frozenset[Input](one for one in (self.latch, self.reed) if one is not None)

    @property
    def high_when_shut(self) -> frozenset[Input]:
        shut = ((self.latch, self.latch_set_when_shut), (self.reed, self.reed_high_when_shut))
        return frozenset[Input](one for one, high in shut if one is not None and high)
