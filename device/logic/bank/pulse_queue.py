"""Which door is pulsed next: one coil at a time, and each with time to cool. Pure."""

from collections.abc import Callable

from device.logic.bank.attempt import Aim
from device.logic.bank.door import Door
from device.logic.bank.duty import Duty
from device.logic.units import earliest


class PulseQueue:
    """Doors whose attempt wants a pulse, in the order in which they began to. Who may be shut in goes first."""

    def __init__(self, duty: Duty) -> None:
        self._duty = duty
        self._doors: dict[str, Door] = {}

    def look_at(self, door: Door) -> None:
        """Its attempt may have begun, want another pulse, or have ended."""
        attempt = door.releasing.attempt
        if attempt is None or attempt.wants_ns is None:
            self._doors.pop(door.settings.name, None)
        else:
            self._doors.setdefault(door.settings.name, door)

    def next(self, now_ns: int) -> Door | None:
        """The first that may be pulsed by now."""
        ready = [door for door in self._doors.values() if _ready_ns(door, self._duty.ready_ns) <= now_ns]
        return min(ready, key=lambda door: not _is_for_person(door), default=None)

    def due_ns(self) -> int | None:
        """When the first of them may be pulsed, as far as its own lock is concerned."""
        return earliest(*(_ready_ns(door, self._duty.ready_ns) for door in self._doors.values()))

    def __bool__(self) -> bool:
        return bool(self._doors)


def _ready_ns(door: Door, lock_ready_ns: Callable[[str], int | None]) -> int:
    attempt, lock = door.releasing.attempt, door.settings.lock
    wants_ns = 0 if attempt is None or attempt.wants_ns is None else attempt.wants_ns
    return max(wants_ns, 0 if lock is None else lock_ready_ns(lock) or 0)


def _is_for_person(door: Door) -> bool:
    return door.releasing.attempt is not None and door.releasing.attempt.aim is Aim.PERSON
