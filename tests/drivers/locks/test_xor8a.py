"""Boards that speak 8A and 80."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.locks import xor8a
from drivers.locks.frames import (
    AllOff,
    BoardState,
    FrameError,
    FrameFault,
    LockState,
    QueryBoard,
    QueryLock,
    Refusal,
    Report,
    Request,
    Unlock,
    UnlockAck,
)
from tests.drivers.locks.board_side import answer_xor8a, flipped, read_xor8a, xored

BOARDS = st.integers(1, 32)
LOCKS = st.integers(1, 50)
REQUESTS = st.one_of(
    st.builds(Unlock, BOARDS, LOCKS), st.builds(QueryLock, BOARDS, LOCKS), st.builds(QueryBoard, BOARDS)
)
EVERY_UNLOCK = [Unlock(board, lock) for board in range(1, 33) for lock in range(1, 51)]


# The XOR is linear: what it does not see in a frame of zeros it sees in no frame.
UNSEEN = [int.from_bytes(mask) for mask in flipped(bytes(5), 2) if xored(*mask[:4]) == mask]


def unseen(unlock: Unlock) -> Iterator[bytes]:
    """The frame with two bits flipped, in every way in which its checksum still holds."""
    sent = int.from_bytes(xor8a.encode(unlock))
    return ((sent ^ mask).to_bytes(5) for mask in UNSEEN)


def fault(request: Request, data: bytes | str) -> FrameFault:
    with pytest.raises(FrameError) as caught:
        xor8a.decode(request, bytes.fromhex(data) if isinstance(data, str) else data)
    return caught.value.fault


@pytest.mark.parametrize(
    ("request_", "frame"),
    [
        (Unlock(1, 1), "8A 01 01 11 9B"),
        (Unlock(1, 2), "8A 01 02 11 98"),
        (Unlock(1, 6), "8A 01 06 11 9C"),
        (Unlock(1, 7), "8A 01 07 11 9D"),
        (QueryLock(1, 1), "80 01 01 33 B3"),
        (QueryLock(2, 1), "80 02 01 33 B0"),
        (QueryLock(3, 1), "80 03 01 33 B1"),
        (QueryBoard(1), "80 01 00 33 B2"),
    ],
)
def test_requests_are_those_that_boards_know(request_: Request, frame: str) -> None:
    assert xor8a.encode(request_) == bytes.fromhex(frame)


@pytest.mark.parametrize(
    ("request_", "frame", "reply"),
    [
        (Unlock(1, 1), "8A 01 01 00 8A", UnlockAck(1, 1, raw=False)),
        (Unlock(1, 1), "8A 01 01 11 9B", UnlockAck(1, 1, raw=True)),
        (QueryLock(1, 1), "80 01 01 00 80", LockState(1, 1, raw=False)),
        (QueryLock(1, 1), "80 01 01 11 91", LockState(1, 1, raw=True)),
        (QueryBoard(1), "80 01 00 00 00 33 B2", BoardState(1, bytes(3))),
        (QueryBoard(1), "80 01 00 00 02 33 B0", BoardState(1, b"\0\0\2")),
    ],
)
def test_answers_are_read_as_boards_give_them(request_: Request, frame: str, reply: object) -> None:
    assert xor8a.decode(request_, bytes.fromhex(frame)) == reply


@given(REQUESTS)
def test_a_board_reads_what_was_meant(request_: Request) -> None:
    assert read_xor8a(xor8a.encode(request_)) == request_


@given(BOARDS, LOCKS, st.booleans(), st.sampled_from([3, 4, 7]), st.data())
def test_what_a_board_says_is_what_is_read(board: int, lock: int, raw: bool, width: int, data: st.DataObject) -> None:
    state = BoardState(board, data.draw(st.binary(min_size=width, max_size=width)))

    ack, single = UnlockAck(board, lock, raw), LockState(board, lock, raw)

    assert xor8a.decode(Unlock(board, lock), answer_xor8a(ack)) == ack
    assert xor8a.decode(QueryLock(board, lock), answer_xor8a(single)) == single
    assert xor8a.decode(QueryBoard(board), answer_xor8a(state)) == state


@given(st.binary(max_size=20), BOARDS, LOCKS, st.booleans())
def test_garbage_before_an_answer_is_skipped(garbage: bytes, board: int, lock: int, raw: bool) -> None:
    single = LockState(board, lock, raw)

    assert xor8a.decode(QueryLock(board, lock), garbage + answer_xor8a(single)) == single


@pytest.mark.parametrize("garbage", ["", "00", "FF 00", "80", "8A 01", "80 01 00 33", "82 01 02 00 81"])
def test_garbage_before_the_state_of_a_board_is_skipped(garbage: str) -> None:
    frame = bytes.fromhex("80 01 00 00 02 33 B0")

    assert xor8a.decode(QueryBoard(1), bytes.fromhex(garbage) + frame) == BoardState(1, b"\0\0\2")


@pytest.mark.parametrize(
    ("request_", "frame", "expected"),
    [
        (Unlock(1, 1), "8A 01 01 11 9A", FrameFault.CHECKSUM),
        (Unlock(1, 1), "", FrameFault.HEADER),
        (Unlock(1, 1), "01 01 11 9B", FrameFault.HEADER),
        (Unlock(1, 1), "8A 01 01 11", FrameFault.LENGTH),
        (Unlock(1, 1), "8A 01 01 00 8A 00", FrameFault.LENGTH),
        (Unlock(1, 1), "8A 02 01 00 89", FrameFault.BOARD),
        (Unlock(1, 1), "8A 01 02 00 89", FrameFault.LOCK),
        (Unlock(1, 1), "8A 01 01 22 A8", FrameFault.STATUS),
        (Unlock(1, 1), "80 01 01 00 80", FrameFault.COMMAND),
        (Unlock(1, 1), "80 01 00 00 00 33 B2", FrameFault.COMMAND),
        (QueryLock(1, 1), "8A 01 01 00 8A", FrameFault.COMMAND),
        (QueryLock(1, 1), "80 01 00 00 00 33 B2", FrameFault.LENGTH),
        (QueryLock(1, 1), "80 01 01 22 A2", FrameFault.STATUS),
        (QueryBoard(1), "80 01 01 00 80", FrameFault.LENGTH),
        (QueryBoard(1), "80 01 00 00 00 00 00 33 B2", FrameFault.LENGTH),
        (QueryBoard(1), "80 02 00 00 00 33 B1", FrameFault.BOARD),
    ],
)
def test_what_is_not_the_answer_is_refused(request_: Request, frame: str, expected: FrameFault) -> None:
    assert fault(request_, frame) == expected


@given(st.one_of(st.builds(QueryLock, BOARDS, LOCKS), st.builds(QueryBoard, BOARDS)))
def test_a_query_that_comes_back_is_an_echo(request_: Request) -> None:
    assert fault(request_, xor8a.encode(request_)) == FrameFault.ECHO


@given(BOARDS, LOCKS, st.booleans(), st.binary(max_size=3))
def test_an_echo_is_seen_even_if_the_answer_comes_without_a_pause(
    board: int, lock: int, raw: bool, garbage: bytes
) -> None:
    single, state = answer_xor8a(LockState(board, lock, raw)), answer_xor8a(BoardState(board, bytes(3)))

    assert fault(QueryLock(board, lock), xor8a.encode(QueryLock(board, lock)) + garbage + single) == FrameFault.ECHO
    assert fault(QueryBoard(board), xor8a.encode(QueryBoard(board)) + garbage + state) == FrameFault.ECHO


@pytest.mark.parametrize("feedback", ["00 33 B2", "00 33 B2 00", "00 33 B2 00 00 00 00"])
def test_a_board_whose_feedback_begins_like_the_query_is_no_echo(feedback: str) -> None:
    state = BoardState(1, bytes.fromhex(feedback))
    assert answer_xor8a(state).startswith(xor8a.encode(QueryBoard(1)))

    assert xor8a.decode(QueryBoard(1), answer_xor8a(state)) == state


@pytest.mark.parametrize("frame", ["82 01 01 00 82", "82 01 01 11 93", "81 01 01 00 81", "81 01 01 11 90"])
@pytest.mark.parametrize("request_", [Unlock(1, 1), QueryLock(1, 1), QueryBoard(1)])
def test_what_a_board_tells_by_itself_is_never_an_answer(request_: Request, frame: str) -> None:
    assert fault(request_, frame) == FrameFault.UNASKED
    assert xor8a.report(bytes.fromhex(frame)) == Report(1, 1, raw="11" in frame)


@pytest.mark.parametrize(
    "frames",
    [
        "82 01 02 00 81 8A 01 01 00 8A",
        "8A 01 01 00 8A 82 01 02 00 81",
        "8A 01 01 00 8A 82 01 02 00 81 81 01 03 00 83",
    ],
)
def test_an_answer_beside_reports_is_still_the_answer(frames: str) -> None:
    assert xor8a.decode(Unlock(1, 1), bytes.fromhex(frames)) == UnlockAck(1, 1, raw=False)


def test_a_report_behind_garbage_is_no_more_than_a_report() -> None:
    assert fault(Unlock(1, 1), "FF 00 82 01 02 00 81") == FrameFault.UNASKED


def test_a_board_that_lets_its_coils_cool_down_declines() -> None:
    assert xor8a.decode(Unlock(1, 2), bytes.fromhex("8A 01 02 02 8B")) == Refusal(1, 2)
    assert fault(Unlock(1, 1), "8A 01 02 02 8B") == FrameFault.LOCK
    assert fault(QueryLock(1, 1), "80 01 01 02 82") == FrameFault.STATUS


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("80 01 01 00 80", FrameFault.COMMAND),
        ("82 21 01 00 A2", FrameFault.BOARD),
        ("82 01 00 00 83", FrameFault.LOCK),
        ("82 01 01 22 A0", FrameFault.STATUS),
        ("82 01 01 00 83", FrameFault.CHECKSUM),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(frame: str, expected: FrameFault) -> None:
    with pytest.raises(FrameError) as caught:
        xor8a.report(bytes.fromhex(frame))

    assert caught.value.fault == expected


def test_lock_zero_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="lock 0, allowed is 1–50"):
        Unlock(1, 0)
    with pytest.raises(ValueError, match="lock 0, allowed is 1–50"):
        QueryLock(1, 0)


@pytest.mark.parametrize("lock", [0, 51, 256])
def test_a_lock_that_got_past_the_value_is_refused_by_the_encoder(lock: int) -> None:
    forged = Unlock(1, 1)
    object.__setattr__(forged, "lock", lock)

    with pytest.raises(ValueError, match=f"lock {lock}, allowed is 1–50"):
        xor8a.encode(forged)


@pytest.mark.parametrize("request_", [Unlock(0, 1), Unlock(33, 1), QueryLock(33, 1), QueryBoard(0), AllOff(1)])
def test_what_the_family_does_not_have_is_refused(request_: Request) -> None:
    with pytest.raises(ValueError, match=r"allowed is 1–32|times its pulses itself"):
        xor8a.encode(request_)


def test_nothing_that_can_be_encoded_opens_more_than_one_lock() -> None:
    queries = [QueryLock(unlock.board, unlock.lock) for unlock in EVERY_UNLOCK]
    requests: list[Request] = [*EVERY_UNLOCK, *queries, *(QueryBoard(board) for board in range(1, 33))]

    frames = {xor8a.encode(request) for request in requests}

    assert len(frames) == 2 * len(EVERY_UNLOCK) + 32
    assert not [frame for frame in frames if isinstance(read_xor8a(frame), str)]


def test_one_flipped_bit_is_always_seen() -> None:
    for unlock in EVERY_UNLOCK:
        assert not [frame for frame in flipped(xor8a.encode(unlock), 1) if read_xor8a(frame)]


def test_two_flipped_bits_open_all_only_for_locks_one_bit_from_zero_and_never_unseen() -> None:
    """The wire can do this and no code can prevent it. Lock 2**k loses its bit; so does the XOR, or bit k of the board.

    In the second case it is another board that opens: reading the one that was asked would not show it.
    """
    open_all = {xored(0x8A, board, 0, 0x11): board for board in range(1, 33)}

    reached = [(unlock, open_all[frame]) for unlock in EVERY_UNLOCK for frame in unseen(unlock) if frame in open_all]

    bits = (1, 2, 4, 8, 16, 32)
    same = {(Unlock(board, bit), board) for board in range(1, 33) for bit in bits}
    other = {(Unlock(board, bit), board ^ bit) for board in range(1, 33) for bit in bits if 1 <= board ^ bit <= 32}
    assert (len(same), len(other)) == (192, 150)
    assert (len(reached), set(reached)) == (192 + 150, same | other)
    for unlock, opened in reached:
        for status in (0x00, 0x11):
            assert fault(unlock, xored(0x8A, opened, 0, status)) == FrameFault.OPENED_ALL


def test_the_known_way_from_one_lock_to_all() -> None:
    sent, arrives = xor8a.encode(Unlock(1, 1)), bytes.fromhex("8A 01 00 11 9A")

    assert arrives in set(flipped(sent, 2))
    assert read_xor8a(arrives) == "open all"
    assert fault(Unlock(1, 1), arrives) == FrameFault.OPENED_ALL


def test_two_flipped_bits_that_open_another_lock_are_seen_in_its_answer() -> None:
    kinds: Counter[str] = Counter()

    for unlock in EVERY_UNLOCK:
        for frame in unseen(unlock):
            match read_xor8a(frame):
                case Unlock(board, lock):
                    kinds["another lock"] += 1
                    assert fault(unlock, answer_xor8a(UnlockAck(board, lock, raw=False))) in ("board", "lock")
                case str() as kind:
                    kinds[kind] += 1
                case other:
                    assert other is None

    assert kinds["open all"] == 192 + 150
    assert kinds["another lock"] > 0


def test_two_flipped_bits_can_keep_the_current_on_for_every_lock() -> None:
    """8A becomes 9A. Boards that know it send no answer; no state of a door shows it."""
    held = {unlock for unlock in EVERY_UNLOCK for frame in unseen(unlock) if read_xor8a(frame) == "hold"}

    assert held == set(EVERY_UNLOCK)


@pytest.mark.parametrize("request_", [Unlock(1, 1), QueryLock(1, 1), QueryBoard(1)])
@pytest.mark.parametrize("frame", ["8A 01 00 00 8B", "8A 01 00 11 9A", "8A 02 00 00 88", "FF 8A 01 00 00 8B"])
def test_an_answer_that_names_lock_zero_is_an_emergency_whatever_was_asked(request_: Request, frame: str) -> None:
    assert fault(request_, frame) == FrameFault.OPENED_ALL
