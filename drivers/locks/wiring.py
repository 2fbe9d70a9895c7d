"""What the feedback of a lock means: how its contact is wired, and in which order a board counts. Pure.

Neither can be told from the bytes. Both are proven when a bank is commissioned, by opening one known door by hand, with
the kind of query that is used afterwards: nothing says that the two kinds agree.
"""

from dataclasses import dataclass
from enum import StrEnum

from drivers.locks.frames import BoardState, require


class Polarity(StrEnum):
    """When the feedback of a lock is set."""

    SET_WHEN_LOCKED = "set-when-locked"
    SET_WHEN_OPEN = "set-when-open"


class ByteOrder(StrEnum):
    """Which byte of a board's feedback has locks 1–8. Within a byte the lowest bit is the lowest number."""

    LOW_FIRST = "low-first"
    LOW_LAST = "low-last"


@dataclass(frozen=True, slots=True)
class Wiring:
    """How to read one board. Takes no `UnlockAck`: that is not what a lock is believed by."""

    polarity: Polarity
    order: ByteOrder = ByteOrder.LOW_FIRST

    def is_locked_on(self, state: BoardState, lock: int) -> bool:
        """ValueError if the board has not so many locks."""
        return bool(self.locked_word(state, lock) >> (lock - 1))

    def locked_word(self, state: BoardState, locks: int) -> int:
        """The first `locks` of a board in one word: bit 0 is lock 1, set when locked. ValueError if it has fewer."""
        word = self._word(state.feedback, locks)
        return word if self.polarity is Polarity.SET_WHEN_LOCKED else ~word & (1 << locks) - 1

    def occupied_word(self, state: BoardState, locks: int) -> int | None:
        """The same of its sensors, set when occupied; None if it has none. ValueError if it has fewer locks."""
        return self._word(state.occupied, locks) if state.occupied else None

    def _word(self, data: bytes, locks: int) -> int:
        require("locks", locks, 1, 8 * len(data))
        return int.from_bytes(data, "little" if self.order is ByteOrder.LOW_FIRST else "big") & (1 << locks) - 1
