"""When a coil may be live, and what its inrush may do to the sensors of other doors. Pure.

Implements docs/lockers.md, "Blanking".
"""

from collections import deque
from dataclasses import dataclass

from device.logic.units import MS, S
from drivers.lock_ports import PulseEnd

# Kick-back and a hook that swings are over by then. Nobody has published a measurement: chosen, and to be measured on
# the cabinet.
BLANKING_NS = 150 * MS
# Code that opens whole cabinets leaves so long between two doors: the supply recovers, and movements stay apart.
PULSE_GAP_NS = 300 * MS
# A door that is seen on a bus is seen late: a round of questions takes a quarter of a second, an answer another.
BUS_LAG_NS = 500 * MS
# No driver needs that long for a pulse of half a second and a late answer. It has hung: the bank must not.
LOST_NS = 10 * S


@dataclass(slots=True)
class Window:
    """One pulse: begun when it was ordered; `off_ns` and `end_ns` are None until it is over. `fired`: it may have been
    carried out.
    """

    door: str
    lock: str
    begin_ns: int
    on_ns: int | None = None
    off_ns: int | None = None
    end_ns: int | None = None
    fired: bool = True


class Blanking:
    """The pulse that is under way, and the window of the last ones. One pulse at a time."""

    def __init__(self, pulse_ns: int) -> None:
        """pulse_ns: the longest pulse that any lock is given."""
        self._pulse_ns = pulse_ns
        self._last: Window | None = None
        # A door on a bus may be believed open when the pulse after has begun.
        self._before: deque[Window] = deque(maxlen=2)

    @property
    def in_flight(self) -> Window | None:
        """The pulse that is not over."""
        return self._last if self._last is not None and self._last.end_ns is None else None

    @property
    def end_ns(self) -> int | None:
        """When the last window is over."""
        return None if self._last is None else self._last.end_ns

    @property
    def clear_ns(self) -> int | None:
        """From when on the next pulse may begin; None before the first, and while one is under way."""
        last = self._last
        if last is None or last.off_ns is None:
            return None
        return last.off_ns if last.end_ns == last.off_ns else last.off_ns + PULSE_GAP_NS

    def lost_ns(self) -> int | None:
        """When the driver has had its time for the pulse that is under way."""
        return None if self.in_flight is None else self.in_flight.begin_ns + LOST_NS

    def begin(self, door: str, lock: str, now_ns: int) -> None:
        """A pulse is ordered."""
        if self._last is not None:
            self._before.append(self._last)
        self._last = Window(door, lock, now_ns)

    def began(self, lock: str, at_ns: int) -> None:
        """The coil may be live from now on."""
        if self.in_flight is not None and self.in_flight.lock == lock:
            self.in_flight.on_ns = at_ns

    def over(self, lock: str, end: PulseEnd, at_ns: int) -> Window | None:
        """The pulse under way has ended; None if this is not about it."""
        window = self.in_flight
        if window is None or window.lock != lock:
            return None
        window.fired = end in (PulseEnd.ACKNOWLEDGED, PulseEnd.UNANSWERED)
        if end is PulseEnd.NOT_SENT:
            window.off_ns = window.end_ns = window.begin_ns
            return window
        # An answer may come while the coil is still live.
        on_ns = window.begin_ns if window.on_ns is None else window.on_ns
        window.off_ns = max(at_ns, on_ns + self._pulse_ns)
        window.end_ns = window.off_ns + BLANKING_NS
        return window

    def holds(self, at_ns: int, door: str | None = None) -> bool:
        """Whether what is seen at this time is to be held, on this door; None: of a board."""
        window = self._last
        if window is None or at_ns < window.begin_ns or door == window.door:
            return False
        return window.end_ns is None or at_ns < window.end_ns

    def beside(self, door: str, moved_ns: int, *, on_bus: bool) -> str | None:
        """The door whose pulse may have opened this one instead; None if it was none's."""
        lag_ns = BUS_LAG_NS if on_bus else 0
        windows = [*self._before, *([] if self._last is None else [self._last])]
        for window in reversed(windows):
            if window.door == door or moved_ns < window.begin_ns or not window.fired:
                continue
            if window.end_ns is None or moved_ns <= window.end_ns + lag_ns:
                return window.door
        return None
