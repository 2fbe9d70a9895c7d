"""The compartments of a device, as its agent needs them: a store has none, and loads none of their code. Pure."""

from collections.abc import Mapping
from typing import Protocol

from device.logic.bank.recent import Recent
from device.logic.command import Command
from device.logic.effects import KeepCommand, Pulse
from device.logic.event import Happening, Phase
from drivers.command_ports import CommandKept, CommandNotKept
from drivers.lock_ports import LockFact
from drivers.ports import Edge, WallClock

LockersOutcome = Happening | Pulse | KeepCommand
LockersFact = LockFact | CommandKept | CommandNotKept | Edge


class Lockers(Protocol):
    """Doors, and the commands that release them. Main loop only; outcomes are to be carried out in order."""

    @property
    def states(self) -> Mapping[str, str]:
        """Every door's word for the status message."""
        ...

    @property
    def changes(self) -> int:
        """Another number whenever `states` has changed."""
        ...

    @property
    def all_known(self) -> bool:
        """Every door has been heard since the start."""
        ...

    def feed(self, fact: LockersFact, now_ns: int) -> list[LockersOutcome]: ...

    def command(self, command: Command, now_ns: int, wall: WallClock) -> list[LockersOutcome]:
        """The control room asks for something; the signature has been verified."""
        ...

    def heed(self, happening: Happening) -> None:
        """Something that a zone has told: a key switch, an open cabinet."""
        ...

    def tick(self, now_ns: int, wall: WallClock) -> list[LockersOutcome]:
        """What has become true by now."""
        ...

    def due_ns(self) -> int | None:
        """When to call tick next."""
        ...


class NoLockers:
    """A store."""

    def __init__(self) -> None:
        self.states: Mapping[str, str] = {}
        self.changes = 0
        self.all_known = True
        self._refused = Recent()

    def feed(self, _fact: LockersFact, _now_ns: int) -> list[LockersOutcome]:
        return []

    def command(self, command: Command, now_ns: int, _wall: WallClock) -> list[LockersOutcome]:
        if command.jti in self._refused:
            return []
        self._refused.add(command.jti)
        detail = {"command": command.name, "reason": "unknown command"}
        return [Happening(now_ns, "command.refused", command.jti, Phase.REPORTED, detail=detail)]

    def heed(self, _happening: Happening) -> None:
        """Nothing here depends on it."""

    def tick(self, _now_ns: int, _wall: WallClock) -> list[LockersOutcome]:
        return []

    def due_ns(self) -> int | None:
        return None
