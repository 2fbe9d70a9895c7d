"""Everything that happens on one line of lock boards: polls, pulses, faults. Pure: time is an argument.

    bus = Bus(settings, port, now_ns)
    bus.pulse("left/1/7", until_ns)   # and `step` at once
    bus.step(now_ns)                  # when the port can be read, at `due_ns()`, and after `pulse`, `reread` or `leave`
    bus.take_facts()                  # after each step

A thread calls `step` in real time, a simulation in its own; both over the same `Port`, which is never waited for. A
`step` that has nothing to do does no harm.

What always holds, whatever is heard: a pulse is written at most once, and never after the time that it was asked for
with; a reading is the answer to the last question, which was to this board; nothing is asked of a board that has left a
question open until LATE_NS after the time that it had for its answer; nothing is asked of anybody while a pulse lasts,
nor AFTERMATH_NS behind it, except the next pulse.
"""

from collections import Counter

from drivers.lock_ports import BusDown, BusUp, LockFact, PulseEnd
from drivers.locks import xor8a
from drivers.locks.board_watch import NO_ANSWER, REFUSED, BoardWatch
from drivers.locks.bus_settings import BusSettings
from drivers.locks.exchange import Answered, Outcome, Spoilt, Timing
from drivers.locks.families import codec_of, lock_name
from drivers.locks.family import Family
from drivers.locks.frames import AllOff, BoardState, FrameError, QueryBoard, Refusal, Unlock
from drivers.locks.line import Line
from drivers.locks.outage import Outage
from drivers.locks.port import Port, PortError
from drivers.locks.pulses import Order, Pulses

AFTERMATH_NS = 150_000_000
"""A coil that is switched off disturbs its neighbours' contacts for some tens of milliseconds."""
# A line that is never silent is asked nevertheless: its boards become silent by that, and nothing else would tell.
_BABBLE_NS = 1_000_000_000

_STRAY = "stray"
_MS_NS = 1_000_000


