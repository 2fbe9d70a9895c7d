"""Relay boards with inputs on Modbus RTU (Waveshare Modbus RTU Relay (D)): 8 relays, 8 inputs. Pure. 9600 8N1.

asked      02 from input 0, 8 inputs            the feedback that is wired to the inputs
           05 coil 0200 + relay, n              relay on for n times 100 ms, timed by the board
           05 coil 00FF, 0000                   every relay off
answered   02 with one byte; 05 with the request itself; function + 80 with a code for a refusal

Written out instead of taken from a library, for four shapes of frame: a Modbus library brings its own port, threads
and idea of when a frame ends, and here the line, the pauses and the search for an echo are shared with the other
families; and it costs a small computer more memory than all of this package.

Function 05 can also switch a relay on without an end, one or all of them. A coil bears that for seconds only, so no
such frame is built, not even to open all.
"""

from dataclasses import dataclass

from drivers.locks.checksums import crc16
from drivers.locks.family import STEP_MS
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
    require,
)

MAX_BOARD = 247
"""The first is 1: 0 speaks to every board at once."""
MAX_LOCK = 8

MAX_PULSE_MS = 1_000
"""For locks with a motor; solenoids need half of it, and burn after a few seconds."""

_READ_INPUTS, _WRITE_COIL = 0x02, 0x05
_REFUSED = 0x80
_PULSE, _EVERY_COIL, _OFF = 0x0200, 0x00FF, 0x0000
_SHORTEST_BYTES = 5
_INPUTS_BYTES = 6


@dataclass(frozen=True, slots=True)
class ModbusRelay:
    """The family, with the length of its pulses: 100–1000 ms in steps of 100. ValueError otherwise."""

    pulse_ms: int

    def __post_init__(self) -> None:
        require("pulse_ms", self.pulse_ms, STEP_MS, MAX_PULSE_MS)
        if self.pulse_ms % STEP_MS:
            raise ValueError(f"pulse_ms {self.pulse_ms}, allowed are steps of {STEP_MS}")

    def encode(self, request: Request) -> bytes:
        """See `Codec`. Boards 1–247, locks 1–8, no `QueryLock`."""
        board = require("board", request.board, 1, MAX_BOARD)
        match request:
            case Unlock(_, lock):
                relay = require("lock", lock, 1, MAX_LOCK) - 1
                return _frame(board, _WRITE_COIL, _PULSE + relay, self.pulse_ms // STEP_MS)
            case QueryBoard():
                return _frame(board, _READ_INPUTS, 0, MAX_LOCK)
            case AllOff():
                return _frame(board, _WRITE_COIL, _EVERY_COIL, _OFF)
            case QueryLock():
                raise ValueError("a board of this family is asked for all of its inputs at once")

    def decode(self, request: Request, data: bytes) -> Reply:
        """See `Codec`. An acknowledgement is the request itself: on an adapter that echoes, drop the echo first."""
        sent = self.encode(request)
        if isinstance(request, QueryBoard) and data.startswith(sent):
            raise FrameError(FrameFault.ECHO)
        _check_frame(data)
        if data[0] != sent[0]:
            raise FrameError(FrameFault.BOARD)
        if data[1] == sent[1] | _REFUSED:
            return _refusal(data)
        if data[1] != sent[1]:
            raise FrameError(FrameFault.COMMAND)
        if isinstance(request, QueryBoard):
            return _inputs(data)
        _check_repeats(data, sent)
        return UnlockAck(request.board, request.lock, None) if isinstance(request, Unlock) else OffAck(request.board)


def _check_frame(data: bytes) -> None:
    if len(data) < _SHORTEST_BYTES:
        raise FrameError(FrameFault.LENGTH)
    if crc16(data[:-2]) != data[-2:]:
        raise FrameError(FrameFault.CHECKSUM)


def _refusal(data: bytes) -> Refusal:
    if len(data) != _SHORTEST_BYTES:
        raise FrameError(FrameFault.LENGTH)
    if data[2] == 0:
        raise FrameError(FrameFault.STATUS)
    return Refusal(data[0], data[2])


def _inputs(data: bytes) -> BoardState:
    if len(data) != _INPUTS_BYTES or data[2] != 1:
        raise FrameError(FrameFault.LENGTH)
    return BoardState(data[0], data[3:4])


def _check_repeats(data: bytes, sent: bytes) -> None:
    if len(data) != len(sent):
        raise FrameError(FrameFault.LENGTH)
    if data[2:4] != sent[2:4]:
        raise FrameError(FrameFault.LOCK)
    if data[4:6] != sent[4:6]:
        raise FrameError(FrameFault.STATUS)


def _frame(board: int, function: int, address: int, value: int) -> bytes:
    body = bytes([board, function]) + address.to_bytes(2) + value.to_bytes(2)
    return body + crc16(body)
