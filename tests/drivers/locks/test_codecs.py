"""What holds for every family of lock boards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.locks import kerong_cu16, xor8a
from drivers.locks.frames import (
    MAX_FEEDBACK_BYTES,
    AllOff,
    BoardState,
    Codec,
    FrameError,
    LockState,
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
from tests.drivers.locks.board_side import summed, with_crc, xored

CODECS: dict[str, Codec] = {"xor8a": xor8a, "kerong_cu16": kerong_cu16, "modbus_relay": ModbusRelay(500)}
ANSWERS = {
    Unlock: (UnlockAck, Refusal),
    QueryLock: (LockState, Refusal),
    QueryBoard: (BoardState, Refusal),
    AllOff: (OffAck, Refusal),
}
SMALL = st.integers(1, 3)
REQUESTS = st.one_of(
    st.builds(Unlock, SMALL, SMALL),
    st.builds(QueryLock, SMALL, SMALL),
    st.builds(QueryBoard, SMALL),
    st.builds(AllOff, SMALL),
)
# Bytes that mean something in one of the families come up often enough to get far into a decoder.
TELLING = st.sampled_from(bytes.fromhex("00 01 02 03 05 11 30 31 33 35 36 80 81 82 85 8A 10 20 FF"))
BODIES = st.lists(st.one_of(TELLING, st.integers(0, 255)), max_size=14)
DATA = st.one_of(
    st.binary(max_size=300),
    BODIES.map(bytes),
    BODIES.filter(bool).map(lambda body: xored(*body)),
    BODIES.map(lambda body: summed(*body)),
    BODIES.map(lambda body: with_crc(*body)),
)


@pytest.mark.parametrize("family", CODECS)
@given(request_=REQUESTS, data=DATA)
def test_any_bytes_are_refused_or_speak_of_what_was_asked_and_of_nothing_else(
    family: str, request_: Request, data: bytes
) -> None:
    codec = CODECS[family]
    try:
        codec.encode(request_)
    except ValueError:
        return

    try:
        reply = codec.decode(request_, data)
    except FrameError:
        return

    _check_names_only(request_, reply)


@pytest.mark.parametrize("family", CODECS)
@given(request_=REQUESTS, other=REQUESTS)
def test_no_request_is_an_answer_except_an_acknowledgement_of_itself(
    family: str, request_: Request, other: Request
) -> None:
    codec = CODECS[family]
    try:
        sent = codec.encode(other)
        codec.encode(request_)
    except ValueError:
        return

    if isinstance(request_, Unlock | AllOff) and request_ == other and family != "kerong_cu16":
        assert isinstance(codec.decode(request_, sent), UnlockAck | OffAck)
    else:
        with pytest.raises(FrameError):
            codec.decode(request_, sent)


@pytest.mark.parametrize("family", CODECS)
def test_a_request_that_cannot_be_asked_cannot_be_answered(family: str) -> None:
    with pytest.raises(ValueError, match="allowed is"):
        CODECS[family].decode(Unlock(1, 50) if family != "xor8a" else Unlock(33, 1), b"")


def _check_names_only(request: Request, reply: Reply) -> None:
    assert isinstance(reply, ANSWERS[type(request)])
    assert reply.board == request.board
    if isinstance(request, Unlock | QueryLock) and isinstance(reply, UnlockAck | LockState):
        assert reply.lock == request.lock
    if isinstance(reply, BoardState):
        assert len(reply.feedback) <= MAX_FEEDBACK_BYTES
