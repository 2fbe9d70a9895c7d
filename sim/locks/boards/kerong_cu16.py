"""Kerong KR-CU16 boards: 16 locks, 16 infrared sensors, a sum at the end. 19200 8N1 as sold.

Heard      02 address 30 03 sum    one board's state
           02 F0 32 03 sum    every board's, each in its turn
           02 address 31 03 sum    release; 33: every lock of the board
Said       02 address 35 hooks hooks sensors sensors 03 sum; 36 instead of 35 to 32

The address is the board, 0–9, in the high half, the lock less one in the low half. From public code of eight projects
and captures in one of them; no document of the maker has the frames. Not modelled: pulse times (37, 39), speed (40) and
address (80) set over the line.
"""

from sim.locks.boards.board import LockBoard
from sim.locks.compartment import Cause

BAUD = 19_200
FIRST_NUMBER = 0

_START, _END = 0x02, 0x03
_ASK, _RELEASE, _ASK_EVERY, _RELEASE_EVERY = 0x30, 0x31, 0x32, 0x33
_STATE, _STATE_OF_EVERY = 0x35, 0x36
_EVERY_BOARD = 0x0F
_FRAME_BYTES = 5
# Longer than an answer of nine bytes at 9600 baud takes to come and go.
_TURN_NS = 25_000_000


class KerongCu16Board(LockBoard):
    """Answers while a coil is live. Has no word to decline a pulse: it is silent then."""

    def _read(self, data: bytes) -> bytes:
        while len(data) >= _FRAME_BYTES:
            start, address, command, end, total = data[:_FRAME_BYTES]
            is_whole = (start + address + command + end) % 256 == total or not self.setup.checks_sum
            if start != _START or end != _END or not is_whole:
                data = data[1:]
                continue
            data = data[_FRAME_BYTES:]
            number, lock = divmod(address, 16)
            if number in (self.number, _EVERY_BOARD):
                self._obey(command, lock, is_alone=number == self.number)
        return data

    def _obey(self, command: int, lock: int, *, is_alone: bool) -> None:
        if command == _ASK and is_alone:
            self._answer(self._state(_STATE))
        elif command == _ASK_EVERY and not is_alone:
            self._answer(self._state(_STATE_OF_EVERY), self.number * _TURN_NS)
        elif command == _RELEASE and is_alone and lock < len(self.outlets):
            self._release(lock)
        elif command == _RELEASE_EVERY and not self._declines:
            self._release_all()

    def _release(self, lock: int) -> None:
        if self._declines:
            return
        self.outlets[lock].pulse(self.setup.pulse_ns, Cause.PULSE)
        if self.setup.answers_unlock:
            self._answer(self._state(_STATE))

    def _state(self, command: int) -> bytes:
        hooks, sensors = self._ordered(self._bits(), 2), self._ordered(self._occupied(), 2)
        body = bytes((_START, self.number << 4, command, *hooks, *sensors, _END))
        return body + bytes((sum(body) % 256,))
