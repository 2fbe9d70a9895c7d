"""One door under proof: what was seen of it so far, and where the walk goes from a stage. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from device.commission.faults import Fault
from device.commission.knowledge import Knowledge
from device.commission.signals import Input, Snapshot
from device.commission.view import Choice, Said
from device.logic.units import MS
from drivers.lock_ports import PulseEnd

STEADY_NS = 600 * MS
"""As long as this nothing else must move: somebody who opens two doors does so within it, or a little later."""


class Move(StrEnum):
    """Where to go next."""

    REST = "rest"
    OPEN = "open"
    WRONG = "wrong"
    LACKING = "lacking"
    SHUT = "shut"
    RELEASE = "release"
    WATCH = "watch"
    OTHER = "other"
    CONFIRM = "confirm"
    FIND = "find"
    FIND_WATCH = "find-watch"
    FOUND = "found"
    PROVED = "proved"
    LEFT = "left"


@dataclass(slots=True)
class Case:
    """Changes as the door is proved. `baseline`: what was read with every door shut.

    `opened`: what moved when the door was opened by hand, or as if it had been. `tried`: the locks pulsed for it.
    """

    known: Knowledge
    door: str
    baseline: Snapshot
    opened: frozenset[Input] = frozenset()
    lock: str = ""
    tried: list[str] = field(default_factory=list)
    is_searching: bool = False
    is_without_key: bool = False
    refusals: int = 0

    def begin_again(self) -> None:
        """As if nothing had been seen: a wire may have been changed."""
        self.opened = frozenset()
        self.lock = ""
        self.tried.clear()
        self.is_searching = False
        self.is_without_key = False
        self.refusals = 0
        self.known.unlearn()


class Stage(Protocol):
    """One thing that the installer does or sees. Made when it begins."""

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | Fault | None:
        """A new reading. None: stay."""
        ...

    def press(self, case: Case, choice: Choice) -> Move | Fault | None:
        """One of `choices` was taken."""
        ...

    def read(self, case: Case, name: str) -> Move | Fault | None:
        """The installer has typed what stands on the open door."""
        ...

    def wish(self, case: Case, now_ns: int) -> str | None:
        """The lock to pulse now. Answered by `pulsed`."""
        ...

    def pulsed(self, case: Case, end: PulseEnd, now_ns: int) -> Move | Fault | None: ...

    def said(self, case: Case, now_ns: int) -> tuple[Said | Fault, ...]: ...

    @property
    def choices(self) -> tuple[Choice, ...]: ...

    @property
    def asks_which(self) -> bool:
        """Whether `read` is waited for."""
        ...


class Quiet:
    """What most stages do with most things: nothing."""

    asks_which = False
    moved: frozenset[Input] = frozenset()
    _since_ns: int | None = None

    def press(self, case: Case, choice: Choice) -> Move | Fault | None:  # noqa: ARG002
        return None

    def read(self, case: Case, name: str) -> Move | Fault | None:  # noqa: ARG002
        return None

    def wish(self, case: Case, now_ns: int) -> str | None:  # noqa: ARG002
        return None

    def pulsed(self, case: Case, end: PulseEnd, now_ns: int) -> Move | Fault | None:  # noqa: ARG002
        return None

    @property
    def choices(self) -> tuple[Choice, ...]:
        return ()

    def steady_ns(self, case: Case, believed: Snapshot, now_ns: int) -> int:
        """How long exactly `moved` have been other than at the baseline."""
        moved = believed.moved_since(case.baseline)
        if self._since_ns is None or moved != self.moved:
            self.moved, self._since_ns = moved, now_ns
        return now_ns - self._since_ns
