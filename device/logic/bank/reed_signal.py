"""Believe the contact on a door, and hold what it says while a coil nearby is live. Pure."""

from device.logic.bank.flutter import RESTLESS_NS
from device.logic.bank.settings import Reed
from device.logic.debounce import Change, Debouncer
from device.logic.units import MS
from drivers.ports import Edge, Pull

# Three samples of 20 ms: a reed bounces for 1 ms, a long wire beside a coil for longer.
REED_STABLE_NS = 60 * MS


class ReedSignal:
    """One reed: raw edges in, changes that are believed out; `closed` of a change says that the door is shut.

    While it is held the last change is kept back. Once it is held no more, and the contact rests, the change is told
    with its own time if the door is then not as it was told to be before.
    """

    def __init__(self, reed: Reed) -> None:
        self._reed = reed
        self._debouncer = Debouncer(REED_STABLE_NS)
        self._held: Change | None = None
        self._restless_ns: int | None = None
        self.shut: bool | None = None
        """What has been told; None while nothing is known."""

    @property
    def moving_ns(self) -> int | None:
        """Since when the contact moves without a level that is believed."""
        return self._debouncer.moving_ns

    def is_restless(self, at_ns: int) -> bool:
        """It has not come to rest for so long that it is no door's doing."""
        return self._restless_ns is not None and at_ns - self._restless_ns >= RESTLESS_NS

    def feed(self, edge: Edge, *, held: bool) -> Change | None:
        """A raw edge, or a level that was read; what this proves about the time before it."""
        told = self.tick(edge.at_ns, held=held)
        closed = edge.high == (self._reed.pull is Pull.DOWN)
        self._debouncer.feed(closed == self._reed.closed_when_shut, edge.at_ns)
        if self._restless_ns is None and self._debouncer.moving_ns is not None:
            self._restless_ns = edge.at_ns
        return told

    def tick(self, now_ns: int, *, held: bool) -> Change | None:
        change = self._debouncer.tick(now_ns)
        if self._debouncer.moving_ns is None:
            self._restless_ns = None
        if held:
            self._held = change or self._held
            return None
        if change is None and self._debouncer.moving_ns is None:
            change = self._held
        if change is None:
            return None
        self._held = None
        if change.closed == self.shut:
            return None
        first, self.shut = self.shut is None, change.closed
        return Change(change.closed, change.moved_ns, first)

    def forget(self) -> None:
        """Nothing is known any more; the next edge is the first."""
        self._debouncer = Debouncer(REED_STABLE_NS)
        self._held = self._restless_ns = self.shut = None

    def due_ns(self, *, held: bool) -> int | None:
        """When to call tick next."""
        if self._held is not None and self._debouncer.moving_ns is None and not held:
            return self._held.moved_ns
        return self._debouncer.due_ns()
