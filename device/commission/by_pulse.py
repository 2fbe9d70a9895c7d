"""The stages in which a lock is released: it proves which lock is the door's. Pure."""

from device.commission.candidates import Reach, next_lock
from device.commission.case import STEADY_NS, Case, Move, Quiet
from device.commission.faults import Fault, Flaw
from device.commission.signals import Snapshot, bits, pins
from device.commission.view import Choice, Phrase, Said
from device.logic.units import MS, S
from drivers.lock_ports import PulseEnd

WARNING_NS = 1_500 * MS
"""Between the word that a door is about to spring open, and the pulse."""
OPENS_NS = 10 * S
"""People need 1–3 s, sometimes 8 s, to pull a door that was released."""
POPS_NS = 1 * S
"""A second door that the same pulse releases has moved by then."""


class Release(Quiet):
    """A lock is about to be pulsed."""

    after, once_more, if_opened = Move.WATCH, Move.RELEASE, Move.SHUT
    """Where to go when it was pulsed, when the board has declined, and when somebody opens a door before."""

    def __init__(self) -> None:
        self._began_ns: int | None = None
        self._wait_until_ns = 0

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | Fault | None:
        if self._began_ns is None:
            if case.lock in {"", *case.tried}:
                lock = self._choose(case)
                if lock is None:
                    return exhausted(case)
                case.lock = lock
            self._began_ns = now_ns
            self._wait_until_ns = max(now_ns + WARNING_NS, case.known.may_pulse_at_ns(case.lock))
        self.steady_ns(case, believed, now_ns)
        return self.if_opened if self.moved else None

    def wish(self, case: Case, now_ns: int) -> str | None:
        return case.lock if self._began_ns is not None and now_ns >= self._wait_until_ns else None

    def pulsed(self, case: Case, end: PulseEnd, now_ns: int) -> Move | Fault | None:
        case.known.pulsed(case.lock, now_ns)
        match end:
            case PulseEnd.NOT_SENT:
                return Fault(Flaw.NOT_SENT, (case.lock,), case.door)
            case PulseEnd.REFUSED:
                case.refusals += 1
                # A board that cools down says so; once is nothing unusual.
                return self.once_more if case.refusals == 1 else Fault(Flaw.BOARD_REFUSES, (case.lock,), case.door)
            case PulseEnd.ACKNOWLEDGED | PulseEnd.UNANSWERED:
                case.tried.append(case.lock)
                return self.after

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:
        is_long = self._wait_until_ns - now_ns > WARNING_NS
        phrase = Phrase.COOLING if is_long else Phrase.RELEASING
        return (Said(phrase, case.door, wires=(case.lock,) if case.lock else ()),)

    def _choose(self, case: Case) -> str | None:
        return _choose(case)


class Watch(Quiet):
    """A lock was pulsed: what moves?"""

    def __init__(self) -> None:
        self._began_ns: int | None = None

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | Fault | None:
        if self._began_ns is None:
            self._began_ns = now_ns
        steady_ns = self.steady_ns(case, believed, now_ns)
        is_over = now_ns - self._began_ns >= OPENS_NS
        if self.moved < case.opened:
            return self._too_little(case) if is_over else None
        if steady_ns < POPS_NS:
            return None
        if self.moved == case.opened:
            case.known.learn(case.lock, self.moved)
            return Move.CONFIRM
        if self.moved & case.opened or len(bits(self.moved)) > 1 or len(pins(self.moved)) > 1:
            return Fault(Flaw.OPENS_TWO, (case.lock, *case.known.wires_of(self.moved - case.opened)), case.door)
        case.known.learn(case.lock, self.moved)
        return Move.OTHER

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:  # noqa: ARG002
        return (Said(Phrase.WATCHING, case.door, wires=(case.lock,)),)

    def _too_little(self, case: Case) -> Move | Fault:
        if self.moved:
            return Fault(Flaw.PARTLY_MOVED, case.known.wires_of(case.opened - self.moved), case.door)
        if _choose(case) is not None:
            return Move.RELEASE
        return exhausted(case)


class Other(Quiet):
    """The pulse has opened another door, and that has to be shut."""

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | None:
        steady_ns = self.steady_ns(case, believed, now_ns)
        if self.moved or steady_ns < STEADY_NS:
            return None
        return Move.FIND if case.is_without_key else Move.RELEASE

    def press(self, case: Case, choice: Choice) -> Fault | None:  # noqa: ARG002
        return Fault(Flaw.NOT_BACK, case.known.wires_of(self.moved), case.door) if self.moved else None

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:  # noqa: ARG002
        doors = case.known.owners_of(self.moved)
        return (Said(Phrase.OTHER_OPENED, case.door, doors, (case.lock, *case.known.wires_of(self.moved))),)

    @property
    def choices(self) -> tuple[Choice, ...]:
        return (Choice.IS_SHUT,)


def exhausted(case: Case) -> Fault:
    """No lock is left to try. One that opened nothing is the likelier to be this door's."""
    others = {one.lock for one in case.known.learned}
    dead = tuple(lock for lock in case.tried if lock not in others)
    return (
        Fault(Flaw.NOTHING_MOVED, dead, case.door) if dead else Fault(Flaw.OPENS_OTHERS, tuple(case.tried), case.door)
    )


def _choose(case: Case) -> str | None:
    reach = Reach.ALL if case.is_searching else Reach.DIRECT
    return next_lock(case.known, case.door, case.opened, tuple(case.tried), reach)
