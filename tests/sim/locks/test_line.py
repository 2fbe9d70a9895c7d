"""One pair of wires: time, echoes, and what becomes of those who talk at once."""

from random import Random

import pytest

from drivers.locks import xor8a
from drivers.locks.frames import BoardState, FrameError, QueryBoard
from sim.acts.words import LockBoardState
from sim.locks.boards.xor8a import Xor8aBoard
from sim.locks.line import Line
from sim.locks.setup import BoardSetup
from sim.schedule import Action, VirtualTime

MS, S = 1_000_000, 1_000_000_000
BYTE_NS = 10 * S // 9_600


class Bench:
    """A line with a board for each number, and what the host hears of it, and when."""

    def __init__(self, *numbers: int, seed: int = 1) -> None:
        self.time = VirtualTime()
        random = Random(seed)
        self.line = Line(9_600, self.after, self.time.clock.monotonic_ns, random)
        for place, number in enumerate(numbers, start=1):
            self.line.attach(Xor8aBoard(f"left/{place}", BoardSetup(24), number, self.after, random))
        self.heard: list[tuple[int, bytes]] = []
        self.start_ns = self.time.clock.monotonic_ns()
        self.line.deliver = lambda data: self.heard.append((self.time.clock.monotonic_ns() - self.start_ns, data))

    def after(self, delay_ns: int, action: Action) -> None:
        self.time.schedule.at(self.time.clock.monotonic_ns() + delay_ns, action)

    def ask(self, *requests: bytes, wait_ns: int = 5 * S) -> list[bytes]:
        self.heard.clear()
        for request in requests:
            self.line.host_sends(request)
        self.time.run_for(wait_ns)
        return [data for _, data in self.heard]


def query(board: int) -> bytes:
    return xor8a.encode(QueryBoard(board))


def is_answer(data: bytes, board: int = 1) -> bool:
    try:
        return isinstance(xor8a.decode(QueryBoard(board), data), BoardState)
    except FrameError:
        return False


def test_board_that_is_asked_answers_and_nobody_else() -> None:
    bench = Bench(1, 2, 3)

    for board in (2, 1, 3):
        (answer,) = bench.ask(query(board))
        assert is_answer(answer, board)
    assert bench.ask(query(4)) == []


def test_exchange_takes_the_time_of_its_bytes_and_of_the_board() -> None:
    bench = Bench(1)

    bench.ask(query(1))

    ((at_ns, _),) = bench.heard
    assert 12 * BYTE_NS + 6 * MS <= at_ns <= 12 * BYTE_NS + 13 * MS


def test_echo_is_heard_when_the_last_byte_is_out() -> None:
    bench = Bench(1)
    bench.line.echoes = True

    echo, answer = bench.ask(query(1))

    assert echo == query(1)
    assert is_answer(answer)
    assert bench.heard[0][0] == 5 * BYTE_NS


def test_what_the_host_sends_in_pieces_leaves_without_a_gap() -> None:
    bench = Bench(1)
    frame = query(1)

    (answer,) = bench.ask(frame[:2], frame[2:4], frame[4:])

    assert is_answer(answer)
    assert bench.heard[0][0] >= 12 * BYTE_NS + 6 * MS


def test_half_a_frame_is_forgotten_after_silence() -> None:
    bench = Bench(1)
    bench.ask(query(1)[:3])

    assert len(bench.ask(query(1))) == 1


@pytest.mark.parametrize("seed", range(40))
def test_two_boards_with_one_number_spoil_or_double_the_answer_unless_they_are_in_step(seed: int) -> None:
    bench = Bench(1, 1, seed=seed)
    bench.line.boards[1].inlets[0].plug(None)

    heard = bench.ask(query(1))

    total = sum(map(len, heard))
    assert 7 <= total <= 14
    if len(heard) == 1:
        assert total == 7
        assert bench.heard[0][0] <= 12 * BYTE_NS + 13 * MS
    if [is_answer(data) for data in heard] == [True, True]:
        assert total == 14


def test_most_collisions_are_seen_and_one_in_many_is_not() -> None:
    seen = 0
    for seed in range(300):
        heard = Bench(1, 1, seed=seed).ask(query(1))
        seen += not (len(heard) == 1 and is_answer(heard[0]))

    assert 270 < seen < 300


def test_answer_that_comes_late_spoils_the_next_request() -> None:
    bench = Bench(1, 2)
    bench.line.boards[0].become(LockBoardState.LATE, 100 * MS)
    bench.line.host_sends(query(1))
    # The late answer begins at 111–118 ms: in the middle of the second request.
    bench.after(116 * MS, lambda: bench.line.host_sends(query(2)))
    bench.time.run_for(S)

    assert not any(is_answer(data, 2) for _, data in bench.heard)
    assert not any(is_answer(data, 1) for _, data in bench.heard)


def test_board_does_not_interrupt_itself() -> None:
    bench = Bench(1)
    board = bench.line.boards[0]
    bench.after(0, lambda: board.talk(b"\x82\x01\x01\x00\x82"))
    bench.after(MS, lambda: board.talk(b"\x82\x01\x02\x00\x81"))
    bench.time.run_for(S)

    assert [data for _, data in bench.heard] == [b"\x82\x01\x01\x00\x82", b"\x82\x01\x02\x00\x81"]
