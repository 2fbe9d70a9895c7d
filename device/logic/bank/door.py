"""One compartment: from what is seen of it to what it is, and what must be told. Pure.

Implements docs/lockers.md, "Door states". A door is judged by what its sensors say and by when its lock was pulsed;
neither an order nor the answer of a board ever opens it here.
"""

from dataclasses import dataclass

from device.logic.bank.attempt import Aim
from device.logic.bank.blanking import Blanking
from device.logic.bank.hook import HOOK_GRACE_NS, Hook
from device.logic.bank.opening import ALARMS, PERSON_NS, Cause, Opening
from device.logic.bank.release import Released
from device.logic.bank.releasing import Releasing, settled_ns
from device.logic.bank.settings import DoorSettings
from device.logic.bank.sight import Sight
from device.logic.bank.site import Site
from device.logic.bank.states import DoorState, DoorView
from device.logic.bank.told import Told
from device.logic.event import Happening
from device.logic.units import MS, S, earliest

UNLATCHED_NS = 30 * S

_ENDED_BY_SHUTTING = (*ALARMS.values(), "alarm.left_open", "trouble.latched_open")
_ENDED_BY_OPENING = ("trouble.jammed", "trouble.unlatched", "alarm.person_inside")


@dataclass(frozen=True, slots=True)
class Strayed:
    """A pulse has opened this door, and was meant for another."""

    at_ns: int
    door: str
    pulsed: str


DoorOutcome = Happening | Released | Strayed


