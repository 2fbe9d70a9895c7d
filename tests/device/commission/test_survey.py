"""Which boards there are, and whether that is enough."""

import pytest

from device.commission.faults import Fault, Flaw
from device.commission.signals import Board
from device.commission.survey import Survey, enough, numbers_of, survey_of
from drivers.locks import xor8a
from drivers.locks.families import codec_of
from drivers.locks.family import Family
from drivers.locks.frames import BoardState, Codec, FrameFault, QueryBoard, QueryLock, Reply, Request

LEFT = Board("left", 1, 3, 24)


class Line:
    """Boards by number: the feedback that each answers with, or what comes instead."""

    echoes: bool | None = False

    def __init__(self, boards: dict[int, bytes | FrameFault]) -> None:
        self._boards = boards

    def ask(self, request: Request, codec: Codec, *, patient: bool = False) -> Reply | FrameFault | None:
        assert isinstance(request, QueryBoard | QueryLock), "a survey only asks"
        there = self._boards.get(request.board)
        return BoardState(request.board, there) if isinstance(there, bytes) else there


def test_every_board_is_found_with_the_places_of_its_answer() -> None:
    survey = survey_of("left", Family.XOR8A, Line({1: bytes(3), 32: bytes(7)}), xor8a)

    assert survey == Survey((LEFT, Board("left", 32, 7, 50)), ())


def test_two_boards_with_one_address_are_a_fault() -> None:
    survey = survey_of("left", Family.XOR8A, Line({1: bytes(3), 2: FrameFault.CHECKSUM}), xor8a)

    assert [(fault.flaw, fault.wires) for fault in survey.faults] == [(Flaw.GARBLED, ("left/2",))]


@pytest.mark.parametrize("family", list(Family))
def test_every_address_that_is_asked_is_one_of_the_family(family: Family) -> None:
    codec = codec_of(family, 500)

    assert all(codec.encode(QueryBoard(number)) for number in numbers_of(family))


def test_fewer_locks_than_doors_are_a_fault() -> None:
    survey = enough([Survey((LEFT,), ())], doors=25, relays=0, expected=frozenset())

    assert survey.faults == (Fault(Flaw.TOO_FEW_LOCKS, ("left/1",)),)


def test_relays_count_as_locks() -> None:
    assert enough([Survey((LEFT,), ())], doors=25, relays=1, expected=frozenset()).faults == ()
    assert enough([], doors=2, relays=2, expected=frozenset()) == Survey((), ())


def test_a_board_that_was_there_before_is_missed_by_its_name() -> None:
    survey = enough([Survey((LEFT,), ())], doors=2, relays=0, expected=frozenset({"left/1", "left/2"}))

    assert [(fault.flaw, fault.wires) for fault in survey.faults] == [(Flaw.SILENT, ("left/2",))]
