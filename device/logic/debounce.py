"""Believe a contact: raw levels in, believed levels out. Pure. Implements docs/hardware.md, "Belief".

A level is believed once it has lasted `stable_ns`. What is believed carries the time at which the contact began to
move, not the time at which it was believed. Asking late does no harm: an edge that ends a long enough level believes
that level first, so a thread that was held up does not swallow a short press.
"""

from dataclasses import dataclass

from device.logic.units import MS

# The worst of Ganssle's 18 switches bounces for 157 ms. Edges that go on for longer are noise before the movement: its
# time, and how long a level is held, must not be counted from there.
BOUNCE_NS = 250 * MS


@dataclass(frozen=True, slots=True)
class Change:
    """A level that has just become believed. `first` if nothing was believed before: the state at start."""

    closed: bool
    moved_ns: int
    first: bool


class Debouncer:
    """Turns the raw levels of one contact into believed ones."""

    def __init__(self, stable_ns: int) -> None:
        self.stable_ns = stable_ns
        self.believed: bool | None = None
        self._raw: bool | None = None
        self.raw_ns = 0
        """When the raw level last changed."""
        self._moved_ns: int | None = None

    @property
    def moving_ns(self) -> int | None:
        """Since when the contact moves without a level that is believed; None while it rests."""
        return self._moved_ns

    def feed(self, closed: bool, at_ns: int) -> Change | None:
        """A raw edge, or a level that was read. Returns what this proves about the time before it."""
        change = self.tick(at_ns)
        if closed != self._raw:
            self._raw, self.raw_ns = closed, at_ns
            if self._moved_ns is None or at_ns - self._moved_ns > max(BOUNCE_NS, self.stable_ns):
                self._moved_ns = at_ns
        return change

    def tick(self, now_ns: int) -> Change | None:
        """The level that has become believed by now, if any."""
        if self._moved_ns is None or self._raw is None or now_ns - self.raw_ns < self.stable_ns:
            return None
        moved_ns, self._moved_ns = self._moved_ns, None
        if self._raw == self.believed:
            return None  # it came back: a glitch or the bounce of nothing
        first, self.believed = self.believed is None, self._raw
        return Change(self._raw, moved_ns, first)

    def due_ns(self) -> int | None:
        """When the pending level will be believed."""
        return None if self._moved_ns is None else self.raw_ns + self.stable_ns
