"""A line of lock boards for somebody who waits: one question, one answer, on the caller's own thread."""

import math
import select
from types import TracebackType
from typing import Self

from drivers.lockbus.serial_port import SerialPort
from drivers.locks.bus import AFTERMATH_NS
from drivers.locks.exchange import Answered, Outcome, Spoilt, Timing
from drivers.locks.frames import AllOff, Codec, FrameFault, QueryBoard, Refusal, Reply, Request, Unlock
from drivers.locks.line import LATE_NS, Line
from drivers.locks.port import PortError
from drivers.ports import Clock

_MS_NS = 1_000_000
# A line that has no silence for so long is not going to have any.
_BABBLE_NS = 1_000_000_000


class BlockingLine:
    """For commissioning, before anybody knows which boards there are. Opened by the first question. One thread."""

    def __init__(
        self,
        path: str,
        baud: int,
        clock: Clock,
        *,
        reply_ms: int = 250,
        pulse_ms: int = 500,
        pulse_reply_ms: int = 1_500,
        latency_ms: int = 16,
    ) -> None:
        """The numbers as in `BusSettings`."""
        self._clock = clock
        self._port = SerialPort(path, baud)
        self._line = Line(self._port, Timing(baud, latency_ms * _MS_NS))
        self._reply_ns = reply_ms * _MS_NS
        self._pulse_ns = pulse_ms * _MS_NS
        self._pulse_reply_ns = pulse_reply_ms * _MS_NS
        self._rests_until_ns: dict[int, int] = {}
        self._coil_until_ns = 0

    @property
    def echoes(self) -> bool | None:
        """Whether the adapter gives back what it sends; None until a board's state was asked for."""
        return self._line.echoes

    def ask(self, request: Request, codec: Codec, *, patient: bool = False) -> Reply | FrameFault | None:
        """The answer, what was wrong with it, or None for silence. Asks once, and waits first until it may.

        patient: listen all the time even after an answer, for another board with the same number.

        Raises PortError, which says for a pulse that nothing of it has left unless `left_bytes` is set. ValueError for
        what the family does not have.
        """
        codec.encode(request)
        try:
            self._make_ready(request, codec)
            return self._ask(request, codec, patient=patient)
        except PortError:
            self._line.close()
            raise

    def close(self) -> None:
        """A pulse goes on: its board times it."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _make_ready(self, request: Request, codec: Codec) -> None:
        if not self._line.is_open:
            self._line.open(self._clock.monotonic_ns())
        if isinstance(request, Unlock | AllOff) and self._line.echoes is None:
            self.ask(QueryBoard(request.board), codec)
            if self._line.echoes is None:
                raise PortError("whether the adapter echoes cannot be told")
        self._listen_until(max(self._coil_until_ns, self._rests_until_ns.get(request.board, 0)))
        give_up_ns = self._clock.monotonic_ns() + _BABBLE_NS
        while (now_ns := self._clock.monotonic_ns()) < self._line.quiet_at_ns:
            if now_ns >= give_up_ns:
                raise PortError("the line is never silent")
            self._listen_until(self._line.quiet_at_ns)

    def _ask(self, request: Request, codec: Codec, *, patient: bool) -> Reply | FrameFault | None:
        is_pulse = isinstance(request, Unlock)
        asked_ns = self._clock.monotonic_ns()
        wait_ns = self._pulse_reply_ns if is_pulse else self._reply_ns
        self._line.ask(codec, request, asked_ns, wait_ns, patient=patient)
        outcome = self._outcome()
        answer = _answer(outcome)
        if not isinstance(outcome, Answered):
            self._rests_until_ns[request.board] = asked_ns + wait_ns + LATE_NS
        if is_pulse and not isinstance(answer, Refusal):
            self._coil_until_ns = max(asked_ns + self._pulse_ns, self._clock.monotonic_ns()) + AFTERMATH_NS
        return answer

    def _outcome(self) -> Outcome:
        while True:
            self._step(self._line.due_ns())
            outcome = self._line.take_outcome(self._clock.monotonic_ns())
            if outcome is not None:
                return outcome

    def _listen_until(self, until_ns: int) -> None:
        """What comes meanwhile answers nothing."""
        while self._clock.monotonic_ns() < until_ns:
            self._step(until_ns)
        self._line.take_strays()

    def _step(self, until_ns: int | None) -> None:
        now_ns = self._clock.monotonic_ns()
        left_ms = 0 if until_ns is None else max(0, math.ceil((until_ns - now_ns) / _MS_NS))
        poller = select.poll()
        poller.register(self._port.fileno() or 0, select.POLLIN)
        poller.poll(left_ms)
        self._line.step(self._clock.monotonic_ns())


def _answer(outcome: Outcome) -> Reply | FrameFault | None:
    match outcome:
        case Answered(reply):
            return reply
        case Spoilt(fault):
            return fault
        case _:
            return None
