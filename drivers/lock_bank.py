"""One `Locks` out of the lines of lock boards and the relays on the header."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Protocol

from drivers.lock_ports import Locks, PulseOver
from drivers.ports import Fact


class LockLine(Locks, Protocol):
    """A line of lock boards."""

    def reread(self) -> None:
        """A lock that is not of this line was pulsed: read every board twice, and tell. Any thread."""


class LockBank:
    """Sends every lock to where it is: `left/1/7` to the line `left`, `GPIO16` to the relays. Main loop only.

    Without either it is the bank of a device that has no locks.
    """

    def __init__(self, lines: Mapping[str, LockLine] | None = None, relays: Locks | None = None) -> None:
        """lines: by name; may still grow until the first pulse. All of them, and the relays, are closed in the end."""
        self._lines: Mapping[str, LockLine] = {} if lines is None else lines
        self._relays = relays

    @property
    def alive(self) -> bool:
        return all(locks.alive for locks in self._all())

    def pulse(self, lock: str, until_ns: int) -> None:
        name, slash, _ = lock.partition("/")
        locks = self._lines.get(name) if slash else self._relays
        if locks is None:
            raise ValueError(f"lock {lock!r}: there is no line, and no relay, of this name")
        locks.pulse(lock, until_ns)

    def heard(self, fact: Fact) -> None:
        """A line or a relay has posted this: a coil disturbs contacts on every line. Any thread."""
        if isinstance(fact, PulseOver):
            own, slash, _ = fact.lock.partition("/")
            for name, line in self._lines.items():
                if not slash or name != own:
                    line.reread()

    def close(self) -> None:
        """The relays first: no board ends their pulses. What one of them raises is raised when all are closed."""
        with ExitStack() as all_of_them:
            for locks in reversed(self._all()):
                all_of_them.callback(locks.close)

    def _all(self) -> tuple[Locks, ...]:
        relays = () if self._relays is None else (self._relays,)
        return (*relays, *self._lines.values())
