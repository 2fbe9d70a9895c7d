"""One question to a lock board and what comes of it. Pure: bytes and times in, an outcome out.

The whole time of an answer is listened through, unless a good one comes: what is heard first may be garbage, a board's
own report, or an answer to somebody else. So an exchange ends with a line that was silent, or with one that nobody can
trust; then the port is opened anew.
"""

from dataclasses import dataclass

from drivers.locks.frames import Codec, FrameError, FrameFault, QueryBoard, QueryLock, Reply, Request
from drivers.locks.framing import MAX_RUN_BYTES, Heard, Kind, Splitter, quiet_ns

# A board's state takes 6 bytes at least, and more than 9 only where its frame is well formed.
_SHORTEST_STATE_BYTES = 6
_LONG_BYTES = 9
_BITS = 10
_S_NS = 1_000_000_000


class Timing:
    """How fast a line is, and how long its port may keep what has arrived."""

    def __init__(self, baud: int, latency_ns: int) -> None:
        """As for `Splitter`. ValueError likewise."""
        self.baud = baud
        self.latency_ns = latency_ns
        self.quiet_ns = quiet_ns(baud) + latency_ns
        """Silence that separates two frames, as seen through the port."""

    def wire_ns(self, count: int) -> int:
        """How long so many bytes are on the line."""
        return count * _BITS * _S_NS // self.baud


@dataclass(frozen=True, slots=True)
class Answered:
    """`at_ns`: the end of the answer was read."""

    reply: Reply
    at_ns: int


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Something was heard, and no answer; `fault` is what was wrong first."""

    fault: FrameFault
    at_ns: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nothing was heard that could be an answer."""

    at_ns: int


Outcome = Answered | Spoilt | Unanswered


class Exchange:
    """Write `frame`, call `begin`; hand what is read to `feed`, call `tick` at `due_ns()`; until there is an `outcome`.

    `echoes`: whether the adapter gives back what it sends; None if that is not known. A question for a state finds it
    out, since no answer to it looks like itself, and drops the echo; an acknowledgement may be its own request, so
    nothing else can be asked before.
    """

    def __init__(
        self,
        codec: Codec,
        request: Request,
        timing: Timing,
        *,
        echoes: bool | None,
        wait_ns: int,
        patient: bool = False,
    ) -> None:
        """wait_ns: between the end of the request and the beginning of an answer.

        patient: listen all the time even after an answer, for a second one. ValueError for what the family does not
        have, and for a pulse while it is not known whether the adapter echoes.
        """
        self.request = request
        self.frame = codec.encode(request)
        self.echoes = echoes
        self.outcome: Outcome | None = None
        self.strays: list[bytes] = []
        """Runs that were no answer."""
        self._codec = codec
        self._asks_state = isinstance(request, QueryBoard | QueryLock)
        if echoes is None and not self._asks_state:
            raise ValueError("what an echo looks like can only be asked of a board's state")
        self._splitter = Splitter(timing.baud, echoes=bool(echoes), latency_ns=timing.latency_ns)
        self._patience_ns = timing.wire_ns(len(self.frame)) + timing.latency_ns + wait_ns
        self._longest_ns = timing.wire_ns(MAX_RUN_BYTES) + timing.quiet_ns
        self._patient = patient
        self._until_ns = 0
        self._fault: FrameFault | None = None
        self._answer: Answered | None = None

    def begin(self, at_ns: int) -> None:
        """The frame was handed to the port at `at_ns`."""
        self._splitter.expect(self.frame)
        self._until_ns = at_ns + self._patience_ns

    def feed(self, data: bytes, at_ns: int) -> None:
        """`data` was read at `at_ns`."""
        if data:
            self._hear(self._splitter.feed(data, at_ns))

    def tick(self, at_ns: int) -> None:
        """Read the port first."""
        if at_ns < self.due_ns():
            return
        self._hear(self._splitter.tick(at_ns))
        if self.outcome is None and at_ns >= self.due_ns():
            self._conclude(at_ns)

    def rest(self) -> bytes:
        """What had begun to come in behind the answer."""
        return self._splitter.drop()

    def due_ns(self) -> int:
        """When to call `tick`. An answer that has begun is heard to its end, but not for ever."""
        end_ns = self._splitter.due_ns()
        if end_ns is None:
            return self._until_ns
        return min(end_ns, self._until_ns + self._longest_ns)

    def _hear(self, runs: tuple[Heard, ...]) -> None:
        for run in runs:
            if self.outcome is not None:
                self.strays.append(run.data)
            elif run.kind is Kind.REPLY:
                self._judge(run)
            elif run.kind is not Kind.ECHO:
                self._refuse(FrameFault.COLLISION, run.data)

    def _judge(self, run: Heard) -> None:
        data = run.data
        try:
            reply = self._codec.decode(self.request, data)
        except FrameError as error:
            if error.fault is not FrameFault.ECHO or not self._asks_state:
                self._refuse(self._sharpened(error.fault, data), data)
                return
            self.echoes = True
            data = data[len(self.frame) :]
            if data:
                self._judge(Heard(run.kind, data, run.at_ns))
            return
        if self._is_doubled(data) or self._answer is not None:
            self._refuse(FrameFault.COLLISION, data)
            self._answer = None
        elif self._fault is not FrameFault.COLLISION:
            self._answer = Answered(reply, run.at_ns)
            if not self._patient:
                self._conclude(run.at_ns)

    def _refuse(self, fault: FrameFault, data: bytes) -> None:
        self.strays.append(data)
        # A board's own report is no fault of the one that was asked.
        if fault is not FrameFault.UNASKED:
            self._fault = self._fault or fault

    def _sharpened(self, fault: FrameFault, data: bytes) -> FrameFault:
        if self._is_doubled(data) or (fault is FrameFault.LENGTH and len(data) > _LONG_BYTES):
            return FrameFault.COLLISION
        is_cut = isinstance(self.request, QueryBoard) and len(data) < _SHORTEST_STATE_BYTES
        return FrameFault.LENGTH if is_cut and fault is FrameFault.CHECKSUM else fault

    def _is_doubled(self, data: bytes) -> bool:
        """Two boards with one number may answer without a pause."""
        half = len(data) // 2
        return len(data) == 2 * half and self._asks_state and self._answers(data[:half]) and self._answers(data[half:])

    def _answers(self, data: bytes) -> bool:
        try:
            self._codec.decode(self.request, data)
        except FrameError:
            return False
        return True

    def _conclude(self, at_ns: int) -> None:
        if self._answer is not None:
            self.outcome = self._answer
        elif self._splitter.due_ns() is not None:
            self.outcome = Spoilt(FrameFault.COLLISION, at_ns)
        else:
            self.outcome = Unanswered(at_ns) if self._fault is None else Spoilt(self._fault, at_ns)
        self.echoes = self._known_echo(self.outcome)

    def _known_echo(self, outcome: Outcome) -> bool | None:
        if not isinstance(outcome, Spoilt):
            return bool(self.echoes)
        # Not what this adapter was known to do: perhaps it is another one.
        is_odd = outcome.fault is (FrameFault.COLLISION if self.echoes else FrameFault.ECHO)
        return None if is_odd else self.echoes
