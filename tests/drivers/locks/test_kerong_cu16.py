"""Kerong KR-CU16 boards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.locks import kerong_cu16
from drivers.locks.frames import (
    AllOff,
    BoardState,
    FrameError,
    FrameFault,
    QueryBoard,
    QueryLock,
    Request,
    Unlock,
    UnlockAck,
)
from drivers.locks.wiring import Polarity, Wiring
from tests.drivers.locks.board_side import answer_kerong, flipped, read_kerong

BOARDS = st.integers(0, 9)
LOCKS = st.integers(1, 16)
TWO_BYTES = st.binary(min_size=2, max_size=2)
STATES = st.builds(BoardState, BOARDS, TWO_BYTES, TWO_BYTES)
EVERY_UNLOCK = [Unlock(board, lock) for board in range(10) for lock in range(1, 17)]
EVERY_REQUEST: list[Request] = [*EVERY_UNLOCK, *(QueryBoard(board) for board in range(10))]


def fault(request: Request, data: bytes | str) -> FrameFault:
    with pytest.raises(FrameError) as caught:
        kerong_cu16.decode(request, bytes.fromhex(data) if isinstance(data, str) else data)
    return caught.value.fault


def fault_of_all(data: bytes) -> FrameFault:
    with pytest.raises(FrameError) as caught:
        kerong_cu16.decode_every_board(data)
    return caught.value.fault


@pytest.mark.parametrize(
    ("request_", "frame"),
    [
        (QueryBoard(0), "02 00 30 03 35"),
        (QueryBoard(1), "02 10 30 03 45"),
        (Unlock(0, 1), "02 00 31 03 36"),
        (Unlock(0, 16), "02 0F 31 03 45"),
        (Unlock(1, 1), "02 10 31 03 46"),
        (Unlock(1, 4), "02 13 31 03 49"),
    ],
)
def test_requests_are_those_that_boards_know(request_: Request, frame: str) -> None:
    assert kerong_cu16.encode(request_) == bytes.fromhex(frame)


@pytest.mark.parametrize("wrong", ["02 10 30 03 3E", "02 0F 31 03 49"])
def test_frames_with_a_wrong_sum_are_never_built(wrong: str) -> None:
    assert bytes.fromhex(wrong) not in {kerong_cu16.encode(request) for request in EVERY_REQUEST}


def test_a_state_has_hooks_and_sensors() -> None:
    state = kerong_cu16.decode(QueryBoard(0), bytes.fromhex("02 00 35 FE FF 01 00 03 38"))

    assert state == BoardState(0, feedback=b"\xfe\xff", occupied=b"\x01\x00")
    wiring = Wiring(Polarity.SET_WHEN_LOCKED)
    assert wiring.locked_word(state, 16) == 0xFFFE
    assert wiring.occupied_word(state, 16) == 1


def test_all_boards_answer_one_after_the_other() -> None:
    assert kerong_cu16.query_every_board() == bytes.fromhex("02 F0 32 03 27")

    states = kerong_cu16.decode_every_board(bytes.fromhex("02 00 36 00 00 00 00 03 3B 02 10 36 00 00 00 00 03 4B"))

    assert states == (BoardState(0, bytes(2), bytes(2)), BoardState(1, bytes(2), bytes(2)))


@given(st.one_of(st.builds(Unlock, BOARDS, LOCKS), st.builds(QueryBoard, BOARDS)))
def test_a_board_reads_what_was_meant(request_: Request) -> None:
    assert read_kerong(kerong_cu16.encode(request_)) == request_


@given(STATES, LOCKS)
def test_what_a_board_says_is_what_is_read(state: BoardState, lock: int) -> None:
    frame = answer_kerong(state)
    hook = bool(int.from_bytes(state.feedback, "little") >> (lock - 1) & 1)

    assert kerong_cu16.decode(QueryBoard(state.board), frame) == state
    assert kerong_cu16.decode(Unlock(state.board, lock), frame) == UnlockAck(state.board, lock, hook)


@given(st.lists(STATES, min_size=1, max_size=10, unique_by=lambda state: state.board))
def test_any_order_of_boards_is_read(states: list[BoardState]) -> None:
    data = b"".join(answer_kerong(state, 0x36) for state in states)

    assert kerong_cu16.decode_every_board(data) == tuple(states)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("", FrameFault.LENGTH),
        ("02 00 30 03 35", FrameFault.ECHO),
        ("02 00 35 00 00 00 00 03", FrameFault.LENGTH),
        ("02 00 35 00 00 00 00 03 3A 00", FrameFault.LENGTH),
        ("03 00 35 00 00 00 00 03 3B", FrameFault.HEADER),
        ("02 00 35 00 00 00 00 02 39", FrameFault.HEADER),
        ("02 00 35 00 00 00 00 03 3B", FrameFault.CHECKSUM),
        ("02 00 36 00 00 00 00 03 3B", FrameFault.COMMAND),
        ("02 10 35 00 00 00 00 03 4A", FrameFault.BOARD),
        ("02 01 35 00 00 00 00 03 3B", FrameFault.BOARD),
        ("02 F0 35 00 00 00 00 03 2A", FrameFault.BOARD),
    ],
)
def test_what_is_not_the_answer_is_refused(frame: str, expected: FrameFault) -> None:
    assert fault(QueryBoard(0), frame) == expected


def test_an_unlock_that_comes_back_is_an_echo() -> None:
    assert fault(Unlock(1, 4), "02 13 31 03 49") == FrameFault.ECHO


@given(STATES)
def test_an_echo_is_seen_even_if_the_answer_comes_without_a_pause(state: BoardState) -> None:
    query, every = QueryBoard(state.board), kerong_cu16.query_every_board()

    assert fault(query, kerong_cu16.encode(query) + answer_kerong(state)) == FrameFault.ECHO
    assert fault_of_all(every + answer_kerong(state, 0x36)) == FrameFault.ECHO


def test_two_boards_with_one_number_are_told() -> None:
    twice = answer_kerong(BoardState(3, bytes(2), bytes(2)), 0x36) * 2

    assert fault_of_all(twice) == FrameFault.BOARD


def test_a_state_for_one_is_not_a_state_for_all() -> None:
    state = BoardState(3, bytes(2), bytes(2))

    assert fault_of_all(answer_kerong(state)) == FrameFault.COMMAND
    assert fault_of_all(kerong_cu16.query_every_board()) == FrameFault.ECHO
    assert fault_of_all(b"") == FrameFault.LENGTH
    assert fault_of_all(answer_kerong(state, 0x36)[:-1]) == FrameFault.LENGTH
    assert fault_of_all(answer_kerong(state, 0x36) * 11) == FrameFault.LENGTH


@given(
    st.one_of(st.binary(max_size=100), st.integers(1, 11).flatmap(lambda n: st.binary(min_size=9 * n, max_size=9 * n)))
)
def test_no_bytes_break_the_reader_of_all_boards(data: bytes) -> None:
    try:
        states = kerong_cu16.decode_every_board(data)
    except FrameError:
        return
    assert b"".join(answer_kerong(state, 0x36) for state in states) == data


@pytest.mark.parametrize("request_", [Unlock(10, 1), Unlock(15, 1), Unlock(0, 17), QueryBoard(10)])
def test_numbers_the_family_does_not_have_are_refused(request_: Request) -> None:
    with pytest.raises(ValueError, match=r"board 1., allowed is 0–9|lock 17, allowed is 1–16"):
        kerong_cu16.encode(request_)


@pytest.mark.parametrize("request_", [QueryLock(0, 1), AllOff(0)])
def test_requests_the_family_does_not_have_are_refused(request_: Request) -> None:
    with pytest.raises(ValueError, match="of this family"):
        kerong_cu16.encode(request_)


def test_nothing_that_can_be_encoded_opens_more_than_one_lock() -> None:
    frames = {kerong_cu16.encode(request) for request in EVERY_REQUEST} | {kerong_cu16.query_every_board()}

    assert "open all" not in {read_kerong(frame) for frame in frames}


def test_one_flipped_bit_is_always_seen() -> None:
    for unlock in EVERY_UNLOCK:
        assert not [frame for frame in flipped(kerong_cu16.encode(unlock), 1) if read_kerong(frame)]


def test_two_flipped_bits_can_open_all_and_only_the_state_of_the_board_shows_it() -> None:
    """31 becomes 33, with bit 1 set in the sum or cleared in the address; the answers are the same. One board only."""
    reached = {
        (unlock, frame[1] >> 4)
        for unlock in EVERY_UNLOCK
        for frame in flipped(kerong_cu16.encode(unlock), 2)
        if read_kerong(frame) == "open all"
    }

    clear = {unlock for unlock in EVERY_UNLOCK if not kerong_cu16.encode(unlock)[-1] & 2}
    assert reached == {(unlock, unlock.board) for unlock in clear}
