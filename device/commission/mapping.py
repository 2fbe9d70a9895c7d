"""From what was proved to the map that the agent reads, and back. Pure."""

from datetime import UTC, datetime

from device.commission.plan import Plan, Proved
from device.commission.proof import ProvedBoard, boards
from device.commission.signals import Bit, Pin
from device.config.addresses import spot_of
from device.config.map import VERSION, BankMap, Board, Door, Proof
from drivers.locks.wiring import Polarity


def map_of(plan: Plan, proved: tuple[Proved, ...], at: datetime) -> BankMap:
    """The map of a bank whose every door is proved."""
    proved_boards = boards(plan, proved)
    return BankMap(
        proof=Proof(finished=True, at=f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", doors=len(proved), version=VERSION),
        boards=tuple(_board(one) for one in proved_boards),
        doors=tuple(_door(one, proved_boards) for one in proved),
    )


def proved_of(bank_map: BankMap, plan: Plan) -> tuple[Proved, ...]:
    """The doors of a finished map, for a bank of which only some have to be proved again.

    A door whose board is not there any more is left out.
    """
    return tuple(one for door in bank_map.doors if (one := _proved(door, bank_map, plan)) is not None)


def _board(one: ProvedBoard) -> Board:
    board = one.board
    return Board(bus=board.bus, number=board.number, locks=board.locks, polarity=one.polarity, order=one.order)


def _door(one: Proved, proved_boards: tuple[ProvedBoard, ...]) -> Door:
    return Door(
        name=one.door,
        lock=one.lock,
        latch=None if one.latch is None else _latch(one.latch, proved_boards),
        reed=None if one.reed is None else one.reed.name,
        # The resistor pulls up: a closed contact reads low.
        reed_closed_when_shut=not one.reed_high_when_shut,
    )


def _latch(bit: Bit, proved_boards: tuple[ProvedBoard, ...]) -> str:
    (found,) = (one for one in proved_boards if (one.board.bus, one.board.number) == (bit.bus, bit.board))
    return found.board.way_to(found.board.lock_of(bit.place, found.order))


def _proved(door: Door, bank_map: BankMap, plan: Plan) -> Proved | None:
    latch, is_set = None, True
    if door.latch is not None:
        spot = spot_of(door.latch)
        here = (one for one in plan.boards if (one.bus, one.number) == (spot.bus, spot.board))
        mapped = (one for one in bank_map.boards if (one.bus, one.number) == (spot.bus, spot.board))
        board, settings = next(here, None), next(mapped, None)
        if board is None or settings is None or not board.has(spot.lock):
            return None
        latch = Bit(spot.bus, spot.board, board.place_of(spot.lock, settings.order))
        is_set = settings.polarity is Polarity.SET_WHEN_LOCKED
    reed = None if door.reed is None else Pin(door.reed)
    if door.lock not in plan.locks or door.lock is None or (reed is not None and not plan.has(reed)):
        return None
    return Proved(door.name, door.lock, latch, is_set, reed, not door.reed_closed_when_shut)
