"""Whether a command of the control room may be carried out. Pure. Implements docs/protocol.md, "Command"."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from device.logic.bank import kept
from device.logic.bank.memory import Memory
from device.logic.bank.settings import BankSettings, DoorSettings
from device.logic.command import Command
from device.logic.event import utc_at
from device.logic.units import S
from drivers.ports import WallClock

AHEAD_NS = 10 * S
"""A control room's clock may be so far ahead of ours, or the clocks of its machines of each other."""


class Reason(StrEnum):
    """Why a command is not carried out."""

    UNKNOWN_COMMAND = "unknown command"
    BAD_ARGUMENTS = "bad arguments"
    UNKNOWN_DOOR = "unknown door"
    NO_LOCK = "door without a lock"
    LIFETIME = "lifetime not allowed"
    CLOCK = "clock not synchronised"
    EXPIRED = "expired"
    AHEAD = "issued in the future"
    MEMORY_LOST = kept.MEMORY_LOST
    REVISION = "other revision"
    KEY = "key switch is off"
    LIMIT = "too many openings"
    BUSY = "too many commands"
    NOT_STORED = "not stored"
    SEEN = kept.SEEN_BEFORE


PASSING = frozenset({Reason.CLOCK, Reason.AHEAD, Reason.MEMORY_LOST, Reason.REVISION, Reason.KEY, Reason.LIMIT})
"""These may be over while the command still lives: that it was refused has to outlive a restart."""


class Act(StrEnum):
    """What can be asked."""

    UNLOCK = "door.unlock"
    INSPECT = "door.inspect"
    OPEN_ALL = "door.open_all"


@dataclass(frozen=True, slots=True)
class Request:
    """A command that makes sense here. `door`: empty for all of them."""

    command: Command
    act: Act
    door: str

    @property
    def opens(self) -> bool:
        return self.act is not Act.INSPECT

    @property
    def expires_ns(self) -> int:
        """UTC since 1970."""
        return self.command.expires_s * S


class Revisions(Protocol):
    """The bank, as far as judging needs it."""

    def revision(self, door: str) -> int: ...


class Judge:
    """The rules that do not depend on what else is going on. Main loop only."""

    def __init__(
        self, bank: Revisions, settings: BankSettings, memory: Memory, wall: WallClock, commands_from_ns: int | None
    ) -> None:
        """`wall.at_ns`: this run begins. commands_from_ns: as in drivers.ports.Beginning."""
        self._bank = bank
        self._doors: Mapping[str, DoorSettings] = {door.name: door for door in settings.doors}
        self._life_ns = settings.command_life_ns
        self._memory = memory
        self._start_ns = wall.at_ns
        self._commands_from_ns = commands_from_ns
        self._begun_ns = utc_at(wall.at_ns, wall) if wall.synced else 0

    def read(self, command: Command) -> Request | Reason:
        """What is asked. Arguments that are not known are passed over."""
        try:
            act = Act(command.name)
        except ValueError:
            return Reason.UNKNOWN_COMMAND
        door = command.args.get("door", "")
        if not isinstance(door, str) or (door != "") != ("door" in command.args):
            return Reason.BAD_ARGUMENTS
        match act:
            case Act.UNLOCK if not door:
                return Reason.BAD_ARGUMENTS
            case Act.OPEN_ALL if door:
                return Reason.BAD_ARGUMENTS
        # There is one revision for each door, and none of the bank.
        if not door and command.revision is not None:
            return Reason.BAD_ARGUMENTS
        if door and door not in self._doors:
            return Reason.UNKNOWN_DOOR
        return Request(command, act, door)

    def objection(self, request: Request, now_ns: int, wall: WallClock) -> Reason | None:
        """Why it must not be carried out, if there is a reason in it or in the clock."""
        life_ns = request.expires_ns - request.command.issued_s * S
        if not 0 < life_ns <= self._life_ns:
            return Reason.LIFETIME
        if request.opens and not wall.synced:
            return Reason.CLOCK
        # Looking harms nobody, whatever the clock says.
        late = self._untimely(request, now_ns, wall) if wall.synced else None
        if late is not None:
            return late
        if request.act is Act.UNLOCK and self._doors[request.door].lock is None:
            return Reason.NO_LOCK
        return self.changed(request)

    def changed(self, request: Request) -> Reason | None:
        """Whether the door is not any more as it was when the command was given."""
        asked = request.command.revision
        return Reason.REVISION if asked is not None and asked != self._bank.revision(request.door) else None

    def _untimely(self, request: Request, now_ns: int, wall: WallClock) -> Reason | None:
        utc_ns, issued_ns = utc_at(now_ns, wall), request.command.issued_s * S
        # Whatever can still live was issued after the newest command had been, by any machine of the control room.
        # One that is older comes back because somebody has turned our clock back.
        if utc_ns >= request.expires_ns or request.expires_ns < self._memory.newest_ns - self._life_ns - AHEAD_NS:
            return Reason.EXPIRED
        if issued_ns > utc_ns + AHEAD_NS:
            return Reason.AHEAD
        # Issued before the memory begins, as far as a clock that may be ahead can tell: it may have been carried out.
        # If that is this run, then as late as our clock has ever put it: turned back, it brings nothing back to life.
        self._begun_ns = max(self._begun_ns, utc_at(self._start_ns, wall))
        remembered_ns = self._begun_ns if self._commands_from_ns is None else self._commands_from_ns
        if request.opens and issued_ns <= remembered_ns + AHEAD_NS:
            return Reason.MEMORY_LOST
        return None
