"""Boards of the "485 lock control board protocol": 8A and 80, an exclusive or at the end. 9600 8N1 as sold.

Heard      8A board lock 11 xor    release; lock 00: every lock
           9A / 9B board lock 11 xor    current on, and off
           80 board lock 33 xor    one lock's input; lock 00: every lock's
Said       8A board lock status xor, after the pulse; 80 board lock status xor; 80 board inputs… 33 xor
Unasked    82 board lock status xor

Bytes from the vendor's text (blog.csdn.net/u012909822/article/details/147892413) and captures of an 8-channel board.
Not modelled: 90, which releases several locks and has no answer, and pulses of seconds (8A with a sixth byte).
"""

from functools import partial, reduce
from operator import xor

from sim.acts.words import LockBoardState
from sim.locks.boards.board import LockBoard
from sim.locks.compartment import Cause

BAUD = 9_600
FIRST_NUMBER = 1

_RELEASE, _HOLD, _LET_GO, _ASK = 0x8A, 0x9A, 0x9B, 0x80
_REPORT = 0x82
_DO, _TELL = 0x11, 0x33
_TAILS = {_RELEASE: _DO, _HOLD: _DO, _LET_GO: _DO, _ASK: _TELL}
_SET, _CLEAR = 0x11, 0x00
# No source has this family's word for it: it is that of another one (Winnsen's boards).
_COOLING = 0x02
_FRAME_BYTES = 5
_FEEDBACK_BYTES = (3, 4, 7)


class Xor8aBoard(LockBoard):
    """Deaf while it releases: its program waits for the end of the pulse, and answers then."""

    _is_busy = False

    def _read(self, data: bytes) -> bytes:
        while len(data) >= _FRAME_BYTES:
            header, number, lock, tail, check = data[:_FRAME_BYTES]
            if _TAILS.get(header) != tail or header ^ number ^ lock ^ tail != check:
                # What begins no frame is skipped, as a frame may begin behind it.
                data = data[1:]
                continue
            data = data[_FRAME_BYTES:]
            if number == self.number and lock <= len(self.inlets) and not self._is_busy:
                self._obey(header, lock)
        return data

    def _obey(self, header: int, lock: int) -> None:
        if header == _ASK:
            self._answer(self._states() if lock == 0 else self._frame(_ASK, lock, self._status(lock)))
        elif header == _LET_GO:
            for outlet in self.outlets if lock == 0 else self.outlets[lock - 1 : lock]:
                outlet.off()
        elif self._declines:
            self._answer(self._frame(header, lock, _COOLING))
        elif header == _HOLD:
            for outlet in self.outlets if lock == 0 else self.outlets[lock - 1 : lock]:
                outlet.on(Cause.HOLD)
        else:
            self._release(lock)

    def _release(self, lock: int) -> None:
        if lock == 0:
            length_ns = self._release_all()
        else:
            length_ns = self.setup.pulse_ns
            self.outlets[lock - 1].pulse(length_ns, Cause.PULSE)
        self._is_busy = True
        self._later(length_ns, partial(self._released, lock))

    def _released(self, lock: int) -> None:
        self._is_busy = False
        self._answer(self._frame(_RELEASE, lock, self._status(lock) if lock else _CLEAR))

    def _status(self, lock: int) -> int:
        return _SET if self._bits() >> lock - 1 & 1 else _CLEAR

    def _states(self) -> bytes:
        length_bytes = self.setup.feedback_bytes or next(n for n in _FEEDBACK_BYTES if len(self.inlets) <= 8 * n)
        if self.state is LockBoardState.LONGER:
            length_bytes = next((longer for longer in _FEEDBACK_BYTES if longer > length_bytes), length_bytes)
        return _frame(_ASK, self.number, *self._ordered(self._bits(), length_bytes), _TELL)

    def _frame(self, header: int, lock: int, status: int) -> bytes:
        return _frame(header, self.number, lock, status)

    def _report(self, index: int) -> bytes | None:
        return self._frame(_REPORT, index + 1, self._status(index + 1))

    def _lose_power(self) -> None:
        super()._lose_power()
        self._is_busy = False


def _frame(*body: int) -> bytes:
    return bytes((*body, reduce(xor, body)))
