"""Which lock to pulse for a door: the likeliest first, each at most once, never one that is another door's. Pure."""

from collections import Counter
from collections.abc import Iterator
from enum import Enum

from device.commission.knowledge import Knowledge
from device.commission.orders import likely_locks_of, order_of
from device.commission.signals import Bit, Input, bits

# Two of three neighbours in order outweigh one whose wires have changed places.
_ROW = 3


class Reach(Enum):
    """How far to look."""

    DIRECT = 1
    """What speaks for itself: seen before, the feedback's own channel, the place in the row."""
    ALL = 2
    """Every lock that is free. Opens many doors; only when the installer wants it."""


def next_lock(
    known: Knowledge, door: str, opened: frozenset[Input], tried: tuple[str, ...], reach: Reach
) -> str | None:
    """The lock to try now, None if there is none left. `opened`: what moved when the door was opened by hand."""
    taken = {one.lock for one in known.proved} | set(tried)
    free = [lock for lock in known.plan.locks if lock not in taken]
    options = _options(known, door, opened, tried, reach)
    return next((lock for lock in options if lock in free), None)


def expected_lock(known: Knowledge, door: str) -> str | None:
    """The lock that is in the same row as the doors before; None if the row ends earlier. May be another door's."""
    doors, locks = known.plan.doors, known.plan.locks
    at = doors.index(door)
    # Nearest first: where a board has fewer locks than its answer has room for, the row goes on elsewhere.
    before = [one for one in reversed(known.proved) if doors.index(one.door) < at and one.lock in locks]
    shifts = Counter(locks.index(one.lock) - doors.index(one.door) for one in before[:_ROW])
    shift = shifts.most_common(1)[0][0] if shifts else 0
    return locks[at + shift] if 0 <= at + shift < len(locks) else None


def _options(
    known: Knowledge, door: str, opened: frozenset[Input], tried: tuple[str, ...], reach: Reach
) -> Iterator[str]:
    yield from (one.lock for one in known.learned if one.inputs & opened)
    expected = expected_lock(known, door)
    feedback = bits(opened)
    for bit in feedback:
        yield from _chain(known, bit, expected)
    if not feedback and expected is not None:
        yield expected
    has_led = any(one.lock in tried for one in known.learned)
    if reach is Reach.ALL or (not feedback and has_led):
        yield from _near(known.plan.locks, expected)


def _chain(known: Knowledge, bit: Bit, expected: str | None) -> Iterator[str]:
    """The feedback's own channel first; if that is known to open another door, that one's own channel, and so on.

    Wires that have changed places form rings: the lock that is looked for is the last of its ring.
    """
    pairs = known.pairs()
    seen: set[str] = set()
    ahead = [bit]
    while ahead:
        place = ahead.pop(0)
        locks = likely_locks_of(place, known.plan, pairs)
        board = known.plan.board_of(place)
        # While nothing speaks for either order, the lock that fits the row is first.
        if board is not None and order_of(board, pairs) is None:
            locks = tuple(sorted(locks, key=lambda lock: lock != expected))
        for lock in locks:
            if lock not in seen:
                seen.add(lock)
                yield lock
                ahead += [pair.bit for pair in pairs if pair.lock == lock]


def _near(locks: tuple[str, ...], expected: str | None) -> tuple[str, ...]:
    """The nearest first: a door without feedback has only its place to go by, and neighbours are exchanged most."""
    at = locks.index(expected) if expected is not None else 0
    return tuple(sorted(locks, key=lambda lock: abs(locks.index(lock) - at)))
