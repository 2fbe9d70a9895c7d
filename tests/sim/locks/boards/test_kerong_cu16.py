"""Kerong's boards, against every published frame and against the driver's codec."""

import pytest

from drivers.locks import kerong_cu16 as codec
from drivers.locks.frames import BoardState, QueryBoard, Unlock, UnlockAck
from drivers.locks.wiring import Polarity, Wiring
from sim.acts.words import LockBoardState
from sim.locks.boards.kerong_cu16 import KerongCu16Board
from sim.locks.setup import BoardSetup
from tests.sim.locks.boards.board_bench import BoardBench, S


def bench_of(number: int = 0, **setup: bool) -> BoardBench[KerongCu16Board]:
    return BoardBench(KerongCu16Board, BoardSetup(16, **setup), number)


def test_lock_that_is_not_hooked_and_a_box_with_something_in_it() -> None:
    bench = bench_of()
    bench.open_by_hand(1)
    bench.doors[1].is_occupied = True

    assert bench.ask("02 00 30 03 35") == [bytes.fromhex("02 00 35 FE FF 01 00 03 38")]


@pytest.mark.parametrize(
    ("request_", "number", "lock"), [("02 00 31 03 36", 0, 1), ("02 0F 31 03 45", 0, 16), ("02 10 31 03 46", 1, 1)]
)
def test_lock_that_is_named_opens_and_no_other(request_: str, number: int, lock: int) -> None:
    bench = bench_of(number)

    bench.ask(request_)

    assert bench.opened == [lock]
    assert bench_of(number + 1).ask(request_) == []


def test_every_board_answers_in_its_turn() -> None:
    said = []
    for number in (0, 1):
        bench = bench_of(number, inverted=True)
        answers = bench.ask("02 F0 32 03 27", 0)
        bench.time.run_for(S)
        assert answers == []
        said += bench.said

    assert said == [bytes.fromhex("02 00 36 00 00 00 00 03 3B"), bytes.fromhex("02 10 36 00 00 00 00 03 4B")]
    assert [state.board for state in codec.decode_every_board(b"".join(said))] == [0, 1]


@pytest.mark.parametrize("request_", ["02 10 30 03 3E", "02 0F 31 03 49"])
def test_wrong_sum_is_ignored_by_a_board_that_looks(request_: str) -> None:
    for number in (0, 1):
        bench = bench_of(number)
        assert bench.ask(request_) == []
        assert bench.opened == []


def test_wrong_sum_opens_the_wrong_door_of_a_board_that_does_not_look() -> None:
    bench = bench_of(checks_sum=False)

    bench.ask("02 0F 31 03 49")

    assert bench.opened == [16]


@pytest.mark.parametrize("lock", range(1, 17))
def test_driver_reads_what_the_board_says(lock: int) -> None:
    bench = bench_of(9)

    (ack,) = bench.ask(codec.encode(Unlock(9, lock)))
    (answer,) = bench.ask(codec.encode(QueryBoard(9)))

    state, wiring = codec.decode(QueryBoard(9), answer), Wiring(Polarity.SET_WHEN_LOCKED)
    assert isinstance(codec.decode(Unlock(9, lock), ack), UnlockAck)
    assert isinstance(state, BoardState)
    assert [n for n in range(1, 17) if not wiring.is_locked_on(state, n)] == [lock]


def test_board_may_release_without_a_word() -> None:
    bench = bench_of(answers_unlock=False)

    assert bench.ask(codec.encode(Unlock(0, 2))) == []
    assert bench.opened == [2]


def test_command_33_opens_every_lock() -> None:
    bench = bench_of()

    bench.ask("02 00 33 03 38", 12 * S)

    assert bench.opened == list(range(1, 17))


def test_board_that_cools_down_is_silent_and_moves_nothing() -> None:
    bench = bench_of()
    bench.board.become(LockBoardState.COOLDOWN)

    assert bench.ask(codec.encode(Unlock(0, 2))) == []
    assert bench.truth.currents == []
    assert len(bench.ask(codec.encode(QueryBoard(0)))) == 1
