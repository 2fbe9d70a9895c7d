"""A contact as it is wired, with or without line supervision. Pure. Implements docs/hardware.md, "Line supervision"."""

from device.logic.debounce import Change, Debouncer
from device.logic.units import MS, earliest

# The moving blade of a changeover contact is between its throws for a few milliseconds; half a second is no blade.
LINE_FAULT_NS = 500 * MS


class Line:
    """One contact as it is wired: a plain one, or a changeover whose two legs must contradict each other.

    Believed is `active` or at rest; a changeover is believed only when both legs agree. While they do not, nothing is
    believed, and after LINE_FAULT_NS the line is at fault: `open` (a wire is cut) or `short`.
    """

    def __init__(self, stable_ns: int, *, normally_closed: bool, supervised: bool) -> None:
        self._legs = (Debouncer(stable_ns), Debouncer(stable_ns)) if supervised else (Debouncer(stable_ns),)
        self._normally_closed = normally_closed
        self._doubt_ns: int | None = None
        self.active: bool | None = None
        self.fault: str | None = None

    def feed(self, leg: int, closed: bool, at_ns: int) -> Change | None:
        return self._judge(self._legs[leg].feed(closed, at_ns))

    def tick(self, now_ns: int) -> list[Change]:
        changes = (self._judge(leg.tick(now_ns)) for leg in self._legs)
        believed = [change for change in changes if change is not None]
        if self._doubt_ns is not None and self.fault is None and now_ns >= self._doubt_ns + LINE_FAULT_NS:
            self.fault = "short" if self._legs[0].believed else "open"
        return believed

    def settle_for(self, stable_ns: int) -> None:
        """From now on a level must last this long."""
        for leg in self._legs:
            leg.stable_ns = stable_ns

    def due_ns(self) -> int | None:
        doubt = None if self._doubt_ns is None or self.fault else self._doubt_ns + LINE_FAULT_NS
        return earliest(doubt, *(leg.due_ns() for leg in self._legs))

    def _judge(self, change: Change | None) -> Change | None:
        """`change` of one leg as a change of the whole: `closed` now says active."""
        levels = [leg.believed for leg in self._legs]
        if change is None or None in levels:
            return None
        if len(levels) == 2 and levels[0] == levels[1]:
            self._doubt_ns = change.moved_ns if self._doubt_ns is None else self._doubt_ns
            return None
        moved_ns = change.moved_ns if self._doubt_ns is None else self._doubt_ns
        self._doubt_ns, self.fault = None, None
        active = bool(levels[0]) != self._normally_closed
        if active == self.active:
            return None
        first, self.active = self.active is None, active
        return Change(active, moved_ns, first)
