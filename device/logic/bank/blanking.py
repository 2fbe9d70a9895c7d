"""When a coil may be live, and what its inrush may do to the sensors of other doors. Pure.

Implements docs/lockers.md, "Blanking".
"""

from collections import deque
from dataclasses import dataclass

from device.logic.bank.settings import DoorSettings
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
    """One pulse. `begin_ns`: it was ordered; `on_ns`: it left this machine, if it did; `over_ns`: nothing more is heard
    of it. `fired`: it may have been carried out.
    """

    door: DoorSettings
    lock: str
    begin_ns: int
    on_ns: int | None = None
    over_ns: int | None = None
    fired: bool = True

    @property
    def off_ns(self) -> int | None:
        """When its coil is off for certain; None while nobody knows."""
        if self.over_ns is None or not self.fired:
            return self.over_ns
        on_ns = self.begin_ns if self.on_ns is None else self.on_ns
        # An answer may come while the coil is still live.
        return max(self.over_ns, on_ns + self.door.pulse_ns)

    @property
    def end_ns(self) -> int | None:
        """Until when it may disturb the sensors of others; None if it has never begun to."""
        if self.on_ns is None:
            return None
        end_ns = self.on_ns + self.door.pulse_ns + BLANKING_NS
        return end_ns if self.fired or self.over_ns is None else min(end_ns, self.over_ns)

    def covers(self, at_ns: int, lag_ns: int = 0) -> bool:
        """Whether its coil may be behind what moves then. lag_ns: it is seen so much later."""
        return self.on_ns is not None and self.end_ns is not None and self.on_ns <= at_ns < self.end_ns + lag_ns


class Blanking:
    """The pulse that is under way, and the window of the last ones. One pulse at a time."""

    def __init__(self) -> None:
        self._last: Window | None = None
        # A door on a bus may be believed open when the pulse after has begun.
        self._before: deque[Window] = deque(maxlen=2)

    @property
    def in_flight(self) -> Window | None:
        """The pulse that is not over."""
        return self._last if self._last is not None and self._last.over_ns is None else None

    @property
    def end_ns(self) -> int | None:
        """When the last window is over; None if none has begun yet."""
        return None if self._last is None else self._last.end_ns

    @property
    def quiet_ns(self) -> int | None:
        """When all that is about the last pulse is over; None before the first, and while one is under way."""
        last = self._last
        if last is None or last.over_ns is None:
            return None
        return last.over_ns if last.end_ns is None else max(last.over_ns, last.end_ns)

    @property
    def clear_ns(self) -> int | None:
        """From when on the next pulse may begin; None before the first, and while one is under way."""
        last = self._last
        if last is None or last.off_ns is None:
            return None
        return last.off_ns + PULSE_GAP_NS if last.fired else last.off_ns

    def lost_ns(self) -> int | None:
        """When the driver has had its time for the pulse that is under way."""
        return None if self.in_flight is None else self.in_flight.begin_ns + LOST_NS

    def begin(self, door: DoorSettings, lock: str, now_ns: int) -> None:
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
        window.fired = end.may_have_fired
        window.over_ns = at_ns
        return window

    def holds(self, at_ns: int, door: str | None = None) -> bool:
        """Whether what is seen at this time is to be held, on this door; None: of a board."""
        return self._last is not None and self._last.door.name != door and self._last.covers(at_ns)

    def beside(self, door: str, moved_ns: int, *, on_bus: bool) -> str | None:
        """The door whose pulse may have opened this one instead; None if it was none's."""
        lag_ns = BUS_LAG_NS if on_bus else 0
        windows = [*self._before, *([] if self._last is None else [self._last])]
        for window in reversed(windows):
            if window.door.name != door and window.fired and window.covers(moved_ns, lag_ns):
                return window.door.name
        return None
