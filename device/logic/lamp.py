"""One light and the patterns it shows. Pure. Implements docs/hardware.md, "Lights"."""

from enum import StrEnum

from device.logic.units import MS


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


class Lamp:
    """One light that shows a pattern."""

    def __init__(self) -> None:
        self.look = Look.DARK
        self._since_ns = 0

    def show(self, look: Look, now_ns: int) -> None:
        if look is not self.look:
            self.look, self._since_ns = look, now_ns

    def is_on(self, now_ns: int) -> bool:
        return self._step(now_ns)[0]

    def due_ns(self, now_ns: int) -> int | None:
        """When the lamp next changes."""
        return self._step(now_ns)[1]

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
