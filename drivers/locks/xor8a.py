"""Boards that speak 8A and 80 with an XOR at the end ("485 lock control board protocol"). Pure. 9600 8N1.

asked      8A board lock 11 xor     release one lock
           80 board lock 33 xor     one lock's feedback
           80 board 00   33 xor     every lock's feedback
answered   8A board lock status xor
           80 board lock status xor
           80 board feedback… 33 xor      3, 4 or 7 bytes of feedback: up to 24, 32 or 50 locks
unasked    81 or 82 board lock status xor, by boards with firmware made for it

Status 11 is feedback that is set, 00 that is not, and 02 in answer to 8A is a board that lets its coils cool down.
Frames that open several locks at once (90), keep the current on (9A) or do so for seconds are left out, and so is 8A
with lock 00, which releases every lock of a board. The XOR is blind to the same bit flipped in two bytes, though, which
can make 9A, lock 00, another lock or another board of a legal request. So an answer that names lock 00 is told apart
from every other, and after each `Unlock` every lock of every board on the line has to be read; an `Unlock` without an
answer may have left the current on.
"""

from drivers.locks.checksums import xor8
from drivers.locks.frames import (
    AllOff,
    BoardState,
    FrameError,
    FrameFault,
    LockState,
    QueryBoard,
    QueryLock,
    Refusal,
    Reply,
    Report,
    Request,
    Unlock,
    UnlockAck,
    require,
)

MAX_BOARD = 32
"""Five switches on the board. The first is 1."""
MAX_LOCK = 50

_UNLOCK, _QUERY = 0x8A, 0x80
_REPORTS = frozenset({0x81, 0x82})
_SINGLE_HEADERS = _REPORTS | {_UNLOCK, _QUERY}
_RELEASE, _ASK = 0x11, 0x33
_EVERY_LOCK = 0
# As in a related protocol (TechCorp07/kiosk): refused, too many pulses in too short a time.
_COOLING = 0x02
_RAW = {0x00: False, 0x11: True}
_SINGLE_BYTES = 5
# The longest first: a frame within a frame is not one.
_LENGTHS_BYTES = (11, 8, 7, _SINGLE_BYTES)


def encode(request: Request) -> bytes:
    """See `Codec`. Boards 1–32, locks 1–50, no `AllOff`."""
    match request:
        case Unlock(board, lock):
            body = bytes([_UNLOCK, _board(board), _lock(lock), _RELEASE])
        case QueryLock(board, lock):
            body = bytes([_QUERY, _board(board), _lock(lock), _ASK])
        case QueryBoard(board):
            body = bytes([_QUERY, _board(board), _EVERY_LOCK, _ASK])
        case AllOff():
            raise ValueError("a board of this family times its pulses itself: there is no way to end one")
    return body + bytes([xor8(body)])


def decode(request: Request, data: bytes) -> Reply:
    """See `Codec`. The answer is what `data` ends with: boards may send garbage first, and their own reports behind."""
    sent = encode(request)
    # The feedback of a board can begin like the query for it; then all that came is one frame.
    if not isinstance(request, Unlock) and data.startswith(sent) and not _is_board_state(data):
        raise FrameError(FrameFault.ECHO)
    frame = _last_asked(data)
    if frame[0] == _UNLOCK and frame[2] == _EVERY_LOCK:
        raise FrameError(FrameFault.OPENED_ALL)
    if frame[0] != sent[0]:
        raise FrameError(FrameFault.COMMAND)
    if frame[1] != sent[1]:
        raise FrameError(FrameFault.BOARD)
    return _reply(request, frame)


def report(data: bytes) -> Report:
    """What a board told without having been asked. Raises FrameError for everything else."""
    frame = _last_frame(data)
    if frame[0] not in _REPORTS:
        raise FrameError(FrameFault.COMMAND)
    if not 1 <= frame[1] <= MAX_BOARD:
        raise FrameError(FrameFault.BOARD)
    if not 1 <= frame[2] <= MAX_LOCK:
        raise FrameError(FrameFault.LOCK)
    return Report(frame[1], frame[2], _raw(frame))


def _reply(request: Request, frame: bytes) -> Reply:
    if isinstance(request, QueryBoard):
        if len(frame) == _SINGLE_BYTES:
            raise FrameError(FrameFault.LENGTH)
        return BoardState(request.board, frame[2:-2])
    if len(frame) != _SINGLE_BYTES:
        raise FrameError(FrameFault.LENGTH)
    return _about_lock(request, frame)


def _about_lock(request: Request, frame: bytes) -> Reply:
    match request:
        case Unlock(board, lock) if frame[2] == lock and frame[3] == _COOLING:
            return Refusal(board, _COOLING)
        case Unlock(board, lock) | QueryLock(board, lock) if frame[2] == lock:
            kind = UnlockAck if isinstance(request, Unlock) else LockState
            return kind(board, lock, _raw(frame))
        case _:
            raise FrameError(FrameFault.LOCK)


def _raw(frame: bytes) -> bool:
    if frame[3] not in _RAW:
        raise FrameError(FrameFault.STATUS)
    return _RAW[frame[3]]


def _last_frame(data: bytes) -> bytes:
    """The whole frame at the end of the data. Raises FrameError."""
    tails = [data[-length:] for length in _LENGTHS_BYTES if len(data) >= length]
    formed = [tail for tail in tails if _has_form(tail)]
    for tail in formed:
        if xor8(tail) == 0:
            return tail
    if formed:
        raise FrameError(FrameFault.CHECKSUM)
    raise FrameError(FrameFault.LENGTH if _SINGLE_HEADERS.intersection(data) else FrameFault.HEADER)


def _last_asked(data: bytes) -> bytes:
    """The last whole frame that is no report. Raises FrameError."""
    frame = _last_frame(data)
    while frame[0] in _REPORTS:
        data = data[: -len(frame)]
        try:
            frame = _last_frame(data)
        except FrameError:
            raise FrameError(FrameFault.UNASKED) from None
    return frame


def _is_board_state(data: bytes) -> bool:
    return len(data) in _LENGTHS_BYTES[:-1] and _has_form(data) and xor8(data) == 0


def _has_form(tail: bytes) -> bool:
    if len(tail) == _SINGLE_BYTES:
        return tail[0] in _SINGLE_HEADERS
    return tail[0] == _QUERY and tail[-2] == _ASK


def _board(board: int) -> int:
    return require("board", board, 1, MAX_BOARD)


def _lock(lock: int) -> int:
    return require("lock", lock, 1, MAX_LOCK)
