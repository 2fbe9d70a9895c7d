"""One door: from "open it by hand" to its proof, or to a fault that names the wire. Pure."""

from collections.abc import Callable

from device.commission.by_eye import Confirm, Found
from device.commission.by_hand import Lacking, Open, Rest, Shut, Wrong
from device.commission.by_power import Find, FindWatch
from device.commission.by_pulse import Other, Release, Watch
from device.commission.candidates import Reach, next_lock
from device.commission.case import Case, Move, Quiet, Stage
from device.commission.faults import Fault, Flaw
from device.commission.knowledge import Knowledge
from device.commission.plan import Proved
from device.commission.proof import inverted
from device.commission.signals import Snapshot, bits, pins
from device.commission.view import Choice, Said
from drivers.lock_ports import PulseEnd


class Walk:
    """Ends with `proved`, or with `left` when the installer goes on without this door."""

    def __init__(self, known: Knowledge, door: str, baseline: Snapshot, fault: Fault | None = None) -> None:
        """baseline: what is read now; whatever is not shut then will be asked for. fault: what the walk begins with."""
        self.proved: Proved | None = None
        self.left: Fault | None = None
        self._case = Case(known, door, baseline)
        self._stage: Stage = Rest() if fault is None else Faulty(fault)
        self._last: tuple[Snapshot, int] | None = None

    @property
    def door(self) -> str:
        return self._case.door

    @property
    def baseline(self) -> Snapshot:
        return self._case.baseline

    @property
    def is_over(self) -> bool:
        return self.proved is not None or self.left is not None

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self._stage.choices

    def said(self, now_ns: int) -> tuple[Said | Fault, ...]:
        return self._stage.said(self._case, now_ns)

    def see(self, believed: Snapshot, now_ns: int) -> None:
        self._last = (believed, now_ns)
        self._go(self._stage.see(self._case, believed, now_ns))

    def press(self, choice: Choice) -> None:
        """A choice that the stage does not offer, a late one, is passed over."""
        if choice in self._stage.choices:
            self._go(self._stage.press(self._case, choice))

    @property
    def asks_which(self) -> bool:
        return self._stage.asks_which

    def read(self, name: str) -> None:
        """A name that the stage does not ask for, a late one, is passed over."""
        if self._stage.asks_which:
            self._go(self._stage.read(self._case, name))

    def wish(self, now_ns: int) -> str | None:
        return self._stage.wish(self._case, now_ns)

    def pulsed(self, end: PulseEnd, now_ns: int) -> None:
        self._go(self._stage.pulsed(self._case, end, now_ns))

    def _go(self, move: Move | Fault | None) -> None:
        match move:
            case None:
                return
            case Fault():
                self._enter(Faulty(move))
            case Move.LEFT if isinstance(self._stage, Faulty):
                self.left = self._stage.fault
            case Move.PROVED:
                self._prove()
            case _:
                self._enter(_STAGES[move]())

    def _enter(self, stage: Stage) -> None:
        """The new stage begins with what was read last: its words are about that."""
        self._stage = stage
        if self._last is not None:
            self._go(stage.see(self._case, *self._last))

    def _prove(self) -> None:
        proved = _proved(self._case)
        case = self._case
        others = tuple(one for one in case.known.proved if one.door != case.door)
        # While there is no majority, the door that is wired the other way may be one of the others.
        contradicts = [fault for fault in inverted(case.known.plan, (*others, proved)) if fault.door == case.door]
        if contradicts and not inverted(case.known.plan, others) and len(_neighbours(proved, others)) > 1:
            self._enter(Faulty(contradicts[0]))
            return
        self.proved = proved


class Faulty(Quiet):
    """Something is wrong with the door, and the installer decides what to do."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._may_search = False

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | None:  # noqa: ARG002
        is_dead = self.fault.flaw in {Flaw.NOTHING_MOVED, Flaw.OPENS_OTHERS}
        rest = next_lock(case.known, case.door, case.opened, tuple(case.tried), Reach.ALL) if is_dead else None
        self._may_search = rest is not None
        return None

    def press(self, case: Case, choice: Choice) -> Move:
        match choice:
            case Choice.SEARCH:
                case.is_searching = True
                return Move.FIND if case.is_without_key else Move.RELEASE
            case Choice.LEAVE:
                return Move.LEFT
            case _:
                case.begin_again()
                return Move.REST

    def said(self, case: Case, now_ns: int) -> tuple[Fault, ...]:  # noqa: ARG002
        return (self.fault,)

    @property
    def choices(self) -> tuple[Choice, ...]:
        search = (Choice.SEARCH,) if self._may_search else ()
        return (Choice.AGAIN, Choice.LEAVE, *search)


_STAGES: dict[Move, Callable[[], Stage]] = {
    Move.REST: Rest,
    Move.OPEN: Open,
    Move.WRONG: Wrong,
    Move.LACKING: Lacking,
    Move.SHUT: Shut,
    Move.RELEASE: Release,
    Move.WATCH: Watch,
    Move.OTHER: Other,
    Move.CONFIRM: Confirm,
    Move.FIND: Find,
    Move.FIND_WATCH: FindWatch,
    Move.FOUND: Found,
}


def _proved(case: Case) -> Proved:
    latch = next(iter(bits(case.opened)), None)
    reed = next(iter(pins(case.opened)), None)
    high = case.baseline.high
    return Proved(case.door, case.lock, latch, latch in high, reed, reed in high)


def _neighbours(proved: Proved, others: tuple[Proved, ...]) -> list[Proved]:
    """Doors whose feedback comes over the same board."""
    latch = proved.latch
    if latch is None:
        return []
    return [one for one in others if one.latch and (one.latch.bus, one.latch.board) == (latch.bus, latch.board)]
