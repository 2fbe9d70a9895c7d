"""The stages in which the installer moves the door: they give feedback and reed, and what both read when shut. Pure."""

from device.commission.candidates import expected_lock
from device.commission.case import STEADY_NS, Case, Move, Quiet
from device.commission.faults import Fault, Flaw
from device.commission.knowledge import Knowledge
from device.commission.orders import locks_of, order_of
from device.commission.plan import Plan
from device.commission.proof import boards
from device.commission.signals import Bit, Board, Input, Snapshot, bits, pins
from device.commission.view import Choice, Phrase, Said
from device.logic.units import S
from drivers.locks.wiring import ByteOrder, Polarity

SECOND_SIGNAL_NS = 4 * S
"""Between the turn of a key, which the lock tells, and the pull, which the reed tells."""
HINT_NS = 20 * S
"""A door is found and opened in this time; then something may be wrong."""


class Rest(Quiet):
    """Everything is to be shut before a door is asked for."""

    def __init__(self) -> None:
        self._open_doors: tuple[str, ...] = ()
        self._believed: Snapshot | None = None

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | None:
        steady_ns = self.steady_ns(case, believed, now_ns)
        self._believed = believed
        self._open_doors = case.known.open_doors(believed)
        if self._open_doors or self._strangers(case) or steady_ns < STEADY_NS:
            return None
        case.baseline = believed
        return Move.OPEN

    def press(self, case: Case, choice: Choice) -> Move | None:
        if self._believed is None:
            return None
        if choice is Choice.ASK_AGAIN:
            case.known.forget(self._open_doors)
        case.baseline = self._believed
        return Move.OPEN

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:  # noqa: ARG002
        said = [Said(Phrase.SHUT_DOORS, case.door, self._open_doors)] if self._open_doors else []
        strangers = self._strangers(case)
        if strangers:
            said.append(Said(Phrase.SHUT_SIGNALS, case.door, wires=case.known.wires_of(strangers)))
        return tuple(said) or (Said(Phrase.ONE_MOMENT, case.door),)

    @property
    def choices(self) -> tuple[Choice, ...]:
        if self._open_doors:
            return (Choice.ASK_AGAIN,)
        return (Choice.IS_SHUT,) if self.moved else ()

    def _strangers(self, case: Case) -> frozenset[Input]:
        return frozenset(one for one in self.moved if not case.known.owners_of(frozenset({one})))


class Open(Quiet):
    """The door is to be opened by hand."""

    def __init__(self) -> None:
        self._began_ns: int | None = None
        self._believed: Snapshot | None = None

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | Fault | None:
        self._began_ns = self._began_ns or now_ns
        self._believed = believed
        steady_ns = self.steady_ns(case, believed, now_ns)
        if not self.moved or steady_ns < STEADY_NS:
            return None
        if case.known.owners_of(self.moved):
            return Move.WRONG
        if len(bits(self.moved)) > 1 or len(pins(self.moved)) > 1:
            return Fault(Flaw.TWO_SIGNALS, case.known.wires_of(self.moved), case.door)
        if lacks_latch(case, self.moved) or lacks_reed(case, self.moved):
            return Move.LACKING if steady_ns >= SECOND_SIGNAL_NS else None
        case.opened = self.moved
        return Move.SHUT

    def press(self, case: Case, choice: Choice) -> Move | Fault | None:
        if self.moved or self._believed is None:
            return None
        if choice is Choice.NO_KEY:
            case.is_without_key = True
            return Move.FIND
        return _nothing_happens(case, self._believed)

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:
        if self.moved:
            return (Said(Phrase.KEEP_OPEN, case.door),)
        is_long = self._began_ns is not None and now_ns - self._began_ns >= HINT_NS
        hint = (Said(Phrase.OPEN_HINT, case.door),) if is_long else ()
        return (Said(Phrase.OPEN, case.door), *hint)

    @property
    def choices(self) -> tuple[Choice, ...]:
        return () if self.moved else (Choice.NOTHING_HAPPENS, Choice.NO_KEY)


class Wrong(Quiet):
    """A door was opened that is proved already."""

    def __init__(self) -> None:
        self._owners: tuple[str, ...] = ()

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | None:
        self.steady_ns(case, believed, now_ns)
        self._owners = case.known.owners_of(self.moved)
        return None if self._owners else Move.OPEN

    def press(self, case: Case, choice: Choice) -> Move | None:  # noqa: ARG002
        case.known.forget(self._owners)
        return Move.OPEN

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:  # noqa: ARG002
        return (Said(Phrase.WRONG_DOOR, case.door, self._owners),)

    @property
    def choices(self) -> tuple[Choice, ...]:
        # With two of them open it is not this door under another's name.
        return (Choice.IS_THIS_DOOR,) if len(self._owners) == 1 else ()


