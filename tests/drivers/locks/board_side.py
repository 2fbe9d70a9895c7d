"""The other end of the line: what a board reads and writes, from the protocols and not from the code under test."""

from collections.abc import Iterator
from functools import reduce
from operator import xor

from drivers.locks.frames import (
    AllOff,
    BoardState,
    LockState,
    OffAck,
    QueryBoard,
    QueryLock,
    Refusal,
    Report,
    Request,
    Unlock,
    UnlockAck,
)


def xored(*body: int) -> bytes:
    return bytes([*body, reduce(xor, body)])


def summed(*body: int) -> bytes:
    return bytes([*body, sum(body) % 256])


def with_crc(*body: int) -> bytes:
    """By long division, highest bit first; the code under test shifts the other way."""
    register = 0xFFFF
    for byte in body:
        register ^= int(f"{byte:08b}"[::-1], 2) << 8
        for _ in range(8):
            register = (register << 1 ^ (0x8005 if register & 0x8000 else 0)) & 0xFFFF
    mirrored = int(f"{register:016b}"[::-1], 2)
    return bytes([*body, mirrored % 256, mirrored // 256])


def answer_xor8a(reply: UnlockAck | LockState | BoardState | Report) -> bytes:
    match reply:
        case BoardState(board, feedback):
            return xored(0x80, board, *feedback, 0x33)
        case UnlockAck(board, lock, raw):
            return xored(0x8A, board, lock, 0x11 if raw else 0)
        case LockState(board, lock, raw):
            return xored(0x80, board, lock, 0x11 if raw else 0)
        case Report(board, lock, raw):
            return xored(0x82, board, lock, 0x11 if raw else 0)


def read_xor8a(data: bytes) -> Request | str | None:
    """What a board does: a request, "open all", "hold" for what keeps a coil on, or None."""
    if len(data) != 5 or reduce(xor, data) or not 1 <= data[1] <= 32 or data[2] > 50:
        return None
    match data[0], data[2], data[3]:
        case 0x8A, 0, 0x11:
            return "open all"
        case 0x8A, lock, 0x11:
            return Unlock(data[1], lock)
        case 0x9A, _, 0x11:
            return "hold"
        case 0x80, 0, 0x33:
            return QueryBoard(data[1])
        case 0x80, lock, 0x33:
            return QueryLock(data[1], lock)
        case _:
            return None


def answer_kerong(state: BoardState, command: int = 0x35) -> bytes:
    return summed(0x02, state.board << 4, command, *state.feedback, *state.occupied, 0x03)


def read_kerong(data: bytes) -> Request | str | None:
    if len(data) != 5 or sum(data[:4]) % 256 != data[4] or data[0] != 0x02 or data[3] != 0x03 or data[1] > 0x9F:
        return None
    board, lock = data[1] >> 4, (data[1] & 15) + 1
    match data[2]:
        case 0x30:
            return QueryBoard(board)
        case 0x31:
            return Unlock(board, lock)
        case 0x33:
            return "open all"
        case _:
            return None


def answer_modbus(reply: UnlockAck | BoardState | OffAck | Refusal, pulse_ms: int, function: int = 5) -> bytes:
    match reply:
        case BoardState(board, feedback):
            return with_crc(board, 2, len(feedback), *feedback)
        case UnlockAck(board, lock, _):
            return with_crc(board, 5, 2, lock - 1, 0, pulse_ms // 100)
        case OffAck(board):
            return with_crc(board, 5, 0, 0xFF, 0, 0)
        case Refusal(board, code):
            return with_crc(board, function | 0x80, code)


def read_modbus(data: bytes) -> tuple[Request, int] | None:
    """The request, and the length of its pulse in ms."""
    if len(data) != 8 or with_crc(*data[:-2]) != data:
        return None
    board, *rest = data[:-2]
    match rest:
        case [2, 0, 0, 0, 8]:
            return QueryBoard(board), 0
        case [5, 0, 0xFF, 0, 0]:
            return AllOff(board), 0
        case [5, 2, relay, 0, steps] if relay < 8:
            return Unlock(board, relay + 1), steps * 100
        case _:
            return None


def flipped(data: bytes, bits: int) -> Iterator[bytes]:
    """The data with one bit changed, or with two."""
    whole, width = int.from_bytes(data), 8 * len(data)
    for first in range(width):
        if bits == 1:
            yield (whole ^ 1 << first).to_bytes(len(data))
            continue
        for second in range(first):
            yield (whole ^ 1 << first ^ 1 << second).to_bytes(len(data))
