"""What the control room has verified, for a test that waits for it."""

import time
from collections.abc import Callable
from threading import Condition

from device.logic.event import Phase
from sim.control_room.ledger import Filing
from sim.control_room.room import Arrival, Seen
from sim.control_room.values import VerifiedEvent

Wanted = Callable[[VerifiedEvent], bool]


class Heard:
    """Verified events in the order of their arrival, each once. `observe`: the room's thread; all else: any thread."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._events: list[VerifiedEvent] = []

    def observe(self, seen: Seen) -> None:
        if isinstance(seen, Arrival) and seen.filing is Filing.NEW:
            with self._changed:
                self._events.append(seen.event)
                self._changed.notify_all()

    @property
    def count(self) -> int:
        """How many so far; what `since` counts from."""
        with self._changed:
            return len(self._events)

    def since(self, count: int) -> list[VerifiedEvent]:
        """All but the first `count`."""
        with self._changed:
            return self._events[count:]

    def wait(self, wanted: Wanted, times: int, since: int, timeout_s: float) -> list[VerifiedEvent]:
        """Wait for `times` wanted events behind the first `since` of all. TimeoutError says how many there are."""
        deadline_s = time.monotonic() + timeout_s
        with self._changed:
            while len(found := [event for event in self._events[since:] if wanted(event)]) < times:
                if not self._changed.wait(deadline_s - time.monotonic()):
                    raise TimeoutError(f"{len(found)} of {times} events within {timeout_s:.0f} s")
            return found


def holdup(phase: Phase) -> Wanted:
    return lambda event: event.type == "ansim.alarm.holdup" and event.phase is phase


def of_type(name: str, phase: Phase) -> Wanted:
    return lambda event: event.type == name and event.phase is phase
