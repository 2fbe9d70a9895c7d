"""Boards at the far end of a line: what they hear, and what they say when."""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.locks.family import Family
from drivers.locks.frames import AllOff, BoardState, OffAck, QueryBoard, Refusal, Request, Unlock, UnlockAck
from tests.drivers.locks.board_side import (
    answer_kerong,
    answer_modbus,
    answer_xor8a,
    read_kerong,
    read_modbus,
    read_xor8a,
)

MS = 1_000_000
TURN_NS = 3 * MS
PULSE_MS = 300

Said = list[tuple[int, bytes]]
"""What is said, and how long after the end of what was heard."""
Twist = Callable[[Request, bytes], Said | None]
"""A fault: what is said instead of the right answer, or None for that."""


@dataclass
class Boards:
    """`states`: the feedback of each board, as its bytes come."""

    family: Family
    states: dict[int, bytes]
    twist: Twist = lambda _request, _answer: None
    echoes: bool = False
    heard: list[Request | str] = field(default_factory=list)

    @property
    def pulses(self) -> list[Request | str]:
        return [one for one in self.heard if isinstance(one, Unlock)]

    def hear(self, frame: bytes) -> Said:
        echo = [(0, frame)] if self.echoes else []
        request = self._read(frame)
        assert request is not None, frame.hex(" ")
        self.heard.append(request)
        if isinstance(request, str) or request.board not in self.states:
            return echo
        answer = self._answer(request)
        said = self.twist(request, answer)
        return echo + ([(self._turn_ns(request), answer)] if said is None else said)

    def _turn_ns(self, request: Request) -> int:
        # Boards of this family answer with what the lock says after the pulse.
        is_pulse = isinstance(request, Unlock) and self.family is Family.XOR8A
        return PULSE_MS * MS + TURN_NS if is_pulse else TURN_NS

    def _read(self, frame: bytes) -> Request | str | None:
        match self.family:
            case Family.XOR8A:
                return read_xor8a(frame)
            case Family.KERONG_CU16:
                return read_kerong(frame)
            case Family.MODBUS_RELAY:
                heard = read_modbus(frame)
                return None if heard is None else heard[0]

    def _answer(self, request: Request) -> bytes:
        state = self.states[request.board]
        match self.family, request:
            case Family.XOR8A, Unlock(board, lock):
                return answer_xor8a(UnlockAck(board, lock, raw=False))
            case Family.XOR8A, QueryBoard(board):
                return answer_xor8a(BoardState(board, state))
            case Family.KERONG_CU16, _:
                return answer_kerong(BoardState(request.board, state[:2], state[2:]))
            case _, Unlock(board, lock):
                return answer_modbus(UnlockAck(board, lock, None), PULSE_MS)
            case _, AllOff(board):
                return answer_modbus(OffAck(board), PULSE_MS)
            case _:
                return answer_modbus(BoardState(request.board, state), PULSE_MS)


def when(kind: type[Request], board: int, said: Callable[[bytes], Said]) -> Twist:
    """A fault of one board in its answers to one kind of question."""
    return lambda request, answer: said(answer) if isinstance(request, kind) and request.board == board else None


def cooling(family: Family, request: Request) -> bytes:
    """What a board says that declines."""
    assert isinstance(request, Unlock)
    if family is Family.XOR8A:
        body = bytes([0x8A, request.board, request.lock, 0x02])
        return body + bytes([body[0] ^ body[1] ^ body[2] ^ body[3]])
    return answer_modbus(Refusal(request.board, 6), PULSE_MS)
