"""What follows from the doors that were proved: the boards' polarity and order, and what cannot be. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from device.commission.faults import Fault, Flaw
from device.commission.orders import locks_of, order_of, pairs_of
from device.commission.plan import Plan, Proved
from device.commission.signals import Board
from drivers.locks.wiring import ByteOrder, Polarity


@dataclass(frozen=True, slots=True)
class ProvedBoard:
    """How to read one board. A board of which no door has feedback is read like the others of its kind."""

    board: Board
    polarity: Polarity
    order: ByteOrder


@dataclass(frozen=True, slots=True)
class Crossing:
    """The feedback of this door comes over another lock's channel: written down as it is, and worth telling."""

    door: str
    lock: str
    latch: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The bank is proved if there are no faults."""

    boards: tuple[ProvedBoard, ...]
    crossings: tuple[Crossing, ...]
    faults: tuple[Fault, ...]


def conclude(plan: Plan, proved: Iterable[Proved]) -> Proof:
    """Everything together. A door that a fault names has to be proved again once its wire is mended."""
    doors = tuple(proved)
    faults = [*missing(plan, doors), *inverted(plan, doors), *free_reeds(plan, doors)]
    return Proof(boards(plan, doors), crossings(plan, doors), tuple(faults))


def boards(plan: Plan, proved: tuple[Proved, ...]) -> tuple[ProvedBoard, ...]:
    pairs = pairs_of(proved)
    return tuple(
        ProvedBoard(board, _polarity(board, proved), order_of(board, pairs) or ByteOrder.LOW_FIRST)
        for board in plan.boards
    )


def missing(plan: Plan, proved: tuple[Proved, ...]) -> tuple[Fault, ...]:
    there = {one.door for one in proved}
    return tuple(Fault(Flaw.UNPROVED, door=door) for door in plan.doors if door not in there)


def inverted(plan: Plan, proved: tuple[Proved, ...]) -> tuple[Fault, ...]:
    """Doors whose feedback contradicts the majority of their board; all of them as long as there is no majority."""
    pairs = pairs_of(proved)
    faults = []
    for one in proved:
        board = None if one.latch is None else plan.board_of(one.latch)
        if one.latch is None or board is None:
            continue
        alike, others = _votes(board, proved, one.latch_set_when_shut)
        if others and alike <= others:
            wires = locks_of(one.latch, plan, pairs)
            doubt = "?" if alike == others else ""
            faults.append(Fault(Flaw.INVERTED, tuple(wire + doubt for wire in wires), one.door))
    return tuple(faults)


def free_reeds(plan: Plan, proved: tuple[Proved, ...]) -> tuple[Fault, ...]:
    used = {one.reed.name for one in proved if one.reed is not None}
    return tuple(Fault(Flaw.FREE_REED, (pin,)) for pin in plan.header_reeds if pin not in used)


def crossings(plan: Plan, proved: tuple[Proved, ...]) -> tuple[Crossing, ...]:
    pairs = pairs_of(proved)
    found = []
    for one in proved:
        own = () if one.latch is None else locks_of(one.latch, plan, pairs)
        if own and one.lock not in own:
            found.append(Crossing(one.door, one.lock, own[0]))
    return tuple(found)


def _polarity(board: Board, proved: tuple[Proved, ...]) -> Polarity:
    set_when_shut, set_when_open = _votes(board, proved, True)
    return Polarity.SET_WHEN_LOCKED if set_when_shut >= set_when_open else Polarity.SET_WHEN_OPEN


def _votes(board: Board, proved: tuple[Proved, ...], is_set: bool) -> tuple[int, int]:
    """Doors on this board whose feedback with the door shut is `is_set`, and those where it is not."""
    levels = [
        one.latch_set_when_shut
        for one in proved
        if one.latch is not None and (one.latch.bus, one.latch.board) == (board.bus, board.number)
    ]
    alike = levels.count(is_set)
    return alike, len(levels) - alike