class Bus:
    """One line. One thread."""

    def __init__(self, settings: BusSettings, port: Port, now_ns: int) -> None:
        """Opens the port with the first `step`. ValueError for boards and locks that the family does not have."""
        self.name = settings.name
        self._codec = codec_of(settings.family, settings.pulse_ms)
        self._has_reports = settings.family is Family.XOR8A
        self._line = Line(port, Timing(settings.baud, settings.latency_ms * _MS_NS))
        self._outage = Outage(now_ns)
        self._is_told_down = False
        self._watches = _watches(settings, now_ns)
        self._unlocks = {
            lock_name(settings, board.number, lock): Unlock(board.number, lock)
            for board in settings.boards
            for lock in range(1, board.locks + 1)
        }
        for unlock in self._unlocks.values():
            self._codec.encode(unlock)
        self._reply_ns = settings.reply_ms * _MS_NS
        self._pulse_reply_ns = settings.pulse_reply_ms * _MS_NS
        self._pulses = Pulses(settings.pulse_ms * _MS_NS)
        self._asked: QueryBoard | AllOff | Unlock | None = None
        self._is_reread_due = False
        self._is_leaving = False
        self._facts: list[LockFact] = []
        self._counts: Counter[str] = Counter()
        self.faults: tuple[tuple[str, int], ...] = ()
        """How often what was heard was no answer: by names of FrameFault, "no answer", and "stray" for the unasked."""

    @property
    def is_pulsing(self) -> bool:
        """A pulse was asked for and is not over."""
        return not self._pulses.is_idle

    def pulse(self, lock: str, until_ns: int) -> None:
        """Release one lock before anything else is asked; see `Locks.pulse`."""
        self.check(lock)
        self._pulses.order(Order(lock, self._unlocks[lock], until_ns))

    def check(self, lock: str) -> None:
        """ValueError for a lock that this line does not have. Any thread."""
        if lock not in self._unlocks:
            raise ValueError(f"lock {lock}: the bus {self.name} has none of this name")

    def reread(self) -> None:
        """A lock elsewhere was pulsed: tell two readings of every board, as after a pulse of this line."""
        self._is_reread_due = True

    def leave(self) -> None:
        """Begin no pulse any more. Step on while `is_pulsing`, then `close`."""
        self._is_leaving = True

    def close(self) -> None:
        self._line.close()

    def take_facts(self) -> tuple[LockFact, ...]:
        """What has become known since, in order."""
        facts = tuple(self._facts)
        self._facts.clear()
        return facts

    def due_ns(self) -> int | None:
        """When to call `step` if nothing else happens; None if only something else can."""
        if not self._line.is_open:
            over_due_ns = self._pulses.over_due_ns()
            return self._outage.due_ns if over_due_ns is None else min(self._outage.due_ns, over_due_ns)
        if self._line.is_asking:
            return self._line.due_ns()
        dues_ns = [self._line.due_ns(), self._pulses.over_due_ns()]
        if not self._pulses.is_flying:
            dues_ns += (order.until_ns for order in self._pulses.waiting)
            dues_ns += (self._send_at_ns(order) for order in self._pulses.waiting)
            dues_ns += (max(self._poll_at_ns(), watch.due_ns) for watch in self._watches.values())
        return min((due_ns for due_ns in dues_ns if due_ns is not None), default=None)

    def step(self, now_ns: int) -> None:
        """Do what is to be done by now."""
        if self._is_reread_due:
            self._is_reread_due = False
            self._reread(now_ns)
        try:
            if not self._line.is_open and now_ns >= self._outage.due_ns:
                self._open(now_ns)
            if self._line.is_open:
                self._work(now_ns)
            else:
                self._tell_over(now_ns)
        except PortError as error:
            self._lose(error, now_ns)
        self._facts += self._pulses.give_up(now_ns, self._may_be_sent)

    # ------------------------------------------------------------ the port

    def _open(self, now_ns: int) -> None:
        self._line.open(now_ns)
        self._outage.opened(now_ns)
        self._is_told_down = False
        for watch in self._watches.values():
            watch.lost(now_ns)
        self._facts.append(BusUp(now_ns, self.name))

    def _lose(self, error: PortError, now_ns: int) -> None:
        self._line.close()
        self._outage.failed(now_ns, is_forbidden=error.is_forbidden)
        self._pulses.lost()
        if not self._is_told_down:
            self._is_told_down = True
            self._facts.append(BusDown(now_ns, self.name, error.why))

    # ------------------------------------------------------------ what is heard

    def _work(self, now_ns: int) -> None:
        self._line.step(now_ns)
        if self._line.is_waiting:
            return
        outcome = self._line.take_outcome(now_ns)
        if outcome is not None:
            self._conclude(outcome, now_ns)
        for stray in self._line.take_strays():
            self._overhear(stray, now_ns)
        self._tell_over(now_ns)
        if not self._line.is_asking and not self._pulses.is_flying:
            self._ask(now_ns)

    def _tell_over(self, now_ns: int) -> None:
        over = self._pulses.over(now_ns)
        if over is not None:
            self._facts.append(over)
            self._reread(now_ns)

    def _conclude(self, outcome: Outcome, now_ns: int) -> None:
        asked, self._asked = self._asked, None
        if not isinstance(outcome, Answered):
            self._count(_why(outcome))
        if asked is None:
            return
        watch = self._watches[asked.board]
        match asked:
            case Unlock():
                end = _end_of(outcome)
                self._pulses.answered(end, now_ns)
                if end is not PulseEnd.UNANSWERED:
                    watch.pulse_answered(now_ns)
            case AllOff():
                watch.switched_off(now_ns, is_answered=isinstance(outcome, Answered))
            case QueryBoard():
                self._conclude_query(watch, outcome, now_ns)

    def _conclude_query(self, watch: BoardWatch, outcome: Outcome, now_ns: int) -> None:
        why = _why(outcome)
        if isinstance(outcome, Answered) and isinstance(outcome.reply, BoardState):
            try:
                read = watch.answered(outcome.reply, outcome.at_ns)
            except FrameError as error:
                why = error.fault.value
                self._count(why)
            else:
                self._facts += [] if read is None else [read]
                return
        silent = watch.failed(why, now_ns)
        self._facts += [] if silent is None else [silent]

    def _overhear(self, data: bytes, now_ns: int) -> None:
        """Nobody has asked for it, so it proves nothing; but it may say where to look."""
        self._count(_STRAY)
        if self._has_reports:
            try:
                reported = self._watches.get(xor8a.report(data).board)
            except FrameError:
                pass
            else:
                if reported is not None:
                    reported.ask_at(now_ns)
                return
        for watch in self._watches.values():
            if watch.owes_nothing(now_ns) and self._answers(QueryBoard(watch.number), data):
                silent = watch.doubled(now_ns)
                self._facts += [] if silent is None else [silent]

    def _count(self, fault: str) -> None:
        self._counts[fault] += 1
        self.faults = tuple(sorted(self._counts.items()))

    def _answers(self, query: QueryBoard, data: bytes) -> bool:
        try:
            self._codec.decode(query, data)
        except FrameError:
            return False
        return True

    # ------------------------------------------------------------ what is asked

    def _ask(self, now_ns: int) -> None:
        for order in self._pulses.waiting:
            send_at_ns = self._send_at_ns(order)
            if send_at_ns is not None and send_at_ns <= now_ns < order.until_ns and self._may_be_sent(order):
                self._send(order, now_ns)
                return
        watch = min(self._watches.values(), key=lambda watch: watch.due_ns, default=None)
        if watch is not None and now_ns >= self._poll_at_ns() and watch.may_be_asked(now_ns):
            may_switch_off = self._line.echoes is not None
            self._asked = watch.question(now_ns, self._reply_ns, may_switch_off=may_switch_off)
            self._line.ask(self._codec, self._asked, now_ns, self._reply_ns)

    def _send(self, order: Order, now_ns: int) -> None:
        self._asked = order.unlock
        try:
            self._line.ask(self._codec, order.unlock, now_ns, self._pulse_reply_ns)
        except PortError as error:
            # Nobody knows how much of it a board has heard.
            if error.left_bytes:
                self._began(order, now_ns)
            raise
        self._began(order, now_ns)

    def _began(self, order: Order, now_ns: int) -> None:
        self._watches[order.unlock.board].pulsed(now_ns, self._pulse_reply_ns)
        self._facts.append(self._pulses.began(order, now_ns))

    def _send_at_ns(self, order: Order) -> int | None:
        """None until it is known whether the adapter echoes: an acknowledgement may be its own request."""
        if self._line.echoes is None:
            return None
        return max(self._line.quiet_at_ns, self._watches[order.unlock.board].rests_until_ns)

    def _poll_at_ns(self) -> int:
        since_ns = self._line.noisy_since_ns
        return self._line.quiet_at_ns if since_ns is None else min(self._line.quiet_at_ns, since_ns + _BABBLE_NS)

    def _may_be_sent(self, order: Order) -> bool:
        return self._line.is_open and not self._is_leaving and not self._watches[order.unlock.board].collides

    def _reread(self, now_ns: int) -> None:
        for watch in self._watches.values():
            watch.reread(now_ns + AFTERMATH_NS)


def _watches(settings: BusSettings, now_ns: int) -> dict[int, BoardWatch]:
    is_relay = settings.family is Family.MODBUS_RELAY
    poll_ns = settings.poll_ms * _MS_NS
    watches = {
        board.number: BoardWatch(settings.name, board, is_relay=is_relay, poll_ns=poll_ns, now_ns=now_ns)
        for board in settings.boards
    }
    if len(watches) < len(settings.boards):
        raise ValueError(f"bus {settings.name}: two boards with one number")
    return watches


def _why(outcome: Outcome) -> str:
    match outcome:
        case Spoilt(fault):
            return fault.value
        case Answered():
            return REFUSED
        case _:
            return NO_ANSWER


def _end_of(outcome: Outcome) -> PulseEnd:
    if not isinstance(outcome, Answered):
        return PulseEnd.UNANSWERED
    return PulseEnd.REFUSED if isinstance(outcome.reply, Refusal) else PulseEnd.ACKNOWLEDGED
