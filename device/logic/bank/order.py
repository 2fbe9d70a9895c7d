"""One command that is being carried out, and how it is told when it has ended. Pure.

| what became of the door | told as | `result` or `reason` |
| --- | --- | --- |
| opened | `command.done` | `opened` |
| read open before, a pulse was sent | `command.done` | `already-open` |
| a pulse was sent, it reads closed | `command.done` | `jammed` |
| a pulse was sent, another door opened | `command.done` | `wrong-door` |
| a pulse was sent, nothing can be read of it | `command.unknown` | `unknown` |
| it expired before its lock could be pulsed | `command.refused` | `expired` |
| the board declined, nothing was pulsed | `command.refused` | `refused` |
| nothing has left this machine | `command.refused` | `not-sent` |

Of several doors: refused if nothing was sent for any of them, unknown if nothing is known of any, else done; `doors`
counts them by result, `not_opened` names those that are not open. A door that was not tried, because the key was turned
back, counts as `not-released`.
"""

from collections import Counter, deque
from typing import Any

from device.logic.bank.judge import Request
from device.logic.bank.release import Released, ReleaseResult
from device.logic.units import MS
from drivers.command_ports import CommandState

GROUP = 8
"""Doors that are asked for at once when all are to be opened: enough to keep the locks busy while slow doors have their
time, few enough for the key to end it soon."""

_UNSENT = frozenset({ReleaseResult.EXPIRED, ReleaseResult.REFUSED, ReleaseResult.NOT_SENT})
_OPEN = frozenset({ReleaseResult.OPENED, ReleaseResult.ALREADY_OPEN})


class Order:
    """A command from being taken to its end. Main loop only."""

    def __init__(
        self, request: Request, doors: tuple[str, ...], expires_ns: int, now_ns: int, *, counted: bool
    ) -> None:
        """expires_ns: when it must not begin any more, monotonic. counted: against the limit of openings."""
        self.request = request
        self.taken_ns = now_ns
        self.expires_ns = expires_ns
        self.counted = counted
        self.begun = False
        self._waiting = deque(doors)
        self._under_way: set[str] = set()
        self._results: dict[str, Released] = {}

    @property
    def is_over(self) -> bool:
        return self.begun and not self._under_way

    @property
    def was_sent(self) -> bool:
        """Something may have moved."""
        return any(released.result not in _UNSENT for released in self._results.values())

    def next_doors(self) -> list[str]:
        """The doors to be asked for now."""
        self.begun = True
        found = [self._waiting.popleft() for _ in range(min(GROUP - len(self._under_way), len(self._waiting)))]
        self._under_way.update(found)
        return found

    def released(self, released: Released) -> None:
        if released.door in self._under_way:
            self._under_way.remove(released.door)
            self._results[released.door] = released

    def end(self, at_ns: int) -> tuple[CommandState, dict[str, Any]]:
        """How it has ended, and the words for it."""
        after = {"after_ms": (at_ns - self.taken_ns) // MS}
        known = {released.result for released in self._results.values()} - _UNSENT
        if not known:
            state = CommandState.REFUSED
        elif known == {ReleaseResult.UNKNOWN}:
            state = CommandState.UNKNOWN
        else:
            state = CommandState.DONE
        return state, {**(self._of_one(state) if self.request.door else self._of_all(state)), **after}

    def _of_one(self, state: CommandState) -> dict[str, Any]:
        (released,) = self._results.values()
        word = "result" if state is CommandState.DONE else "reason"
        return {**released.detail, word: released.result.value}

    def _of_all(self, state: CommandState) -> dict[str, Any]:
        counts = Counter(released.result.value for released in self._results.values())
        if self._waiting:
            counts["not-released"] = len(self._waiting)
        closed = [door for door, released in self._results.items() if released.result not in _OPEN]
        words: dict[str, Any] = {"doors": dict(counts), "not_opened": [*closed, *self._waiting]}
        if state is not CommandState.DONE:
            words["reason"] = (
                ReleaseResult.UNKNOWN.value if state is CommandState.UNKNOWN else ReleaseResult.NOT_SENT.value
            )
        return words
