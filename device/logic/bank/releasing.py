"""What is done to open one door, and what its pulses explain. Pure. Implements docs/lockers.md, "Releases"."""

from device.logic.bank.attempt import Aim, Attempt
from device.logic.bank.hook import Hook
from device.logic.bank.pulse_log import LastPulse
from device.logic.bank.release import Released, ReleaseResult
from device.logic.bank.settings import DoorSettings
from device.logic.bank.sight import Sight
from device.logic.bank.states import DoorState
from device.logic.bank.told import Told
from device.logic.event import Happening
from device.logic.units import MS
from drivers.lock_ports import PulseEnd

_Outcomes = list[Happening | Released]


class Releasing:
    """The attempt that is under way on one door, if any, and the last pulse of its lock."""

    def __init__(self, settings: DoorSettings, sight: Sight, hook: Hook, told: Told, now_ns: int) -> None:
        self.attempt: Attempt | None = None
        self.idle_ns = now_ns
        """Since when nothing is attempted, if nothing is."""
        self.count = 0
        """Attempts and further requests so far."""
        self._settings = settings
        self._sight = sight
        self._hook = hook
        self._told = told
        self._pulse: LastPulse | None = None
        self._by: str | None = None  # who asked for the pulse that was ordered last

    @property
    def is_visible(self) -> bool:
        """Somebody may wait for the door."""
        return self.attempt is not None and self.attempt.aim is not Aim.RESET

    def ask(self, by: str, now_ns: int, until_ns: int | None) -> None:
        """Somebody wants it open. One who asks again while it is being opened shares the outcome."""
        self.count += 1
        if self.attempt is None:
            self.attempt = Attempt(Aim.RELEASE, now_ns, until_ns)
        self.attempt.join(by, until_ns)

    def begin_own(self, aim: Aim, now_ns: int) -> None:
        """The rules want a pulse. Nothing is done where there is no lock, or where an attempt is under way."""
        if self._settings.lock is not None and self.attempt is None:
            self.count += 1
            self.attempt = Attempt(aim, now_ns)

    def drop(self, aim: Aim, now_ns: int) -> None:
        """What the rules wanted a pulse for is no more: it may not come back when the door is shut again."""
        if self.attempt is not None and self.attempt.aim is aim and not self.attempt.tokens:
            self.attempt, self.idle_ns = None, now_ns

    def may_pulse(self, now_ns: int) -> tuple[bool, _Outcomes]:
        """Whether what the attempt was begun for still holds, and what there is to tell if not."""
        attempt, is_open = self.attempt, self._sight.is_open
        if attempt is None:
            return False, []
        if attempt.aim is Aim.RESET and not (is_open and self._hook.contradiction is DoorState.LATCHED_OPEN):
            return False, self._conclude(ReleaseResult.UNKNOWN, now_ns)
        if attempt.fired and is_open is not False:
            return False, self._conclude(ReleaseResult.ALREADY_OPEN if is_open else ReleaseResult.UNKNOWN, now_ns)
        if attempt.is_expired(now_ns):
            return False, self._conclude(attempt.expired(), now_ns)
        return True, []

    def order_pulse(self, now_ns: int) -> int:
        """It is pulsed, as `may_pulse` allows. Returns until when that may be sent. ValueError without an attempt."""
        if self.attempt is None:
            raise ValueError(f"door {self._settings.name}: nobody wants it open")
        self._by = self.attempt.tokens[0] if self.attempt.tokens else None
        return self.attempt.begin(now_ns, was_open=bool(self._sight.is_open))

    def pulse_over(self, begin_ns: int, end: PulseEnd, at_ns: int) -> _Outcomes:
        """The pulse that was ordered at `begin_ns` has ended."""
        attempt = self.attempt if self.attempt is not None and self.attempt.is_in_flight else None
        if end.may_have_fired:
            self._pulse = LastPulse(begin_ns, at_ns, self._by, has_opened=attempt is None)
        return [] if attempt is None else self._end(attempt.over(end, at_ns), at_ns)

    def opened(self, moved_ns: int, after_ms: int | None) -> _Outcomes:
        """The door has opened; after_ms: after a pulse, None if no pulse explains it."""
        self.drop(Aim.PERSON, moved_ns)
        if self._pulse is not None:
            self._pulse.has_opened = True
        if self.attempt is None or not self.attempt.tries:
            return []
        if after_ms is None:
            return self._end(self.attempt.found_open(), moved_ns)
        return self._conclude(ReleaseResult.OPENED, moved_ns, after_ms=after_ms)

    def strayed(self, opened: str, at_ns: int) -> None:
        """A pulse has opened another door. Where this one has not opened too, nothing more is tried."""
        if self.attempt is not None and self.attempt.fired:
            self.attempt.stray(opened, at_ns)

    def tick(self, now_ns: int) -> _Outcomes:
        due_ns = self.due_ns()
        if self.attempt is None or due_ns is None or now_ns < due_ns:
            return []
        if self.attempt.wants_ns is not None:
            return self.may_pulse(now_ns)[1]
        overdue = self.attempt.overdue(now_ns, is_open=self._sight.is_open, locked=self._sight.locked)
        return self._end(overdue, now_ns)

    def due_ns(self) -> int | None:
        """When the door has had its time, or whoever waits for a pulse."""
        if self.attempt is None or self.attempt.is_in_flight:
            return None
        if self.attempt.open_by_ns is not None:
            return settled_ns(self._sight, self.attempt.open_by_ns)
        return self.attempt.until_ns

    def after_ms(self, moved_ns: int, unseen_ns: int | None = None) -> int | None:
        """How long after a pulse the door began to move; None if no pulse explains it.

        unseen_ns: since when it could not be seen. A pulse that throws a whole bus off hides what it has opened.
        """
        attempt, pulse = self.attempt, self._pulse
        if attempt is not None and attempt.is_in_flight and moved_ns >= attempt.begin_ns:
            return (moved_ns - attempt.begin_ns) // MS
        if pulse is None:
            return None
        is_hidden = unseen_ns is not None and not pulse.has_opened and pulse.excuses(unseen_ns)
        return (moved_ns - pulse.begin_ns) // MS if is_hidden or pulse.excuses(moved_ns) else None

    @property
    def token(self) -> str | None:
        """Who asked for the last pulse; None if the rules did."""
        if self.attempt is not None and self.attempt.tries:
            return self.attempt.tokens[0] if self.attempt.tokens else None
        return None if self._pulse is None else self._pulse.by

    def _end(self, result: ReleaseResult | None, at_ns: int) -> _Outcomes:
        return [] if result is None else self._conclude(result, at_ns)

    def _conclude(self, result: ReleaseResult, at_ns: int, **detail: object) -> _Outcomes:
        attempt, self.attempt = self.attempt, None
        if attempt is None:
            return []
        self.idle_ns = at_ns
        if attempt.strayed is not None:
            detail["opened"] = attempt.strayed
        pulses, name = attempt.pulses + attempt.is_in_flight, self._settings.name
        outcomes: _Outcomes = [Released(by, name, result, at_ns, pulses, dict(detail)) for by in attempt.tokens]
        is_open = result in (ReleaseResult.OPENED, ReleaseResult.ALREADY_OPEN)
        if result is ReleaseResult.JAMMED or (attempt.aim is Aim.PERSON and not is_open):
            why = {"result": result.value, "pulses": pulses, "latch": self._sight.latch_word}
            outcomes += self._told.raise_("trouble.jammed", at_ns, **why)
        return outcomes


def settled_ns(sight: Sight, due_ns: int) -> int:
    """`due_ns`, or later if the door moves then: what it says is worth waiting for.

    Not without end: what goes on for longer than `debounce.BOUNCE_NS` counts as a movement that began later.
    """
    moving_ns, rests_ns = sight.moving_ns, sight.rests_ns
    if moving_ns is None or rests_ns is None or moving_ns >= due_ns:
        return due_ns
    return max(due_ns, rests_ns)