class Door:
    """The machine of one compartment. Main loop only."""

    def __init__(self, settings: DoorSettings, site: Site, blanking: Blanking, now_ns: int, revision: int) -> None:
        """revision: the one that nothing in this run has changed yet."""
        self.settings = settings
        self.state = DoorState.UNKNOWN
        self.sight = Sight(settings)
        self._site = site
        self._blanking = blanking
        self._first_revision = revision
        self._told = Told(settings.name)
        self._hook = Hook()
        self.releasing = Releasing(settings, self.sight, self._hook, self._told, now_ns)
        self._opening: Opening | None = None
        self._unseen_ns: int | None = now_ns  # since when it cannot be seen; None while it can
        self._seen_ns = now_ns  # since when it can be, if it can
        self._last: DoorState | None = None  # as it was seen last, while it cannot be
        self._since_ns = self._ticked_ns = now_ns

    @property
    def revision(self) -> int:
        """Another number after every believed change of a signal and every release."""
        return self._first_revision + self.sight.changes + self.releasing.count

    @property
    def has_been_seen(self) -> bool:
        return self._unseen_ns is None or self._last is not None

    def view(self, now_ns: int) -> DoorView:
        is_seen = self._unseen_ns is None
        return DoorView(
            name=self.settings.name,
            state=self.state,
            since_ns=self._since_ns,
            revision=self.revision,
            reed=self.sight.reed_word,
            latch=self.sight.latch_word,
            last=self.state if is_seen else self._last,
            seen_ns=now_ns if is_seen else self._unseen_ns if self._last is not None else None,
        )

    def ask(self, by: str, now_ns: int, until_ns: int | None) -> None:
        """Somebody wants it open; see `Bank.release`."""
        if self._opening is not None:
            self._opening.was_attended = True
        self.releasing.ask(by, now_ns, until_ns)

    def tick(self, now_ns: int, *, held: bool) -> list[DoorOutcome]:
        """What has become true by now. held: what is seen may yet turn out to be the doing of a coil elsewhere.

        `refresh` when all is done.
        """
        outcomes = self.see(now_ns) if self.sight.tick(now_ns, held=held) else []
        if not held:
            outcomes += self.releasing.tick(now_ns)
            if self._unseen_ns is None:
                outcomes += [*self._judge(now_ns), *self._leave_open(now_ns), *self._doubt_hook(now_ns)]
            self._ticked_ns = now_ns
        return outcomes

    def due_ns(self, *, held: bool) -> int | None:
        """When to call tick next."""
        due_ns = self.sight.due_ns(held=held)
        if held:
            return due_ns
        due_ns = earliest(due_ns, self.releasing.due_ns())
        if self._unseen_ns is None:
            due_ns = earliest(due_ns, *self._opening_due_ns(), *self._hook_due_ns())
        return due_ns

    # ------------------------------------------------------------ what is seen

    def see(self, now_ns: int) -> list[DoorOutcome]:
        """A signal has changed. `refresh` when all is done."""
        outcomes: list[DoorOutcome] = [*self._tell_fault(now_ns)]
        is_open, unseen_ns, moved_ns = self.sight.is_open, self._unseen_ns, self.sight.moved_ns
        if is_open is None:
            if unseen_ns is None:
                self._last, self._unseen_ns = self.state, now_ns
        else:
            if unseen_ns is not None:
                self._unseen_ns, self._seen_ns = None, now_ns
            if is_open and self._opening is None:
                outcomes += self._open(moved_ns, unseen_ns)
            elif not is_open and self._opening is not None:
                outcomes += self._shut(self._opening, moved_ns, now_ns, was_seen=unseen_ns is None)
        return [*outcomes, *self._look_at_hook(moved_ns, is_open=is_open)]

    def _tell_fault(self, now_ns: int) -> list[Happening]:
        fault = self.sight.fault
        if fault is None:
            return self._told.restore(now_ns, "trouble.sensor")
        return self._told.raise_("trouble.sensor", now_ns, sensor=fault, changes=self.sight.fault_changes)

    def _open(self, moved_ns: int, unseen_ns: int | None) -> list[DoorOutcome]:
        after_ms = self.releasing.after_ms(moved_ns, unseen_ns)
        if after_ms is not None:
            self._opening = Opening(moved_ns, Cause.RELEASED, released=self.releasing.token)
        else:
            beside = self._blanking.beside(self.settings.name, moved_ns, on_bus=self.sight.is_by_latch)
            self._opening = Opening(moved_ns, beside=beside, unknown_ns=unseen_ns)
        outcomes: list[DoorOutcome] = [*self._told.restore(moved_ns, *_ENDED_BY_OPENING)]
        if self._opening.is_told:
            outcomes.append(self._report("door.opened", moved_ns, self._opening.released, after_ms))
        return [*outcomes, *self.releasing.opened(moved_ns, after_ms)]

    def _shut(self, opening: Opening, moved_ns: int, now_ns: int, *, was_seen: bool) -> list[DoorOutcome]:
        # What was due before it was shut is told, however late this is.
        outcomes = [*self._judge(moved_ns), *self._leave_open(moved_ns)] if was_seen else []
        self._opening = None
        outcomes += self._told.restore(moved_ns, *_ENDED_BY_SHUTTING)
        open_ns = max(0, moved_ns - opening.moved_ns)
        if opening.is_told:
            outcomes.append(self._report("door.closed", moved_ns, opening.released, open_ns // MS))
        if self.settings.fits_person and open_ns > PERSON_NS and not opening.was_attended:
            # A cut wire looks like an open door, and a mended one like a shut one: it must not open the compartment.
            opens = was_seen and opening.is_certain
            outcomes += self._told.raise_("alarm.person_inside", moved_ns, open_s=open_ns // S, released_again=opens)
            if opens:
                self.releasing.begin_own(Aim.PERSON, now_ns)
        return outcomes

    def _report(self, what: str, moved_ns: int, released: str | None, after_ms: int | None) -> Happening:
        return self._told.report(what, moved_ns, revision=self.revision, released=released, after_ms=after_ms)

    def _look_at_hook(self, moved_ns: int, *, is_open: bool | None) -> list[Happening]:
        locked, opening = self.sight.locked, self._opening
        if opening is not None and is_open and locked is False:
            opening.was_both_open = True
        is_over = self._hook.look(is_open=is_open, locked=locked, moved_ns=moved_ns)
        if self._hook.let_go_ns is not None and self.releasing.after_ms(self._hook.let_go_ns) is not None:
            self._hook.let_go_ns = None  # a pulse has freed it
        if not is_over:
            return []
        self.releasing.drop(Aim.RESET, moved_ns)
        return self._told.restore(moved_ns, "trouble.unlatched", "trouble.latched_open")

    # ------------------------------------------------------------ time

    def _judge(self, now_ns: int) -> list[DoorOutcome]:
        opening, judged_ns = self._opening, self._judged_ns()
        if opening is None or judged_ns is None or now_ns < judged_ns:
            return []
        cause = opening.judge()
        detail: dict[str, object] = {"service_key": True} if self._site.is_key_on else {}
        if self.sight.reed is not None and self.sight.has_latch:
            detail["latch"] = self.sight.latch_word
        if opening.unknown_ns is not None:
            unknown_ms = max(0, opening.moved_ns - opening.unknown_ns) // MS
            detail |= {"unknown_ms": unknown_ms, "at_start": self._last is None}
        if cause is not Cause.WRONG_DOOR or opening.beside is None:
            return [*self._told.raise_(ALARMS[cause], opening.moved_ns, **detail)]
        alarm = self._told.raise_(ALARMS[cause], opening.moved_ns, pulsed=opening.beside, **detail)
        return [*alarm, Strayed(now_ns, self.settings.name, opening.beside)]

    def _leave_open(self, now_ns: int) -> list[Happening]:
        left_ns = self._left_ns()
        if self._opening is None or left_ns is None or now_ns < left_ns:
            return []
        open_s = (left_ns - self._opening.moved_ns) // S
        return self._told.raise_("alarm.left_open", left_ns, open_s=open_s, night=self._site.is_night)

    def _doubt_hook(self, now_ns: int) -> list[Happening]:
        unlatched_ns = self._unlatched_ns()
        if unlatched_ns is not None and now_ns >= unlatched_ns:
            let_go = {} if self._hook.let_go_ns is None else {"let_go": True}
            return self._told.raise_("trouble.unlatched", unlatched_ns, **let_go)
        opening = self._opening
        if opening is None or not self._is_latched_open(now_ns):
            return []
        if not opening.was_reset and self.releasing.attempt is None:
            opening.was_reset = True
            self.releasing.begin_own(Aim.RESET, now_ns)
        return self._told.raise_("trouble.latched_open", self._hook.since_ns)

    def _judged_ns(self) -> int | None:
        judged_ns = None if self._opening is None else self._opening.judged_ns
        return None if judged_ns is None else settled_ns(self.sight, judged_ns)

    def _left_ns(self) -> int | None:
        if self._opening is None or "alarm.left_open" in self._told:
            return None
        left_ns = self._opening.left_ns(self._site)
        return None if left_ns is None else max(left_ns, self._seen_ns)

    def _opening_due_ns(self) -> tuple[int | None, ...]:
        if self._opening is None:
            return ()
        long_ns = self._opening.long_ns if self.state is DoorState.OPEN else None
        return self._judged_ns(), self._left_ns(), long_ns

    def _unlatched_ns(self) -> int | None:
        is_telling = self._hook.contradiction is DoorState.UNLATCHED and self.releasing.attempt is None
        if not is_telling or "trouble.unlatched" in self._told:
            return None
        if self._hook.let_go_ns is not None:
            return self._hook.let_go_ns + HOOK_GRACE_NS
        return max(self._hook.since_ns, self.releasing.idle_ns, self._seen_ns) + UNLATCHED_NS

    def _is_latched_open(self, now_ns: int) -> bool:
        """The hook fell after a proper opening: both have been open since the release."""
        certain_ns, opening = self._hook.certain_ns, self._opening
        if self._hook.contradiction is not DoorState.LATCHED_OPEN or certain_ns is None or opening is None:
            return False
        return opening.cause is Cause.RELEASED and opening.was_both_open and now_ns >= certain_ns

    def _hook_due_ns(self) -> tuple[int | None, ...]:
        certain_ns = self._hook.certain_ns
        is_coming = certain_ns is not None and certain_ns > self._ticked_ns
        return self._unlatched_ns(), certain_ns if is_coming else None

    def refresh(self, now_ns: int) -> None:
        """Find the word for all that has happened since."""
        state = self._state(now_ns)
        if state is not self.state:
            self.state, self._since_ns = state, now_ns

    def _state(self, now_ns: int) -> DoorState:
        if self._unseen_ns is not None:
            return DoorState.UNKNOWN if self.sight.fault is None else DoorState.SENSOR_FAULT
        if self._opening is not None:
            is_left = "alarm.left_open" in self._told
            return self._opening.state(now_ns, is_latched=self._is_latched_open(now_ns), is_left=is_left)
        if "alarm.person_inside" in self._told:
            return DoorState.PERSON_INSIDE
        if self.releasing.is_visible:
            return DoorState.RELEASING
        if "trouble.jammed" in self._told:
            return DoorState.JAMMED
        if self._hook.contradiction is DoorState.UNLATCHED and self._hook.certain_ns is not None:
            return DoorState.UNLATCHED if now_ns >= self._hook.certain_ns else DoorState.CLOSED
        if self.sight.fault is not None:
            return DoorState.SENSOR_FAULT
        return DoorState.SECURED if self.sight.locked and not self.sight.is_by_latch else DoorState.CLOSED
