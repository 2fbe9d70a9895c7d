"""Which boards there are, and whether they are enough. Opens nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from device.commission.faults import Fault, Flaw
from device.commission.signals import Board
from drivers.lockbus.probe import Asker, FoundBoard, Presence, find_boards
from drivers.locks import kerong_cu16, modbus_relay, xor8a
from drivers.locks.family import Family
from drivers.locks.frames import Codec

# Modbus has addresses up to 247; relay boards are sold with 1, and nobody has asked for more than this on one line.
_LAST_MODBUS = 32


@dataclass(frozen=True, slots=True)
class Survey:
    """The boards to work with, and what is in the way of beginning."""

    boards: tuple[Board, ...]
    faults: tuple[Fault, ...]


def numbers_of(family: Family) -> range:
    """The addresses that are worth a question."""
    match family:
        case Family.XOR8A:
            return range(1, xor8a.MAX_BOARD + 1)
        case Family.KERONG_CU16:
            return range(kerong_cu16.MAX_BOARD + 1)
        case Family.MODBUS_RELAY:
            return range(1, _LAST_MODBUS + 1)


def locks_of(family: Family) -> int:
    """The most that a board of this family can release."""
    match family:
        case Family.XOR8A:
            return xor8a.MAX_LOCK
        case Family.KERONG_CU16:
            return kerong_cu16.MAX_LOCK
        case Family.MODBUS_RELAY:
            return modbus_relay.MAX_LOCK


def survey_of(bus: str, family: Family, line: Asker, codec: Codec) -> Survey:
    """Ask at every address of one line; takes up to a minute. PortError as the line."""
    found = find_boards(line, codec, numbers_of(family))
    boards = tuple(_board(bus, family, one) for one in found if one.places)
    faults = tuple(fault for one in found if (fault := _fault(bus, one)) is not None)
    return Survey(boards, faults)


def enough(surveys: Iterable[Survey], doors: int, relays: int, expected: frozenset[str]) -> Survey:
    """All lines together. expected: boards of an earlier run, as `left/1`."""
    surveys = tuple(surveys)
    boards = tuple(board for survey in surveys for board in survey.boards)
    faults = [fault for survey in surveys for fault in survey.faults]
    named = {str(board) for board in boards} | {wire for fault in faults for wire in fault.wires}
    faults += [Fault(Flaw.SILENT, (name,), why="known from before") for name in sorted(expected - named)]
    if not faults and sum(board.locks for board in boards) + relays < doors:
        faults.append(Fault(Flaw.TOO_FEW_LOCKS, tuple(str(board) for board in boards)))
    return Survey(boards, tuple(faults))


def _board(bus: str, family: Family, found: FoundBoard) -> Board:
    return Board(bus, found.number, found.places // 8, min(found.places, locks_of(family)))


def _fault(bus: str, found: FoundBoard) -> Fault | None:
    name = f"{bus}/{found.number}"
    if found.presence is Presence.COLLIDES:
        return Fault(Flaw.GARBLED, (name,), why=found.presence)
    return None if found.places else Fault(Flaw.SILENT, (name,), why=found.presence)
