"""When a lock may be pulsed again: its coil is made for short pulses. Pure."""

from collections import deque

from device.logic.units import S

# A common 12 V, 2 A cabinet lock may be live for five seconds at most, and must cool down as any coil of intermittent
# rating. Three pulses of half a second in thirty are one part in twenty.
REST_NS = 2 * S
PULSES = 3
PULSES_WINDOW_NS = 30 * S


class Duty:
    """The last pulses of every lock."""

    def __init__(self) -> None:
        self._off_ns: dict[str, deque[int]] = {}

    def pulsed(self, lock: str, off_ns: int) -> None:
        """Its coil may have been live, and is off since then."""
        self._off_ns.setdefault(lock, deque(maxlen=PULSES)).append(off_ns)

    def ready_ns(self, lock: str) -> int | None:
        """From when on it may be pulsed; None if any time will do."""
        off_ns = self._off_ns.get(lock)
        if off_ns is None:
            return None
        rested_ns = off_ns[-1] + REST_NS
        return max(rested_ns, off_ns[0] + PULSES_WINDOW_NS) if len(off_ns) == PULSES else rested_ns
