"""The stages for a door that cannot be opened by hand: its lock is looked for with pulses, then all goes on as usual.

Pure. Until the installer has said which door it was that sprang open, a pulse proves nothing about this one.
"""

from device.commission.by_pulse import OPENS_NS, POPS_NS, Release, exhausted
from device.commission.candidates import Reach, next_lock
from device.commission.case import Case, Move, Quiet
from device.commission.faults import Fault, Flaw
from device.commission.signals import Snapshot, bits, pins
from device.commission.view import Phrase, Said


class Find(Release):
    """The lock that should be this door's, or the next nearest, is about to be pulsed."""

    after, once_more, if_opened = Move.FIND_WATCH, Move.FIND, Move.OPEN

    def _choose(self, case: Case) -> str | None:
        return next_lock(case.known, case.door, frozenset(), tuple(case.tried), Reach.ALL)


class FindWatch(Quiet):
    """What moves?"""

    def __init__(self) -> None:
        self._began_ns: int | None = None

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | Fault | None:
        if self._began_ns is None:
            self._began_ns = now_ns
        steady_ns = self.steady_ns(case, believed, now_ns)
        if not self.moved:
            return exhausted(case) if now_ns - self._began_ns >= OPENS_NS else None
        if steady_ns < POPS_NS:
            return None
        if len(bits(self.moved)) > 1 or len(pins(self.moved)) > 1:
            return Fault(Flaw.OPENS_TWO, (case.lock, *case.known.wires_of(self.moved)), case.door)
        case.known.learn(case.lock, self.moved)
        return Move.FOUND

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:  # noqa: ARG002
        return (Said(Phrase.FINDING, case.door, wires=(case.lock,)),)
