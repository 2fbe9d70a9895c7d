"""Boards that speak 8A and 80, against every published frame and against the driver's codec."""

import pytest

from drivers.locks import xor8a as codec
from drivers.locks.frames import BoardState, FrameError, FrameFault, LockState, QueryBoard, QueryLock, Unlock, UnlockAck
from drivers.locks.wiring import ByteOrder, Polarity, Wiring
from sim.acts.words import LockBoardState, MechanismState
from sim.locks.boards.xor8a import Xor8aBoard
from sim.locks.compartment import Cause
from sim.locks.setup import BoardSetup
from tests.sim.locks.boards.board_bench import MS, BoardBench, S


def bench_of(
    locks: int = 24,
    number: int = 1,
    *,
    low_last: bool = False,
    inverted: bool = False,
    feedback_bytes: int | None = None,
) -> BoardBench[Xor8aBoard]:
    setup = BoardSetup(locks, low_last=low_last, inverted=inverted, feedback_bytes=feedback_bytes)
    return BoardBench(Xor8aBoard, setup, number)


def hexed(frames: list[bytes]) -> list[str]:
    return [frame.hex(" ").upper() for frame in frames]


def test_released_lock_is_answered_as_open() -> None:
    bench = bench_of()

    assert hexed(bench.ask("8A 01 01 11 9B")) == ["8A 01 01 00 8A"]
    assert bench.opened == [1]


def test_lock_that_did_not_open_is_answered_with_the_request_itself() -> None:
    bench = bench_of()
    bench.doors[1].become(MechanismState.JAMMED)

    assert hexed(bench.ask("8A 01 01 11 9B")) == ["8A 01 01 11 9B"]
    assert bench.opened == []


def test_lock_is_open_or_locked() -> None:
    bench = bench_of()

    assert hexed(bench.ask("80 01 01 33 B3")) == ["80 01 01 11 91"]
    bench.open_by_hand(1)
    assert hexed(bench.ask("80 01 01 33 B3")) == ["80 01 01 00 80"]


def test_board_of_eight_locks_with_no_bolt_fitted_answers_seven_bytes() -> None:
    bench = bench_of(8)
    bench.open_by_hand(*range(1, 9))

    assert hexed(bench.ask("80 01 00 33 B2")) == ["80 01 00 00 00 33 B2"]


def test_lock_2_is_in_the_last_byte_of_a_board_that_counts_so() -> None:
    bench = bench_of(low_last=True)
    bench.open_by_hand(1, *range(3, 25))

    assert hexed(bench.ask("80 01 00 33 B2")) == ["80 01 00 00 02 33 B0"]


@pytest.mark.parametrize(
    ("request_", "number", "lock"),
    [("8A 01 02 11 98", 1, 2), ("8A 01 06 11 9C", 1, 6), ("8A 01 07 11 9D", 1, 7)],
)
def test_lock_that_is_named_opens_and_no_other(request_: str, number: int, lock: int) -> None:
    bench = bench_of(number=number)

    bench.ask(request_)

    assert bench.opened == [lock]


@pytest.mark.parametrize(("request_", "number"), [("80 02 01 33 B0", 2), ("80 03 01 33 B1", 3)])
def test_board_answers_to_its_own_number_alone(request_: str, number: int) -> None:
    assert bench_of(number=number).ask(request_)[0][:3] == bytes([0x80, number, 1])
    assert bench_of(number=7).ask(request_) == []


@pytest.mark.parametrize(("request_", "number"), [("8A 01 00 11 9A", 1), ("8A 02 00 11 99", 2)])
def test_lock_0_is_every_lock_one_after_the_other(request_: str, number: int) -> None:
    bench = bench_of(12, number)

    answers = bench.ask(request_, 12 * S)

    assert [answer[:3] for answer in answers] == [bytes([0x8A, number, 0])]
    assert bench.opened == list(range(1, 13))
    assert {opening.cause for opening in bench.truth.openings} == {Cause.OPEN_ALL}
    ends = [current.ended_ns for current in bench.truth.currents]
    begins = [current.at_ns for current in bench.truth.currents]
    assert all(end is not None and end < begin for end, begin in zip(ends, begins[1:], strict=False))


def test_wrong_checksum_moves_nothing_and_is_not_answered() -> None:
    bench = bench_of()

    assert bench.ask("8A 01 01 11 9A") == []
    assert bench.opened == []


def test_two_flipped_bits_open_every_lock() -> None:
    """The exclusive or does not see them: that is the danger of this family, and the simulator has it."""
    bench = bench_of(8)
    flipped = bytearray(codec.encode(Unlock(1, 1)))
    flipped[2] ^= 1
    flipped[4] ^= 1

    bench.ask(bytes(flipped), 12 * S)

    assert bench.opened == list(range(1, 9))


def test_current_that_is_held_ends_when_it_is_told_to() -> None:
    bench = bench_of()

    bench.ask("9A 01 03 11 89", 30 * S)
    assert bench.truth.live == {"3"}
    bench.ask("9B 01 03 11 88")

    assert bench.truth.live == set()
    assert bench.truth.openings[0].cause is Cause.HOLD


