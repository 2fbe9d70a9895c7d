"""The way through a bank, door by door. Pure: readings, answers and the time come in; a view and wishes go out.

Rules
- A door that is proved is not asked again. It can lose its proof: it reads open and is said to be shut, another door
  turns out to be it, or its feedback contradicts the majority of its board when all others are done.
- Nothing is concluded from a reading in which a board or an expander was silent, nor from one reading alone.
- A lock is pulsed only for the door that stands on the screen, when everything is shut; never one that is another
  door's.
"""

from collections.abc import Iterable

from device.commission.faults import Fault, Flaw
from device.commission.knowledge import Knowledge
from device.commission.plan import Plan, Proved
from device.commission.proof import Proof, conclude, inverted
from device.commission.settling import Settling
from device.commission.signals import Silence, Snapshot
from device.commission.view import Choice, Phrase, Said, View
from device.commission.walk import Walk
from drivers.lock_ports import PulseEnd

SILENT_READINGS = 3
"""In a row; a single one is no news."""
MUTE_DOORS = 3
"""That so many feedback wires are cut at once is less likely than a board that was not found."""
_MUTE = frozenset({Flaw.NO_SIGNAL, Flaw.READS_OPEN, Flaw.READS_SHUT, Flaw.NO_LATCH})


class Wizard:
    """One run of commissioning. One thread."""

    def __init__(self, plan: Plan, proved: Iterable[Proved] = ()) -> None:
        """proved: from an earlier run."""
        self._plan = plan
        self._known = Knowledge(plan, proved)
        self._settling = Settling()
        self._believed: Snapshot | None = None
        self._walk: Walk | None = None
        self._left: dict[str, Fault] = {}
        self._silences = 0
        self._silent: tuple[Silence, ...] = ()
        self._given_up: tuple[Fault, ...] = ()
        self.is_over = False

    @property
    def proved(self) -> tuple[Proved, ...]:
        """What an interruption must not lose."""
        return self._known.proved

    @property
    def proof(self) -> Proof:
        """What follows from it. A door that was left has its own fault in it."""
        proof = conclude(self._plan, self.proved)
        faults = tuple(self._left.get(fault.door or "", fault) for fault in proof.faults)
        return Proof(proof.boards, proof.crossings, self._given_up + self._missing_board() + faults)

    def see(self, snapshot: Snapshot, now_ns: int) -> None:
        """The newest reading."""
        if snapshot.silent:
            self._silences += 1
            self._silent = snapshot.silent
            self._settling.restart()
            return
        self._silences = 0
        believed = self._settling.feed(snapshot)
        if believed is None:
            return
        self._believed = believed
        if self._walk is not None:
            self._walk.see(believed, now_ns)
            self._follow()

    def press(self, choice: Choice) -> None:
        """The installer has answered. What the view does not offer is passed over."""
        if self._is_silent:
            if choice is Choice.GIVE_UP:
                self._given_up = tuple(fault_of(one) for one in self._silent)
                self.is_over = True
        elif self._walk is not None:
            self._walk.press(choice)
            self._follow()
        elif choice is Choice.ALL_SHUT and self._believed is not None:
            self._next(self._believed)

    def read(self, name: str) -> None:
        """The installer has typed what stands on the open door. Passed over where the view does not ask for it."""
        if self._walk is not None and not self._is_silent:
            self._walk.read(name)
            self._follow()

    def wish(self, now_ns: int) -> str | None:
        """The lock to pulse now, None as a rule. Answer with `pulsed` before the next reading."""
        return self._walk.wish(now_ns) if self._walk is not None and not self._silences else None

    def pulsed(self, end: PulseEnd, now_ns: int) -> None:
        self._settling.restart()
        if self._walk is not None:
            self._walk.pulsed(end, now_ns)

    def view(self, now_ns: int) -> View:
        if self._is_silent:
            silent = tuple(fault_of(one) for one in self._silent)
            return self._view(silent, (Choice.GIVE_UP,))
        if self._walk is not None:
            return self._view(self._walk.said(now_ns), self._walk.choices, asks_which=self._walk.asks_which)
        if self.is_over:
            return self._view(self._closing_words(), ())
        return self._view(self._greeting(), (Choice.ALL_SHUT,) if self._believed is not None else ())

    @property
    def _is_silent(self) -> bool:
        return self._silences >= SILENT_READINGS and not self.is_over

    def _missing_board(self) -> tuple[Fault, ...]:
        mute = [one for one in self._left.values() if one.flaw in _MUTE]
        if len(mute) < MUTE_DOORS or not self._plan.boards:
            return ()
        return (Fault(Flaw.BOARD_MISSING, tuple(str(board) for board in self._plan.boards)),)

    def _follow(self) -> None:
        """What comes after the walk, if that has ended."""
        walk = self._walk
        if walk is None or not walk.is_over:
            return
        if walk.proved is not None:
            self._known.add(walk.proved)
            self._left.pop(walk.door, None)
        if walk.left is not None:
            self._left[walk.door] = walk.left
        self._next(walk.baseline)

    def _next(self, baseline: Snapshot) -> None:
        door, fault = self._next_door(), None
        if door is None:
            # The majority of a board is known only now. One at a time: that may settle the others.
            fault = next(iter(inverted(self._plan, self.proved)), None)
            self._known.forget([fault.door or ""] if fault is not None else [])
            door = self._next_door()
        self._walk = None if door is None else Walk(self._known, door, baseline, fault)
        self.is_over = door is None

    def _next_door(self) -> str | None:
        """The first behind the last one, then from the beginning: one may have lost its proof."""
        doors = self._plan.doors
        at = 0 if self._walk is None else doors.index(self._walk.door) + 1
        return next(
            (one for one in doors[at:] + doors[:at] if not self._known.has(one) and one not in self._left), None
        )

    def _view(self, said: tuple[Said | Fault, ...], choices: tuple[Choice, ...], *, asks_which: bool = False) -> View:
        door = "" if self._walk is None else self._walk.door
        number = self._plan.doors.index(door) + 1 if door else 0
        return View(number, len(self._plan.doors), len(self.proved), door, said, choices, self.is_over, asks_which)

    def _greeting(self) -> tuple[Said, ...]:
        boards = tuple(f"{board} ({board.locks})" for board in self._plan.boards)
        found = Said(Phrase.FOUND, wires=boards) if boards else Said(Phrase.NO_BOARDS)
        resumed = (Said(Phrase.RESUMED, others=(str(len(self.proved)),)),) if self.proved else ()
        return (found, *resumed, Said(Phrase.SHUT_ALL))

    def _closing_words(self) -> tuple[Said | Fault, ...]:
        proof = self.proof
        crossed = tuple(Said(Phrase.CROSSED, one.door, wires=(one.lock, one.latch)) for one in proof.crossings)
        if proof.faults:
            return (Said(Phrase.NOT_FINISHED), *proof.faults)
        return (Said(Phrase.FINISHED), *crossed)


def fault_of(silence: Silence) -> Fault:
    return Fault(Flaw.GARBLED if silence.garbled else Flaw.SILENT, (silence.name,), why=silence.why)
