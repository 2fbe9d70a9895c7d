"""Which boards are on a line."""

from collections.abc import Callable

import pytest

from drivers.lockbus.probe import FoundBoard, Presence, find_boards
from drivers.locks import kerong_cu16, xor8a
from drivers.locks.exchange import Answered, Spoilt, Timing
from drivers.locks.family import Family
from drivers.locks.frames import Codec, FrameFault, QueryBoard, Refusal, Reply, Request
from drivers.locks.line import Line
from tests.drivers.locks.boards import MS, Boards, Said
from tests.drivers.locks.rig import ListWire

WAIT_NS = 250 * MS


class Asking:
    """`BlockingLine` without a wait: a line in virtual time, with boards at the other end."""

    def __init__(self, boards: Boards) -> None:
        self.boards = boards
        self._wire = ListWire()
        self._line = Line(self._wire, Timing(9_600, 0))
        self._now_ns = 0
        self._line.open(0)

    @property
    def echoes(self) -> bool | None:
        return self._line.echoes

    def ask(self, request: Request, codec: Codec, *, patient: bool = False) -> Reply | FrameFault | None:
        self._now_ns += 1_000 * MS
        self._line.step(self._now_ns)
        self._line.ask(codec, request, self._now_ns, WAIT_NS, patient=patient)
        coming = [(self._now_ns + delay_ns, data) for delay_ns, data in self.boards.hear(self._wire.take())]
        while (outcome := self._line.take_outcome(self._now_ns)) is None:
            self._now_ns = min([self._line.due_ns() or 0, *(at_ns for at_ns, _ in coming[:1])])
            if coming and coming[0][0] <= self._now_ns:
                self._wire.give(coming.pop(0)[1])
            self._line.step(self._now_ns)
        match outcome:
            case Answered(reply):
                return reply
            case Spoilt(fault):
                return fault
            case _:
                return None


def four_boards() -> Asking:
    return Asking(Boards(Family.XOR8A, {1: b"\xff" * 3, 2: b"\0" * 3, 7: b"\xff" * 7, 9: b"\1" * 4}))


@pytest.mark.parametrize("echoes", [False, True])
def test_boards_are_found_with_the_room_that_their_answer_has(echoes: bool) -> None:
    line = four_boards()
    line.boards.echoes = echoes

    found = find_boards(line, xor8a, range(1, 33))

    assert found == (
        FoundBoard(1, Presence.STEADY, 24),
        FoundBoard(2, Presence.STEADY, 24),
        FoundBoard(7, Presence.STEADY, 56),
        FoundBoard(9, Presence.STEADY, 32),
    )
    assert {type(request) for request in line.boards.heard} == {QueryBoard}


def test_a_line_without_boards_has_none() -> None:
    assert find_boards(Asking(Boards(Family.KERONG_CU16, {})), kerong_cu16, range(10)) == ()


@pytest.mark.parametrize("nth", range(4))
@pytest.mark.parametrize(
    "said",
    [
        lambda answer: [(0, answer), (100 * MS, answer)],
        lambda answer: [(0, answer + answer)],
        lambda answer: [(0, answer[:-1] + bytes([answer[-1] ^ 4]))],
        lambda answer: [(0, bytes([answer[0] | 0x11]) + answer[1:])],
    ],
)
def test_two_boards_with_one_number_are_found_even_if_they_are_garbled_once_in_four_times(
    nth: int, said: Callable[[bytes], Said]
) -> None:
    line = four_boards()

    def twist(request: Request, answer: bytes) -> Said | None:
        return said(answer) if request.board == 2 and line.boards.heard.count(request) == nth + 1 else None

    line.boards.twist = twist

    found = {board.number: board.presence for board in find_boards(line, xor8a, range(1, 33))}

    assert found[2] is Presence.COLLIDES
    assert {found[number] for number in (1, 7, 9)} == {Presence.STEADY}


def test_answers_of_two_lengths_are_two_boards() -> None:
    line = four_boards()
    answers = iter([b"\xff" * 3, b"\xff" * 4] * 2)

    def twist(request: Request, _: bytes) -> Said | None:
        if request.board != 2:
            return None
        line.boards.states[2] = next(answers)
        return None

    line.boards.twist = twist
    line.boards.states[2] = b"\xff" * 7

    (board,) = find_boards(line, xor8a, [2])

    assert (board.presence, board.places) == (Presence.COLLIDES, 56)


def test_a_board_that_misses_the_first_question_is_found_with_the_second() -> None:
    line = four_boards()
    line.boards.twist = lambda request, _: [] if line.boards.heard.count(request) == 1 else None

    assert [board.number for board in find_boards(line, xor8a, range(1, 10))] == [1, 2, 7, 9]


def test_a_board_that_does_not_always_answer_is_unsteady() -> None:
    line = four_boards()
    line.boards.twist = lambda request, _: [] if line.boards.heard.count(request) == 3 else None

    assert {board.presence for board in find_boards(line, xor8a, [1, 2])} == {Presence.UNSTEADY}


def test_what_another_board_says_is_no_board() -> None:
    line = four_boards()
    line.boards.twist = lambda *_: [(0, bytes.fromhex("80 05 00 00 00 33 B6"))]

    assert find_boards(line, xor8a, [1]) == ()


class Declining:
    """A board that answers to nothing but with a refusal."""

    echoes = False

    def ask(self, request: Request, codec: Codec, *, patient: bool = False) -> Reply:
        return Refusal(request.board, 1)


def test_a_board_that_declines_is_there() -> None:
    assert find_boards(Declining(), xor8a, [4]) == (FoundBoard(4, Presence.UNSTEADY, 0),)


@pytest.mark.parametrize("echoes", [False, True])
@pytest.mark.parametrize("number", [1, 5])
def test_an_adapter_is_known_with_and_without_a_board(number: int, echoes: bool) -> None:
    line = four_boards()
    line.boards.echoes = echoes

    line.ask(QueryBoard(number), xor8a)

    assert line.echoes is echoes


def test_an_adapter_that_garbles_what_it_gives_back_is_not_known() -> None:
    line = four_boards()
    line.boards.twist = lambda *_: [(0, b"\0\1")]

    line.ask(QueryBoard(1), xor8a)

    assert line.echoes is None
