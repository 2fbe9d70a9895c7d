"""What the event store does about commands: kept before they act, concluded with their outcome, forgotten late.

From when on the memory is whole is written down with the first command, not at a start: a database that had to be made
anew while the clock was wrong does not know.
"""

from drivers.command_ports import CommandKept, CommandNotKept, Conclusion, KeptCommand
from drivers.ports import Place, WallClock
from drivers.store.commands import MAX_COMMANDS
from drivers.store.medium import Past, Rows
from drivers.store.requests import Save, Settle

# It reads all of them; a minute of life is not worth more than this.
_PRUNE_NS = 10_000_000_000


class CommandBook:
    """For one keeper. Methods that are given rows work within its transaction and may raise Unusable."""

    def __init__(self) -> None:
        self._whole_ns = 0
        self._prune_at_ns = 0
        # Outcomes whose event could not be saved: they are concluded when it is saved, or answered, after all.
        self._owed: dict[Place, Conclusion] = {}

    def opened(self, past: Past, now_ns: int) -> None:
        """A database was opened, now: where it does not know from when on it is whole, it is from now on."""
        if past.commands_from_ns is None:
            self._whole_ns = now_ns

    def begin(self, rows: Rows, wall: WallClock, *, first: bool) -> None:
        """At a start. first: there was none before it, so that there is nothing to be remembered."""
        if first:
            rows.mark_commands_from(0)
        self._prune(rows, wall)

    def keep(self, rows: Rows, command: KeptCommand, wall: WallClock) -> CommandKept | CommandNotKept:
        self._prune(rows, wall)
        if wall.synced:
            rows.mark_commands_from(wall.utc_ns - (wall.at_ns - self._whole_ns))
        return CommandKept(0, command.jti) if rows.keep(command) else CommandNotKept(0, command.jti)

    def conclude(self, rows: Rows, request: Save | Settle) -> None:
        """What is stored, or answered, tells the outcome of a command."""
        conclusion = self._owed.get(_place(request)) or _conclusion(request)
        if conclusion is not None:
            rows.conclude(conclusion)

    def done(self, request: Save | Settle) -> None:
        """It has been committed."""
        self._owed.pop(_place(request), None)

    def missed(self, request: Save | Settle) -> None:
        """It was refused, and will be asked again."""
        conclusion = _conclusion(request)
        if conclusion is not None and len(self._owed) < MAX_COMMANDS:
            self._owed[_place(request)] = conclusion

    def _prune(self, rows: Rows, wall: WallClock) -> None:
        # By a clock that nobody vouches for, all of them might seem bygone.
        if not wall.synced or wall.at_ns < self._prune_at_ns:
            return
        self._prune_at_ns = wall.at_ns + _PRUNE_NS
        if not rows.prune_commands(wall.utc_ns):
            self._whole_ns = wall.at_ns


def _place(request: Save | Settle) -> Place:
    return request.record.place if isinstance(request, Save) else request.place


def _conclusion(request: Save | Settle) -> Conclusion | None:
    return request.concludes if isinstance(request, Save) else None
