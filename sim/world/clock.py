"""The clock of one device: the world's own, as far as the device can tell."""

from drivers.ports import Clock, WallClock

_MILLION = 1_000_000


class DeviceClock:
    """A `Clock` over the world's. Its monotonic half is always right; the half that people read may not be."""

    def __init__(self, true: Clock) -> None:
        self._true = true
        self._off_ns = 0
        self._since_ns = true.monotonic_ns()
        self._drift_ppm = 0
        self._synced = True
        self.was_wrong = False
        """At any time."""

    def monotonic_ns(self) -> int:
        return self._true.monotonic_ns()

    def wall(self) -> WallClock:
        true = self._true.wall()
        if not self._off_ns and not self._drift_ppm:
            return true if self._synced else WallClock(true.at_ns, true.utc_ns, synced=False)
        return WallClock(true.at_ns, true.utc_ns + self._error_ns(true.at_ns), self._synced)

    def sync(self) -> None:
        """A time server is reached: right, and vouched for."""
        self._off_ns, self._drift_ppm, self._synced = 0, 0, True

    def unsync(self) -> None:
        """Nobody vouches for it any more."""
        self._synced = False

    def unset(self) -> None:
        """1970."""
        self._synced = False
        self.jump(-self.wall().utc_ns)

    def jump(self, by_ns: int) -> None:
        self.was_wrong = True
        self._settle()
        self._off_ns += by_ns

    def drift(self, ppm: int) -> None:
        """From now on."""
        self.was_wrong = True
        self._settle()
        self._drift_ppm = ppm

    def _settle(self) -> None:
        now_ns = self._true.monotonic_ns()
        self._off_ns, self._since_ns = self._error_ns(now_ns), now_ns

    def _error_ns(self, now_ns: int) -> int:
        return self._off_ns + (now_ns - self._since_ns) * self._drift_ppm // _MILLION
