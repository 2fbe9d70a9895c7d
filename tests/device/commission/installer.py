"""An installer who does what the screen says, sees what a person in front of the doors sees, and answers truly."""

from typing import Protocol

from device.commission.faults import Fault
from device.commission.view import Choice, Phrase, Typed, View
from device.logic.units import S

_PATIENCE_NS = 15 * S
"""He waits this long for something to happen before he says that nothing does."""


class Doors(Protocol):
    """What can be done to the doors of a bank, and seen of them."""

    def open_doors(self) -> list[str]: ...
    def shut(self, *names: str) -> None: ...
    def pull(self, name: str) -> None:
        """With the emergency key."""
        ...

    def tug(self, name: str) -> None:
        """At the handle: opens what its lock has let go."""
        ...

    def has(self, phrase: Phrase, door: str) -> bool:
        """Whether the door that lacks a signal has the part that gives it."""
        ...


class Installer:
    """Tries a door that has a fault `tries` times, then leaves it. `faults`: what he was told, in order."""

    def __init__(self, doors: Doors, tries: int = 1, *, has_key: bool = True) -> None:
        self.faults: list[Fault] = []
        self._doors = doors
        self._tries = tries
        self._has_key = has_key
        self._shown: tuple[object, ...] = ()
        self._since_ns = 0
        self._tried: dict[str, int] = {}

    def look(self, view: View, now_ns: int) -> Choice | Typed | None:
        """What he answers; before that his hands may have moved a door."""
        shown = (view.door, *view.said)
        if shown != self._shown:
            self._shown, self._since_ns = shown, now_ns
            self.faults += [one for one in view.said if isinstance(one, Fault)]
        is_long = now_ns - self._since_ns >= _PATIENCE_NS
        first = view.said[0]
        if isinstance(first, Fault):
            return self._about(first, view)
        return self._do(first.phrase, view, is_long=is_long)

    def _do(self, phrase: Phrase, view: View, *, is_long: bool) -> Choice | Typed | None:
        patient = view.choices[0] if view.choices and is_long else None
        match phrase:
            case Phrase.FOUND | Phrase.NO_BOARDS:
                self._doors.shut()
                return Choice.ALL_SHUT if Choice.ALL_SHUT in view.choices else None
            case Phrase.OPEN if not self._has_key and not self._doors.open_doors():
                return Choice.NO_KEY if Choice.NO_KEY in view.choices else None
            case Phrase.OPEN:
                self._doors.pull(view.door)
                return patient
            case Phrase.SHUT | Phrase.SHUT_DOORS | Phrase.SHUT_SIGNALS | Phrase.OTHER_OPENED | Phrase.WRONG_DOOR:
                self._doors.shut()
                return patient
            case Phrase.WATCHING | Phrase.FINDING:
                self._doors.tug(view.door)
                return None
            case Phrase.LACKS_LATCH | Phrase.LACKS_REED:
                return Choice.HAS_ONE if self._doors.has(phrase, view.door) else Choice.HAS_NONE
            case Phrase.WHICH_IS_OPEN:
                seen = self._doors.open_doors()
                return Choice.TWO if len(seen) > 1 else Typed(seen[0])
            case _:
                return None

    def _about(self, fault: Fault, view: View) -> Choice:
        if Choice.GIVE_UP in view.choices:
            return Choice.GIVE_UP
        door = fault.door or ""
        self._tried[door] = self._tried.get(door, 0) + 1
        return Choice.AGAIN if self._tried[door] < self._tries else Choice.LEAVE
