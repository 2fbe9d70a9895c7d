"""What the event store needs of whatever keeps its bytes: SQLite files, or memory in a simulation. Pure: contracts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from drivers.command_ports import Conclusion, KeptCommand
from drivers.errors import DriverError
from drivers.ports import Place, Record, StoreFault

REJECTED = "rejected"
"""The one answer after which an event is kept as a record; with any other it is forgotten."""


class Unusable(DriverError):
    """What was asked of the medium did not happen; `fault` says which cure can help."""

    def __init__(self, fault: StoreFault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier runs left behind. `starts` is the highest start count that the database knows.

    `commands`: those that are kept, oldest first. `commands_from_ns` (UTC since 1970): all that were taken since then
    are among them, or are bygone; None where the database does not know.
    """

    starts: int
    boot: str | None
    orderly: bool
    last_digest: str | None
    urgent: int
    others: int
    commands: tuple[KeptCommand, ...] = ()
    commands_from_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Unanswered events read back; `damaged` ones did not match their checksum and were put with the rejected."""

    records: tuple[Record, ...]
    damaged: tuple[Place, ...]
    more: bool


class Rows(Protocol):
    """An open database. Every method may raise Unusable; `rollback` undoes what was done since `begin`."""

    def past(self) -> Past: ...
    def begin(self) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...

    def reclaim(self) -> None:
        """Outside a transaction: let what comes next use room that is no longer needed. Does its best."""
        ...

    def close(self) -> None: ...
    def mark_run(self, count: int, boot: str, orderly: bool) -> None: ...
    def mark_last(self, digest: str) -> None: ...
    def insert(self, record: Record) -> None: ...
    def forget(self, place: Place, state: str) -> None: ...
    def find(self, urgent: bool, after: Place | None, limit: int) -> Found: ...
    def note(self, text: str) -> None: ...
    def unanswered(self) -> int: ...

    def keep(self, command: KeptCommand) -> bool:
        """False if there is no room for another, or its jti is there already: that one stays as it is."""
        ...

    def conclude(self, conclusion: Conclusion) -> None:
        """Nothing where no such command is kept, or where it has been concluded."""
        ...

    def prune_commands(self, utc_ns: int) -> bool:
        """Forget what is bygone (commands.py) and what is damaged. False if something was: it is not whole then."""
        ...

    def mark_commands_from(self, utc_ns: int) -> None:
        """The memory of commands is whole from here on; ignored if that has been said before."""
        ...

    def thin(self, excess: int, batch: int) -> Sequence[Place]:
        """Remove `batch` of the oldest telemetry; normal events only if that is less than `excess`; never alarms."""
        ...


class Medium(Protocol):
    """Where a database and the start counter lie."""

    def open(self) -> Rows:
        """Open or create. Raises Unusable; with fault CORRUPT only `put_aside` helps."""
        ...

    def put_aside(self) -> str:
        """Rename what is there and return its new name; nothing is overwritten. Raises Unusable."""
        ...

    def reserve(self) -> bool:
        """See that some room is kept for a full disk; False if there is not as much left."""
        ...

    def make_room(self) -> bool:
        """Give up the reserve; False if there is none."""
        ...

    def read_starts(self) -> int | None: ...

    def write_starts(self, count: int) -> None:
        """Raises Unusable."""
        ...
