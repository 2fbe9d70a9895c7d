"""Believe the feedback of one lock board: two readings in a row that agree. Pure."""

from dataclasses import dataclass

from device.logic.bank.flutter import RESTLESS_NS


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is now believed of one lock. `moved_ns`: the first reading that said so."""

    lock: int
    locked: bool
    moved_ns: int


class Board:
    """One board's word: bit 0 is lock 1, set when locked. Locks that no door has are ignored.

    Readings that a coil may have disturbed say when a lock began to move, and nothing else.
    """

    def __init__(self, locks: frozenset[int]) -> None:
        """locks: those that belong to a door, from 1."""
        self._mask = sum(1 << (lock - 1) for lock in locks)
        self._believed = 0
        self._known = 0
        self._last: int | None = None  # what was heard last
        self._first: int | None = None  # … if it can be the first of two readings that agree
        self._moved_ns: dict[int, int] = {}  # by bit: since when it reads otherwise than believed
        self._restless_ns: dict[int, int] = {}  # by bit: since when no two readings in a row agree
        self.settled_ns: int | None = None
        """When two readings in a row last agreed in every bit."""

    @property
    def is_heard(self) -> bool:
        return self._last is not None

    def is_news(self, word: int) -> bool:
        """Whether a reading says anything that is not believed for certain."""
        is_certain = self._known == self._mask and word & self._mask == self._first == self._believed
        return bool(self._restless_ns) or not is_certain

    def feed(self, word: int, at_ns: int, *, counts: bool) -> list[Feedback]:
        """A reading. counts: no coil can have disturbed it."""
        word &= self._mask
        self._note_moves(word, at_ns)
        self._last, first = word, self._first
        self._first = word if counts else None
        if first is None or not counts:
            return []
        self._note_rest(word ^ first, at_ns)
        if word == first:
            self.settled_ns = at_ns
        return self._believe(word, ~(word ^ first))

    def consent(self, at_ns: int) -> list[Feedback]:
        """Believe the last reading: the driver tells every one that differs, so its silence has confirmed this one.

        Not one that a coil may have disturbed: that one is not believed until it is read again.
        """
        if self._first is None:
            return []
        self.settled_ns = at_ns
        return self._believe(self._first, self._mask)

    def forget(self) -> tuple[int, ...]:
        """Nothing is known any more. Returns the locks of which something was."""
        known = self._known
        self._known, self._last, self._first, self.settled_ns = 0, None, None, None
        self._moved_ns.clear()
        self._restless_ns.clear()
        return tuple(bit + 1 for bit in _bits(known))

    def restless(self, at_ns: int) -> tuple[int, ...]:
        """Locks whose feedback has come and gone for so long that it is no lock's doing."""
        return tuple(bit + 1 for bit, since_ns in self._restless_ns.items() if at_ns - since_ns >= RESTLESS_NS)

    def _note_moves(self, word: int, at_ns: int) -> None:
        unknown = self._mask & ~self._known
        moving = (word ^ self._believed) & self._known | unknown
        # What is not believed yet begins anew when it reads otherwise.
        for bit in _bits(0 if self._last is None else (word ^ self._last) & unknown):
            self._moved_ns.pop(bit, None)
        for bit in _bits(moving):
            self._moved_ns.setdefault(bit, at_ns)
        for bit in [bit for bit in self._moved_ns if not moving >> bit & 1]:
            del self._moved_ns[bit]

    def _note_rest(self, differing: int, at_ns: int) -> None:
        for bit in _bits(differing):
            self._restless_ns.setdefault(bit, at_ns)
        for bit in [bit for bit in self._restless_ns if not differing >> bit & 1]:
            del self._restless_ns[bit]

    def _believe(self, word: int, agreed: int) -> list[Feedback]:
        changed = ((word ^ self._believed) | ~self._known) & self._mask & agreed
        self._believed ^= (word ^ self._believed) & changed
        self._known |= changed
        return [Feedback(bit + 1, bool(word >> bit & 1), self._moved_ns.pop(bit)) for bit in _bits(changed)]


def _bits(word: int) -> list[int]:
    bits = []
    while word:
        lowest = word & -word
        bits.append(lowest.bit_length() - 1)
        word ^= lowest
    return bits
