"""Notice a sensor that says too much to be a door. Pure. Implements docs/lockers.md, "Door states"."""

from collections import deque

from device.logic.units import S

# Nobody opens and shuts a compartment more than three times in ten seconds; a bad magnet in the wind does.
FLUTTER_CHANGES = 6
FLUTTER_WINDOW_NS = 10 * S
# A level that comes and goes without ever being believed is not heard at all. Neither a door nor a coil does that for
# so long.
RESTLESS_NS = 2 * S
FLUTTER_QUIET_NS = 60 * S


class Flutter:
    """Counts the changes of one signal, and says while there are too many."""

    def __init__(self) -> None:
        self.changes: int | None = None
        """Since shortly before it was noticed; None while the sensor is well."""
        self._changes_ns: deque[int] = deque(maxlen=FLUTTER_CHANGES + 1)
        self._last_ns = 0

    def change(self, at_ns: int) -> bool:
        """A change was believed. True when the sensor has just become faulty."""
        self._last_ns = at_ns
        if self.changes is not None:
            self.changes += 1
            return False
        self._changes_ns.append(at_ns)
        if len(self._changes_ns) <= FLUTTER_CHANGES or at_ns - self._changes_ns[0] > FLUTTER_WINDOW_NS:
            return False
        self.changes = len(self._changes_ns)
        return True

    def restless(self, at_ns: int) -> bool:
        """It has not settled for RESTLESS_NS. True when the sensor has just become faulty."""
        self._last_ns = at_ns
        begins = self.changes is None
        if begins:
            self.changes = 0
        return begins

    def tick(self, now_ns: int) -> bool:
        """True when the fault is over."""
        if self.changes is None or now_ns < self._last_ns + FLUTTER_QUIET_NS:
            return False
        self.changes = None
        self._changes_ns.clear()
        return True

    def due_ns(self) -> int | None:
        return None if self.changes is None else self._last_ns + FLUTTER_QUIET_NS
