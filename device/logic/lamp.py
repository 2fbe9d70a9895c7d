"""One light and the patterns it shows. Pure. Implements docs/hardware.md, "Lights"."""

from enum import StrEnum

from device.logic.units import MS, earliest


class Shows(StrEnum):
    """What an indicator is for."""

    ALARM = "alarm"
    HEALTH = "health"


class Look(StrEnum):
    """What a lamp says; see docs/hardware.md for how it looks."""

    DARK = "dark"
    HEARD = "heard"
    SENDING = "sending"
    RECEIVED = "received"
    HELP = "help"
    FAULT = "fault"
    HEALTHY = "healthy"


# Milliseconds on, off, on, off …; one number is for ever.
PATTERNS_MS: dict[Look, tuple[int, ...]] = {
    Look.DARK: (),
    Look.HEARD: (50, 50),
    Look.SENDING: (250, 250),
    Look.RECEIVED: (1_000,),
    Look.HELP: (1_500, 500),
    Look.FAULT: (100, 100, 100, 700),
    Look.HEALTHY: (50, 3_950),
}


# Looks that say: your press was heard. They are shown for long enough to be seen, even if the receipt comes at once.
_NEWS = (Look.HEARD, Look.SENDING)
SEEN_NS = 300 * MS


class Lamp:
    """One light that shows a pattern."""

    def __init__(self) -> None:
        self.look = Look.DARK
        self._since_ns = 0
        self._seen_ns = 0

    def show(self, look: Look, now_ns: int) -> None:
        """Show this from now on, or from when the news of a press has been seen."""
        news = look in _NEWS
        if look is self.look or (not news and now_ns < self._seen_ns):
            return
        lit_ns = 0
        if news and self.look not in _NEWS:
            self._seen_ns = now_ns + SEEN_NS
            # A lamp that is lit goes dark first: somebody who presses again must see that, too.
            lit_ns = PATTERNS_MS[look][0] * MS if self.is_on(now_ns) else 0
        self.look, self._since_ns = look, now_ns - lit_ns

    def is_on(self, now_ns: int) -> bool:
        return self._step(now_ns)[0]

    def due_ns(self, now_ns: int) -> int | None:
        """When the lamp next changes, or may show something else."""
        return earliest(self._step(now_ns)[1], self._seen_ns if now_ns < self._seen_ns else None)

    def _step(self, now_ns: int) -> tuple[bool, int | None]:
        pattern = PATTERNS_MS[self.look]
        if len(pattern) < 2:
            return bool(pattern), None
        phase_ns = (now_ns - self._since_ns) % (sum(pattern) * MS)
        until_ns = now_ns - phase_ns
        for index, length_ms in enumerate(pattern):
            until_ns += length_ms * MS
            if now_ns < until_ns:
                return index % 2 == 0, until_ns
        raise AssertionError("a phase is shorter than its pattern")
