"""In which order a board counts, from what was seen to belong together; and the names of bits by it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from device.commission.plan import Plan, Proved
from device.commission.signals import Bit, Board, Input, Pin
from drivers.locks.wiring import ByteOrder


@dataclass(frozen=True, slots=True)
class Pair:
    """A pulse on `lock` was seen to move `bit`."""

    lock: str
    bit: Bit


def pairs_of(proved: Iterable[Proved]) -> tuple[Pair, ...]:
    return tuple(Pair(one.lock, one.latch) for one in proved if one.latch is not None)


SETTLED_BY = 5
"""So many more locks than for the other order: two pairs of exchanged wires make four speak for it."""


def order_of(board: Board, pairs: Iterable[Pair]) -> ByteOrder | None:
    """The order by which more of the locks have their own feedback; None if nothing speaks for either.

    Exchanged wires make some speak for the wrong one, hence the majority. Whatever is chosen, a bit keeps its meaning
    as long as its lock is named by the same order.
    """
    lead = _lead(board, pairs)
    if lead == 0 and board.feedback_bytes > 1:
        return None
    return ByteOrder.LOW_FIRST if lead >= 0 else ByteOrder.LOW_LAST


def is_settled(board: Board, pairs: Iterable[Pair]) -> bool:
    """Whether the order is beyond doubt."""
    return board.feedback_bytes == 1 or abs(_lead(board, pairs)) >= SETTLED_BY


def _lead(board: Board, pairs: Iterable[Pair]) -> int:
    """How many more locks speak for LOW_FIRST than for LOW_LAST."""
    votes = dict.fromkeys(ByteOrder, 0)
    for pair in pairs:
        if (pair.bit.bus, pair.bit.board) == (board.bus, board.number):
            for order in ByteOrder:
                votes[order] += pair.lock == board.way_to(board.lock_of(pair.bit.place, order))
    return votes[ByteOrder.LOW_FIRST] - votes[ByteOrder.LOW_LAST]


def locks_of(bit: Bit, plan: Plan, pairs: Iterable[Pair]) -> tuple[str, ...]:
    """The lock whose feedback this bit is, or the two that it may be as long as the order is not known."""
    board = plan.board_of(bit)
    if board is None:
        return ()
    order = order_of(board, pairs)
    return _numbered(bit, board, (order,) if order is not None else tuple(ByteOrder))


def likely_locks_of(bit: Bit, plan: Plan, pairs: Iterable[Pair]) -> tuple[str, ...]:
    """As `locks_of`, the likelier first: the less likely is left out only when the order is beyond doubt."""
    pairs = tuple(pairs)
    board = plan.board_of(bit)
    if board is None:
        return ()
    first = order_of(board, pairs) or ByteOrder.LOW_FIRST
    others = () if is_settled(board, pairs) else tuple(order for order in ByteOrder if order is not first)
    return _numbered(bit, board, (first, *others))


def _numbered(bit: Bit, board: Board, orders: tuple[ByteOrder, ...]) -> tuple[str, ...]:
    numbers = (board.lock_of(bit.place, one) for one in orders)
    return tuple(dict.fromkeys(board.way_to(number) for number in numbers if board.has(number)))


def wires_of(inputs: Iterable[Input], plan: Plan, pairs: Iterable[Pair]) -> tuple[str, ...]:
    """What to call these inputs before an installer: `left/1/7`, `left/1/7?` where it may be another, `reeds/3`."""
    pairs = tuple(pairs)
    wires: list[str] = []
    for one in sorted(inputs, key=lambda one: (isinstance(one, Pin), str(one), one)):
        match one:
            case Pin(name):
                wires.append(name)
            case Bit():
                locks = locks_of(one, plan, pairs)
                wires += locks if len(locks) == 1 else [f"{lock}?" for lock in locks]
    return tuple(wires)
