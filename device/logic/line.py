"""A contact as it is wired, with or without line supervision. Pure. Implements docs/hardware.md, "Line supervision"."""

from device.logic.debounce import Change, Debouncer
from device.logic.units import MS, earliest

# The blade of a changeover contact is between its throws for a few milliseconds. Legs that have both come to rest and
# still do not contradict each other for this long are no blade: and no press of a finger is much shorter, so that even
# a cut that rest does not show is told at the first press.
LINE_FAULT_NS = 100 * MS


class Line:
    """One contact as it is wired: a plain one, or a changeover whose two legs must contradict each other.

    A changeover is active only while both legs say so. While they do not contradict each other it is not, and after
    LINE_FAULT_NS at rest the line is at fault: `open` (a wire is cut) or `short`. A press that both legs can still
    tell is heard all the same: each one, with its own time. The fault is over once both agree on the contact at rest.
    """

    def __init__(self, stable_ns: int, *, normally_closed: bool, supervised: bool) -> None:
        self._legs = (Debouncer(stable_ns), Debouncer(stable_ns)) if supervised else (Debouncer(stable_ns),)
        self._normally_closed = normally_closed
        self._doubting_leg = 0
        self.doubt_ns: int | None = None
        """Since when the legs have not contradicted each other; None while they do."""
        self.active: bool | None = None
        self.fault: str | None = None

    def feed(self, leg: int, closed: bool, at_ns: int) -> Change | None:
        return self._judge(leg, self._legs[leg].feed(closed, at_ns))

    def tick(self, now_ns: int) -> list[Change]:
        changes = [self._judge(index, leg.tick(now_ns)) for index, leg in enumerate(self._legs)]
        fault_ns = self._fault_ns()
        if fault_ns is not None and now_ns >= fault_ns:
            self.fault = "short" if self._legs[0].believed else "open"
            self.active = False  # … as far as can be told: what is pressed later was not pressed at start
        return [change for change in changes if change is not None]

    def settle_for(self, stable_ns: int) -> None:
        """From now on a level must last this long."""
        for leg in self._legs:
            leg.stable_ns = stable_ns

    @property
    def moving_ns(self) -> int | None:
        """Since when a leg moves without a level that is believed; None while all rest."""
        return earliest(*(leg.moving_ns for leg in self._legs))

    def due_ns(self) -> int | None:
        """When to call tick next."""
        return earliest(self._fault_ns(), *(leg.due_ns() for leg in self._legs))

    def _fault_ns(self) -> int | None:
        if self.doubt_ns is None or self.fault or self.moving_ns is not None:
            return None
        return max(leg.raw_ns for leg in self._legs) + LINE_FAULT_NS

    def _judge(self, leg: int, change: Change | None) -> Change | None:
        """`change` of one leg as a change of the whole: `closed` now says active."""
        levels = [leg.believed for leg in self._legs]
        if change is None or None in levels:
            return None
        if len(levels) == 2 and levels[0] == levels[1]:
            return self._doubt(leg, change)
        active = bool(levels[0]) != self._normally_closed
        moved_ns = self._began_ns(leg, change)
        self.doubt_ns = None
        if not active:
            self.fault = None
        return self._become(active, moved_ns)

    def _doubt(self, leg: int, change: Change) -> Change | None:
        if self.doubt_ns is None:
            self.doubt_ns, self._doubting_leg = change.moved_ns, leg
        return None if self.active is None else self._become(False, change.moved_ns)

    def _began_ns(self, leg: int, change: Change) -> int:
        # One leg lets go and the other takes over: one movement. A leg that comes back, or moves long after, began it.
        one_movement = self.doubt_ns is not None and self.fault is None and leg != self._doubting_leg
        return min(self.doubt_ns or 0, change.moved_ns) if one_movement else change.moved_ns

    def _become(self, active: bool, moved_ns: int) -> Change | None:
        if active == self.active:
            return None
        first, self.active = self.active is None, active
        return Change(active, moved_ns, first)
