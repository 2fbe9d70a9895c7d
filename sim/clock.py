"""A clock that is turned by hand."""

from drivers.ports import WallClock

# A Pi that has just booted, at the start of 2030: nothing may depend on these two being alike, or small.
START_NS = 10_000_000_000
START_UTC_NS = 1_893_456_000_000_000_000


class ManualClock:
    """A `Clock` that stands still until it is moved. The wall clock follows, and can be set apart. One thread."""

    def __init__(self, now_ns: int = START_NS, utc_ns: int = START_UTC_NS, synced: bool = True) -> None:
        self._now_ns = now_ns
        self._utc_behind_ns = utc_ns - now_ns
        self._synced = synced

    def monotonic_ns(self) -> int:
        return self._now_ns

    def wall(self) -> WallClock:
        return WallClock(self._now_ns, self._now_ns + self._utc_behind_ns, self._synced)

    def move_to(self, at_ns: int) -> None:
        """ValueError if that is in the past."""
        if at_ns < self._now_ns:
            raise ValueError(f"time does not go back, from {self._now_ns} to {at_ns} ns")
        self._now_ns = at_ns

    def set_wall(self, utc_ns: int, synced: bool) -> None:
        """Let the wall clock jump."""
        self._utc_behind_ns = utc_ns - self._now_ns
        self._synced = synced
