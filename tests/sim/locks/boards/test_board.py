"""Ways to fail that boards of every family have."""

from collections.abc import Callable
from typing import Any

import pytest

from drivers.locks import kerong_cu16, xor8a
from drivers.locks.frames import BoardState, Codec, FrameError, FrameFault, QueryBoard, Unlock
from drivers.locks.modbus_relay import ModbusRelay
from sim.acts.words import LockBoardState
from sim.locks.boards.kerong_cu16 import KerongCu16Board
from sim.locks.boards.modbus_relay import ModbusRelayBoard
from sim.locks.boards.xor8a import Xor8aBoard
from sim.locks.setup import BoardSetup
from tests.sim.locks.boards.board_bench import MS, BoardBench, S

Made = Callable[[int], tuple[BoardBench[Any], Codec]]


@pytest.fixture(params=["xor8a", "kerong-cu16", "modbus-relay"])
def made(request: pytest.FixtureRequest) -> Made:
    """A board 1 of each family, from a seed, and the driver's codec for it."""

    def make(seed: int) -> tuple[BoardBench[Any], Codec]:
        match request.param:
            case "xor8a":
                return BoardBench(Xor8aBoard, BoardSetup(24), 1, seed), xor8a
            case "kerong-cu16":
                return BoardBench(KerongCu16Board, BoardSetup(16), 1, seed), kerong_cu16
            case _:
                return BoardBench(ModbusRelayBoard, BoardSetup(8), 1, seed), ModbusRelay(300)

    return make


def test_mute_board_obeys_without_a_word(made: Made) -> None:
    bench, codec = made(1)
    bench.board.become(LockBoardState.MUTE)

    assert bench.ask(codec.encode(QueryBoard(1))) == []
    assert bench.ask(codec.encode(Unlock(1, 3))) == []
    assert bench.opened == [3]


def test_late_board_answers_after_its_delay(made: Made) -> None:
    bench, codec = made(1)
    bench.board.become(LockBoardState.LATE, 400 * MS)

    assert bench.ask(codec.encode(QueryBoard(1)), 400 * MS) == []
    bench.time.run_for(100 * MS)

    assert len(bench.said) == 1


@pytest.mark.parametrize("seed", range(20))
def test_garbage_comes_before_an_answer_that_is_whole(made: Made, seed: int) -> None:
    bench, codec = made(seed)
    (good,) = bench.ask(codec.encode(QueryBoard(1)))
    bench.board.become(LockBoardState.GARBAGE)

    (bad,) = bench.ask(codec.encode(QueryBoard(1)))

    assert bad != good
    assert bad.endswith(good)


@pytest.mark.parametrize("state", [LockBoardState.TRUNCATED, LockBoardState.BAD_CHECKSUM])
@pytest.mark.parametrize("seed", range(20))
def test_broken_answer_is_not_believed(made: Made, state: LockBoardState, seed: int) -> None:
    bench, codec = made(seed)
    bench.board.become(state)

    (answer,) = bench.ask(codec.encode(QueryBoard(1)))

    with pytest.raises(FrameError) as caught:
        codec.decode(QueryBoard(1), answer)
    assert caught.value.fault in (FrameFault.LENGTH, FrameFault.CHECKSUM, FrameFault.HEADER)


def test_board_without_power_hears_nothing_and_its_coils_are_off(made: Made) -> None:
    bench, codec = made(1)
    bench.ask(codec.encode(Unlock(1, 1)), 5 * MS)
    assert bench.truth.live == {"1"}

    bench.board.become(LockBoardState.ABSENT)

    assert bench.truth.live == set()
    assert bench.ask(codec.encode(QueryBoard(1)), 10 * S) == []
    bench.board.become(LockBoardState.WELL)
    assert len(bench.ask(codec.encode(QueryBoard(1)))) == 1


def test_inverted_and_reversed_boards_say_the_same_otherwise(made: Made) -> None:
    bench, codec = made(1)
    bench.open_by_hand(1, 2)

    def bits() -> bytes:
        state = codec.decode(QueryBoard(1), bench.ask(codec.encode(QueryBoard(1)))[0])
        assert isinstance(state, BoardState)
        return state.feedback

    well = bits()
    bench.board.become(LockBoardState.INVERTED)
    inverted = bits()
    bench.board.become(LockBoardState.REVERSED)

    assert [one ^ other for one, other in zip(well, inverted, strict=True)] == [0xFF] * len(well)
    assert bits() == well[::-1]


def test_answer_takes_as_long_as_was_measured(made: Made) -> None:
    """The bytes themselves take 12–15 ms of the 21–28 ms."""
    bench, codec = made(1)
    for _ in range(50):
        assert bench.ask(codec.encode(QueryBoard(1)), 6 * MS - 1) == []
        bench.time.run_for(7 * MS + 1)
        assert len(bench.said) == 1
        bench.time.run_for(S)
