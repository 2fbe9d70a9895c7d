"""Relay boards on Modbus RTU."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.locks.frames import (
    AllOff,
    BoardState,
    FrameError,
    FrameFault,
    OffAck,
    QueryBoard,
    QueryLock,
    Refusal,
    Reply,
    Request,
    Unlock,
    UnlockAck,
)
from drivers.locks.modbus_relay import ModbusRelay
from tests.drivers.locks.board_side import answer_modbus, flipped, read_modbus, with_crc

BOARDS = st.integers(1, 247)
LOCKS = st.integers(1, 8)
PULSES_MS = st.integers(1, 10).map(lambda steps: steps * 100)
CODEC = ModbusRelay(500)


def fault(request: Request, data: bytes) -> FrameFault:
    with pytest.raises(FrameError) as caught:
        CODEC.decode(request, data)
    return caught.value.fault


@pytest.mark.parametrize(
    ("pulse_ms", "request_", "frame"),
    [
        (700, Unlock(1, 1), "01 05 02 00 00 07 8D B0"),
        (800, Unlock(1, 2), "01 05 02 01 00 08 9C 74"),
        (500, Unlock(1, 1), "01 05 02 00 00 05 0C 71"),
        (500, AllOff(1), "01 05 00 FF 00 00 FD FA"),
        (500, QueryBoard(1), "01 02 00 00 00 08 79 CC"),
    ],
)
def test_requests_are_those_that_boards_know(pulse_ms: int, request_: Request, frame: str) -> None:
    assert ModbusRelay(pulse_ms).encode(request_) == bytes.fromhex(frame)


@pytest.mark.parametrize(
    ("request_", "frame", "reply"),
    [
        (Unlock(1, 1), "01 05 02 00 00 05 0C 71", UnlockAck(1, 1, None)),
        (AllOff(1), "01 05 00 FF 00 00 FD FA", OffAck(1)),
        (QueryBoard(1), "01 02 01 00 A1 88", BoardState(1, b"\x00")),
        (QueryBoard(1), "01 02 01 01 60 48", BoardState(1, b"\x01")),
        (QueryBoard(1), "01 02 01 FF E1 C8", BoardState(1, b"\xff")),
    ],
)
def test_answers_are_read_as_boards_give_them(request_: Request, frame: str, reply: Reply) -> None:
    assert CODEC.decode(request_, bytes.fromhex(frame)) == reply


@given(st.one_of(st.builds(Unlock, BOARDS, LOCKS), st.builds(QueryBoard, BOARDS), st.builds(AllOff, BOARDS)), PULSES_MS)
def test_a_board_reads_what_was_meant(request_: Request, pulse_ms: int) -> None:
    frame = ModbusRelay(pulse_ms).encode(request_)

    assert read_modbus(frame) == (request_, pulse_ms if isinstance(request_, Unlock) else 0)


@given(BOARDS, LOCKS, PULSES_MS, st.binary(min_size=1, max_size=1), st.integers(1, 255))
def test_what_a_board_says_is_what_is_read(board: int, lock: int, pulse_ms: int, inputs: bytes, code: int) -> None:
    codec = ModbusRelay(pulse_ms)
    ack, state, refusal = UnlockAck(board, lock, None), BoardState(board, inputs), Refusal(board, code)

    assert codec.decode(Unlock(board, lock), answer_modbus(ack, pulse_ms)) == ack
    assert codec.decode(QueryBoard(board), answer_modbus(state, pulse_ms)) == state
    assert codec.decode(AllOff(board), answer_modbus(OffAck(board), pulse_ms)) == OffAck(board)
    assert codec.decode(Unlock(board, lock), answer_modbus(refusal, pulse_ms)) == refusal
    assert codec.decode(QueryBoard(board), answer_modbus(refusal, pulse_ms, function=2)) == refusal


@pytest.mark.parametrize(
    ("request_", "body", "expected"),
    [
        (Unlock(1, 1), [1, 5], FrameFault.LENGTH),
        (Unlock(1, 1), [2, 5, 2, 0, 0, 5], FrameFault.BOARD),
        (Unlock(1, 1), [1, 2, 1, 0], FrameFault.COMMAND),
        (Unlock(1, 1), [1, 0x82, 2], FrameFault.COMMAND),
        (Unlock(1, 1), [1, 5, 2, 1, 0, 5], FrameFault.LOCK),
        (Unlock(1, 1), [1, 5, 0, 0xFF, 0, 0], FrameFault.LOCK),
        (Unlock(1, 1), [1, 5, 2, 0, 0, 6], FrameFault.STATUS),
        (Unlock(1, 1), [1, 5, 2, 0, 0, 5, 0], FrameFault.LENGTH),
        (Unlock(1, 1), [1, 0x85, 0], FrameFault.STATUS),
        (Unlock(1, 1), [1, 0x85, 2, 0], FrameFault.LENGTH),
        (AllOff(1), [1, 5, 2, 0, 0, 5], FrameFault.LOCK),
        (AllOff(1), [1, 5, 0, 0xFF, 0xFF, 0], FrameFault.STATUS),
        (QueryBoard(1), [1, 2, 0, 0, 0, 8], FrameFault.ECHO),
        (QueryBoard(1), [1, 2, 2, 0, 0], FrameFault.LENGTH),
        (QueryBoard(1), [1, 2, 2, 0], FrameFault.LENGTH),
        (QueryBoard(1), [1, 5, 2, 0, 0, 5], FrameFault.COMMAND),
    ],
)
def test_what_is_not_the_answer_is_refused(request_: Request, body: list[int], expected: FrameFault) -> None:
    assert fault(request_, with_crc(*body)) == expected


def test_an_echo_is_seen_even_if_the_answer_comes_without_a_pause() -> None:
    both = CODEC.encode(QueryBoard(1)) + bytes.fromhex("01 02 01 00 A1 88")

    assert fault(QueryBoard(1), both) == FrameFault.ECHO


def test_a_wrong_checksum_is_refused() -> None:
    assert fault(QueryBoard(1), bytes.fromhex("01 02 01 00 A1 89")) == FrameFault.CHECKSUM


@pytest.mark.parametrize("pulse_ms", [0, 50, 150, 1_100, -100])
def test_pulses_that_a_board_cannot_time_or_a_coil_cannot_bear_are_refused(pulse_ms: int) -> None:
    with pytest.raises(ValueError, match=f"pulse_ms {pulse_ms}, allowed"):
        ModbusRelay(pulse_ms)


@pytest.mark.parametrize("request_", [Unlock(0, 1), Unlock(1, 9), QueryBoard(0), AllOff(0), QueryLock(1, 1)])
def test_what_the_family_does_not_have_is_refused(request_: Request) -> None:
    with pytest.raises(ValueError, match=r"board 0, allowed is 1–247|lock 9, allowed is 1–8|of this family"):
        CODEC.encode(request_)


@pytest.mark.parametrize("request_", [Unlock(1, 1), AllOff(32)])
@pytest.mark.parametrize("bits", [1, 2])
def test_one_or_two_flipped_bits_are_always_seen(request_: Request, bits: int) -> None:
    faults = {fault(request_, frame) for frame in flipped(CODEC.encode(request_), bits)}

    assert faults == {FrameFault.CHECKSUM}