class Lacking(Quiet):
    """One of the two signals that a door can have has not come."""

    def __init__(self) -> None:
        self._lacks: Phrase = Phrase.LACKS_REED

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | None:
        self.steady_ns(case, believed, now_ns)
        if not self.moved:
            return Move.OPEN
        if lacks_latch(case, self.moved):
            self._lacks = Phrase.LACKS_LATCH
        elif lacks_reed(case, self.moved):
            self._lacks = Phrase.LACKS_REED
        else:
            return Move.OPEN
        return None

    def press(self, case: Case, choice: Choice) -> Move | Fault | None:
        if not self.moved:
            return None
        if choice is Choice.HAS_NONE:
            case.opened = self.moved
            return Move.SHUT
        if self._lacks is Phrase.LACKS_LATCH:
            return Fault(Flaw.NO_LATCH, _guess(case.known, case.door), case.door)
        return Fault(Flaw.NO_REED, (), case.door)

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:  # noqa: ARG002
        return (Said(self._lacks, case.door, wires=case.known.wires_of(self.moved)),)

    @property
    def choices(self) -> tuple[Choice, ...]:
        return (Choice.HAS_ONE, Choice.HAS_NONE)


class Shut(Quiet):
    """What has moved is to come back."""

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | None:
        # However it was opened: what is its own is known now.
        case.is_without_key = False
        steady_ns = self.steady_ns(case, believed, now_ns)
        return Move.RELEASE if not self.moved and steady_ns >= STEADY_NS else None

    def press(self, case: Case, choice: Choice) -> Fault | None:  # noqa: ARG002
        return Fault(Flaw.NOT_BACK, case.known.wires_of(self.moved), case.door) if self.moved else None

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:  # noqa: ARG002
        others = self.moved - case.opened
        too = (Said(Phrase.SHUT_SIGNALS, case.door, wires=case.known.wires_of(others)),) if others else ()
        return (Said(Phrase.SHUT, case.door), *too)

    @property
    def choices(self) -> tuple[Choice, ...]:
        return (Choice.IS_SHUT,)


def lacks_latch(case: Case, moved: frozenset[Input]) -> bool:
    """The bank has boards with feedback, and none of it has moved."""
    return bool(case.known.plan.boards) and not bits(moved)


def lacks_reed(case: Case, moved: frozenset[Input]) -> bool:
    """The bank has reeds, and none has moved."""
    return case.known.plan.has_reeds and not pins(moved)


def _nothing_happens(case: Case, believed: Snapshot) -> Fault:
    """The door is open, says the installer."""
    wires = _guess(case.known, case.door)
    reads_shut = _reads_shut(case.known, wires, believed)
    if reads_shut is None:
        return Fault(Flaw.NO_SIGNAL, wires, case.door)
    return Fault(Flaw.READS_SHUT if reads_shut else Flaw.READS_OPEN, wires, case.door)


def _guess(known: Knowledge, door: str) -> tuple[str, ...]:
    """The wire that it should be if the bank is wired in the order of its doors."""
    expected = expected_lock(known, door)
    taken = {lock for one in known.proved if one.latch for lock in locks_of(one.latch, known.plan, known.pairs())}
    return (f"{expected}?",) if expected is not None and expected not in taken else ()


def _reads_shut(known: Knowledge, wires: tuple[str, ...], believed: Snapshot) -> bool | None:
    """What the guessed feedback reads; None if its board is not known well enough."""
    for proved in boards(known.plan, known.proved):
        board = proved.board
        is_known = any(one.latch and known.plan.board_of(one.latch) == board for one in known.proved)
        bit = _bit_of(board, wires, known.plan, order_of(board, known.pairs()))
        if is_known and bit is not None:
            return (bit in believed.high) is (proved.polarity is Polarity.SET_WHEN_LOCKED)
    return None


def _bit_of(board: Board, wires: tuple[str, ...], plan: Plan, order: ByteOrder | None) -> Bit | None:
    if order is None or not wires or wires[0].removesuffix("?") not in plan.locks:
        return None
    bus, number, lock = wires[0].removesuffix("?").split("/") if "/" in wires[0] else ("", "0", "0")
    if (bus, int(number)) != (board.bus, board.number) or not board.has(int(lock)):
        return None
    return Bit(bus, board.number, board.place_of(int(lock), order))
