"""A line of lock boards behind one port: one question at a time, with silence before and after. Pure.

The port is opened anew after every question that had no good answer: whatever is on its way in buffers, of the adapter
or of the kernel, is gone before the next one. What a board may still say is the caller's: not to ask it anything until
LATE_NS after the time that it had for its answer.
"""

from drivers.locks.exchange import Answered, Exchange, Outcome, Timing
from drivers.locks.frames import Codec, Request
from drivers.locks.framing import Splitter
from drivers.locks.port import Port

LATE_NS = 750_000_000
"""No answer is later than this: boards answer within 0.03 s at 9600 baud, the vendor of one speaks of 0.2 s. With the
quarter of a second that they are given it makes the second that most programs for such boards wait."""


class Line:
    """One thread. `step` when there is something to read, and at `due_ns()`; then see `take_outcome` and `take_strays`.

    Raises PortError wherever the port does; it is for the caller to close the line then.
    """

    def __init__(self, port: Port, timing: Timing) -> None:
        self.timing = timing
        self.is_open = False
        self.echoes: bool | None = None
        """Whether the adapter gives back what it sends; None until a question for a state has told."""
        self._port = port
        self._exchange: Exchange | None = None
        self._idle = Splitter(timing.baud, echoes=False, latency_ns=timing.latency_ns)
        self.quiet_at_ns = 0
        """From when on something may be asked, if nothing more is heard."""
        self.noisy_since_ns: int | None = None
        """Since when there has been no silence in which to ask."""
        self._strays: list[bytes] = []

    @property
    def is_asking(self) -> bool:
        return self._exchange is not None

    @property
    def is_waiting(self) -> bool:
        """What was asked has no outcome yet."""
        return self._exchange is not None and self._exchange.outcome is None

    def open(self, now_ns: int) -> None:
        """It may be another adapter than before."""
        self.echoes = None
        self._open(now_ns)

    def close(self) -> None:
        self._exchange = None
        self.is_open = False
        self._port.close()

    def ask(self, codec: Codec, request: Request, now_ns: int, wait_ns: int, *, patient: bool = False) -> None:
        """Write it now, and wait for an answer; see `Exchange`. PortError tells whether anything has left."""
        exchange = Exchange(codec, request, self.timing, echoes=self.echoes, wait_ns=wait_ns, patient=patient)
        self._idle.expect(b"")
        self._port.write(exchange.frame)
        exchange.begin(now_ns)
        self._exchange = exchange

    def step(self, now_ns: int) -> None:
        """Take in what has arrived, and see what has ended."""
        data = self._port.read()
        if self._exchange is not None:
            self._exchange.feed(data, now_ns)
            self._exchange.tick(now_ns)
            return
        self._overhear(data, now_ns)
        self._strays += (run.data for run in self._idle.tick(now_ns))
        if now_ns >= self.quiet_at_ns:
            self.noisy_since_ns = None

    def take_outcome(self, now_ns: int) -> Outcome | None:
        """Of what was asked, once. If it is no answer, the port has been opened anew."""
        exchange = self._exchange
        if exchange is None or exchange.outcome is None:
            return None
        self._exchange = None
        self._strays += exchange.strays
        self.echoes = exchange.echoes
        if isinstance(exchange.outcome, Answered):
            self._overhear(exchange.rest(), now_ns)
        else:
            self._port.close()
            self._open(now_ns)
        return exchange.outcome

    def take_strays(self) -> tuple[bytes, ...]:
        """What was heard and answers nothing."""
        strays = tuple(self._strays)
        self._strays.clear()
        return strays

    def due_ns(self) -> int | None:
        """When to call `step`; None if it has only to listen."""
        return self._idle.due_ns() if self._exchange is None else self._exchange.due_ns()

    def _overhear(self, data: bytes, now_ns: int) -> None:
        """Bytes that nobody has asked for."""
        if not data:
            return
        self.quiet_at_ns = now_ns + self.timing.quiet_ns
        if self.noisy_since_ns is None:
            self.noisy_since_ns = now_ns
        self._strays += (run.data for run in self._idle.feed(data, now_ns))

    def _open(self, now_ns: int) -> None:
        self.is_open = False
        self._port.open()
        self.is_open = True
        self._exchange = None
        self._idle.expect(b"")
        self.noisy_since_ns = None
        self.quiet_at_ns = now_ns + self.timing.quiet_ns
