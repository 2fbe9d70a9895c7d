"""The stages in which the installer types the number that stands on the open door. Pure.

The program sees that a door has opened; which one, only a person sees. To a question with a "yes" that person nods: the
number has to come from the door, so the screen does not have it (`View.asks_which`).
"""

from device.commission.case import Case, Move, Quiet
from device.commission.faults import Fault, Flaw
from device.commission.signals import Snapshot
from device.commission.view import Choice, Phrase, Said


class Confirm(Quiet):
    """The right signal has moved."""

    asks_which = True

    def __init__(self) -> None:
        self._unknown = ""

    def see(self, case: Case, believed: Snapshot, now_ns: int) -> Move | None:  # noqa: ARG002
        return None

    def read(self, case: Case, name: str) -> Move | Fault | None:
        door = door_called(name, case.known.plan.doors)
        if door is None:
            # A slip of the thumb costs nothing but another look.
            self._unknown = name
            return None
        return self._right(case) if door == case.door else self._wrong(case)

    def press(self, case: Case, choice: Choice) -> Fault:  # noqa: ARG002
        return Fault(Flaw.OPENS_TWO, (case.lock,), case.door)

    def said(self, case: Case, now_ns: int) -> tuple[Said, ...]:  # noqa: ARG002
        unknown = (Said(Phrase.NO_SUCH_DOOR, others=(self._unknown,)),) if self._unknown else ()
        return (*unknown, Said(Phrase.WHICH_IS_OPEN))

    @property
    def choices(self) -> tuple[Choice, ...]:
        return (Choice.TWO,)

    def _right(self, case: Case) -> Move:  # noqa: ARG002
        return Move.PROVED

    def _wrong(self, case: Case) -> Move | Fault:
        wires = dict.fromkeys((case.lock, *case.known.wires_of(case.opened)))
        return Fault(Flaw.OTHER_DOOR, tuple(wires), case.door)


class Found(Confirm):
    """A pulse has opened a door, and nothing is known of the one that is looked for."""

    def _right(self, case: Case) -> Move:
        # It stands open, as if it had been opened by hand.
        case.tried.clear()
        return Move.OPEN

    def _wrong(self, case: Case) -> Move | Fault:  # noqa: ARG002
        return Move.OTHER


def door_called(name: str, doors: tuple[str, ...]) -> str | None:
    """The door that is meant by what a thumb types: without leading zeros, with the capital of a phone's keyboard.

    None if it is none of them, or one of several.
    """
    if name in doors:
        return name
    meant = [door for door in doors if _plain(door) == _plain(name)]
    return meant[0] if len(meant) == 1 else None


def _plain(name: str) -> str:
    return str(int(name)) if name.isdecimal() and name.isascii() else name.lower()