@pytest.mark.parametrize(
    ("locks", "feedback_bytes", "length"),
    [(24, None, 7), (8, None, 7), (12, None, 7), (32, None, 8), (50, None, 11), (24, 7, 11)],
)
def test_answer_about_every_lock_has_the_length_that_its_board_gives_it(
    locks: int, feedback_bytes: int | None, length: int
) -> None:
    bench = bench_of(locks, feedback_bytes=feedback_bytes)
    bench.open_by_hand(1, locks)

    (answer,) = bench.ask(codec.encode(QueryBoard(1)))

    state = codec.decode(QueryBoard(1), answer)
    assert len(answer) == length
    assert isinstance(state, BoardState)
    wiring = Wiring(Polarity.SET_WHEN_LOCKED)
    assert [lock for lock in range(1, locks + 1) if not wiring.is_locked_on(state, lock)] == [1, locks]


@pytest.mark.parametrize(("locks", "length"), [(24, 8), (32, 11), (50, 11)])
def test_answer_that_is_longer_says_the_same(locks: int, length: int) -> None:
    bench = bench_of(locks)
    bench.open_by_hand(locks)
    (well,) = bench.ask(codec.encode(QueryBoard(1)))

    bench.board.become(LockBoardState.LONGER)
    (longer,) = bench.ask(codec.encode(QueryBoard(1)))

    assert len(longer) == length
    assert longer[2:-2] == well[2:-2].ljust(length - 4, b"\0")


@pytest.mark.parametrize("low_last", [False, True])
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("lock", [1, 8, 9, 17, 24])
def test_driver_reads_what_the_board_says_of_any_lock(low_last: bool, inverted: bool, lock: int) -> None:
    bench = bench_of(low_last=low_last, inverted=inverted)
    wiring = Wiring(
        Polarity.SET_WHEN_OPEN if inverted else Polarity.SET_WHEN_LOCKED,
        ByteOrder.LOW_LAST if low_last else ByteOrder.LOW_FIRST,
    )

    ack = codec.decode(Unlock(1, lock), bench.ask(codec.encode(Unlock(1, lock)))[0])
    single = codec.decode(QueryLock(1, lock), bench.ask(codec.encode(QueryLock(1, lock)))[0])
    every = codec.decode(QueryBoard(1), bench.ask(codec.encode(QueryBoard(1)))[0])

    assert ack == UnlockAck(1, lock, inverted)
    assert isinstance(single, LockState)
    assert isinstance(every, BoardState)
    assert single.raw is inverted
    assert [n for n in range(1, 25) if not wiring.is_locked_on(every, n)] == [lock]


def test_frame_that_comes_byte_by_byte_behind_garbage_is_obeyed() -> None:
    bench = bench_of()
    bench.board.hear(b"\x8a\x80\xff", after_silence=True)

    for byte in codec.encode(Unlock(1, 5)):
        bench.board.hear(bytes([byte]), after_silence=False)
    bench.time.run_for(S)

    assert bench.opened == [5]


def test_silence_ends_what_was_half_a_frame() -> None:
    bench = bench_of()

    bench.board.hear(codec.encode(Unlock(1, 5))[:3], after_silence=True)

    assert len(bench.ask(codec.encode(QueryBoard(1)))) == 1


def test_board_is_deaf_while_it_releases_a_lock_and_answers_then() -> None:
    bench = bench_of()
    bench.board.hear(codec.encode(Unlock(1, 1)), after_silence=True)
    bench.time.run_for(100 * MS)

    assert bench.ask(codec.encode(QueryBoard(1)), 150 * MS) == []
    bench.time.run_for(100 * MS)

    assert [frame[0] for frame in bench.said] == [0x8A]


def test_board_that_cools_down_declines_and_moves_nothing() -> None:
    bench = bench_of()
    bench.board.become(LockBoardState.COOLDOWN)

    assert hexed(bench.ask("8A 01 01 11 9B")) == ["8A 01 01 02 88"]
    assert bench.truth.currents == []
    assert hexed(bench.ask("80 01 01 33 B3")) == ["80 01 01 11 91"]


def test_chatty_board_tells_a_door_that_opens() -> None:
    bench = bench_of()
    bench.board.become(LockBoardState.CHATTY)

    bench.open_by_hand(4)
    bench.time.run_for(S)

    assert [codec.report(frame).lock for frame in bench.said] == [4]


@pytest.mark.parametrize("seed", range(6))
def test_chatty_board_tells_something_before_or_with_every_answer(seed: int) -> None:
    bench = BoardBench(Xor8aBoard, BoardSetup(), 1, seed)
    bench.board.become(LockBoardState.CHATTY)

    said = bench.ask(codec.encode(QueryBoard(1)))

    assert said[0][0] == 0x82
    assert isinstance(codec.decode(QueryBoard(1), said[-1]), BoardState)
    if len(said) == 2:
        with pytest.raises(FrameError) as caught:
            codec.decode(QueryBoard(1), said[0])
        assert caught.value.fault is FrameFault.UNASKED
