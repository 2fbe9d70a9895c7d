"""Which commands have come before, and what became of them. Pure.

Lasting is what the store keeps; this is what a running agent needs of it. Durations are monotonic: a wall clock that is
turned back makes nothing be forgotten.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from device.logic.bank.recent import MOST, Recent
from drivers.command_ports import CommandState, KeptCommand

# So many are never forgotten. A clock that was turned back would bring to life what came within one lifetime of the
# newest command, and that is not so much.
_LAST = 64


@dataclass(slots=True)
class _Known:
    """A command that was taken. `answered`: a repeat has been told how it ended."""

    since_ns: int
    state: CommandState
    answered: bool = False


class Memory:
    """Every jti, at least for so long that its command has expired. Main loop only."""

    def __init__(self, kept: Iterable[KeptCommand], now_ns: int, remember_ns: int) -> None:
        """kept: by the store, from earlier runs. remember_ns: no command lives longer after it has come."""
        self._remember_ns = remember_ns
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._refused = Recent()
        self.newest_ns = 0
        """When the last of all that were ever taken expires or did: UTC since 1970."""
        for command in kept:
            # What had no outcome yet will never have one.
            state = CommandState.UNKNOWN if command.state is CommandState.TAKEN else command.state
            self._known[command.jti] = _Known(now_ns, state)
            # One that was turned away at once may be from any time that a control room's clock has ever shown.
            if state is not CommandState.REFUSED or command.opens:
                self.newest_ns = max(self.newest_ns, command.expires_ns)

    def __contains__(self, jti: str) -> bool:
        return jti in self._known or jti in self._refused

    @property
    def is_full(self) -> bool:
        return len(self._known) >= MOST

    def take(self, jti: str, expires_ns: int, now_ns: int) -> None:
        """A command is going to be carried out."""
        self._known[jti] = _Known(now_ns, CommandState.TAKEN)
        self.newest_ns = max(self.newest_ns, expires_ns)

    def conclude(self, jti: str, state: CommandState) -> None:
        """One that was taken has ended."""
        known = self._known[jti]
        # Who hears that it was refused need not hear so again; who hears that it was done might ask what a repeat did.
        known.state, known.answered = state, state is CommandState.REFUSED

    def pass_over(self, jti: str) -> None:
        """A command was answered without being taken: it is not answered again."""
        self._refused.add(jti)

    def repeat(self, jti: str) -> CommandState | None:
        """It has come again: how it ended, said once; None if there is nothing to say, or not yet."""
        known = self._known.get(jti)
        if known is None or known.answered or known.state is CommandState.TAKEN:
            return None
        known.answered = True
        return known.state

    def forget(self, now_ns: int) -> None:
        while (due_ns := self.due_ns()) is not None and due_ns <= now_ns:
            self._known.popitem(last=False)

    def due_ns(self) -> int | None:
        """When to call forget next."""
        oldest = next(iter(self._known.values()), None)
        # What came after one that is still under way waits for it.
        if oldest is None or oldest.state is CommandState.TAKEN or len(self._known) <= _LAST:
            return None
        return oldest.since_ns + self._remember_ns
