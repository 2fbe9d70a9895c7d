"""Kerong KR-CU16 boards: 16 locks with 16 infrared sensors. Pure. 19200 8N1 unless set otherwise.

asked      02 address 31 03 sum     release one lock
           02 address 30 03 sum     a board's hooks and sensors
           02 F0      32 03 sum     the same of every board on the line
answered   02 address 35 hooks hooks sensors sensors 03 sum      to 30; to 31 by some boards, others are silent
           02 address 36 hooks hooks sensors sensors 03 sum      to 32, by each board

The address is the board in the high half, the lock less one in the low half, which is 0 where no lock is meant. Bits
are counted from the lowest, locks 1–8 first. Command 33 releases every lock of a board and is one bit from 31; with a
second bit, in sum or address, such a frame is legal. Nothing here builds it, but no answer shows it either, nor a lock
that is not the one that was meant: after each `Unlock` every board on the line has to be read.
"""

from drivers.locks.checksums import sum8
from drivers.locks.frames import (
    AllOff,
    BoardState,
    FrameError,
    FrameFault,
    QueryBoard,
    QueryLock,
    Reply,
    Request,
    Unlock,
    UnlockAck,
    require,
)
from drivers.locks.wiring import Polarity, Wiring

MAX_BOARD = 9
"""The maker allows ten boards on a line. The first is 0; 15 would be the address of all."""
MAX_LOCK = 16

_START, _END = 0x02, 0x03
_ASK, _RELEASE, _ASK_EVERY = 0x30, 0x31, 0x32
_STATE, _STATE_OF_EVERY = 0x35, 0x36
_EVERY_BOARD = 0xF0
_STATE_BYTES = 9
_AS_SENT = Wiring(Polarity.SET_WHEN_LOCKED)


def encode(request: Request) -> bytes:
    """See `Codec`. Boards 0–9, locks 1–16, no `QueryLock` and no `AllOff`."""
    match request:
        case Unlock(board, lock):
            return _frame(_address(board) | require("lock", lock, 1, MAX_LOCK) - 1, _RELEASE)
        case QueryBoard(board):
            return _frame(_address(board), _ASK)
        case QueryLock():
            raise ValueError("a board of this family is asked for all of its locks at once")
        case AllOff():
            raise ValueError("a board of this family times its pulses itself: there is no way to end one")


def query_every_board() -> bytes:
    """Asks every board on the line; see `decode_every_board`."""
    return _frame(_EVERY_BOARD, _ASK_EVERY)


def decode(request: Request, data: bytes) -> Reply:
    """See `Codec`. Silence after an `Unlock` is no sign of anything."""
    if data.startswith(encode(request)):
        raise FrameError(FrameFault.ECHO)
    state = _state(data, _STATE)
    if state.board != request.board:
        raise FrameError(FrameFault.BOARD)
    if isinstance(request, Unlock):
        return UnlockAck(request.board, request.lock, _AS_SENT.is_locked_on(state, request.lock))
    return state


def decode_every_board(data: bytes) -> tuple[BoardState, ...]:
    """What was heard after `query_every_board`, with or without pauses; one state per board, or FrameError for all.

    A board that answers twice is two boards with one number: no lock may be released there.
    """
    if data.startswith(query_every_board()):
        raise FrameError(FrameFault.ECHO)
    if not data or len(data) % _STATE_BYTES or len(data) > _STATE_BYTES * (MAX_BOARD + 1):
        raise FrameError(FrameFault.LENGTH)
    starts = range(0, len(data), _STATE_BYTES)
    states = tuple(_state(data[at : at + _STATE_BYTES], _STATE_OF_EVERY) for at in starts)
    if len({state.board for state in states}) < len(states):
        raise FrameError(FrameFault.BOARD)
    return states


def _state(data: bytes, command: int) -> BoardState:
    if len(data) != _STATE_BYTES:
        raise FrameError(FrameFault.LENGTH)
    if data[0] != _START or data[-2] != _END:
        raise FrameError(FrameFault.HEADER)
    if sum8(data[:-1]) != data[-1]:
        raise FrameError(FrameFault.CHECKSUM)
    if data[2] != command:
        raise FrameError(FrameFault.COMMAND)
    board, rest = divmod(data[1], 16)
    if rest or board > MAX_BOARD:
        raise FrameError(FrameFault.BOARD)
    return BoardState(board, feedback=data[3:5], occupied=data[5:7])


def _frame(address: int, command: int) -> bytes:
    body = bytes([_START, address, command, _END])
    return body + bytes([sum8(body)])


def _address(board: int) -> int:
    return require("board", board, 0, MAX_BOARD) << 4
