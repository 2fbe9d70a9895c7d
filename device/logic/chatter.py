"""Notice a contact that never settles. Pure. Implements docs/hardware.md, "Chatter"."""

from collections import deque

from device.logic.units import MS, S

# A press and its release bounce some ten times in a few milliseconds (worst of Ganssle's 18 switches: 157 ms); a
# person can press eight times a second. More raw edges than this in a second are no hand but a bad contact or noise.
CHATTER_EDGES = 60
CHATTER_WINDOW_NS = 1 * S
# A level that comes and goes without ever lasting `stable_ns` is not heard at all. Nobody's hand does that for so long.
UNSETTLED_NS = 2 * S
# While a contact chatters a level must last this long: a held button is still heard, the noise is not.
CHATTER_STABLE_NS = 250 * MS
CHATTER_QUIET_NS = 10 * S


class ChatterWatch:
    """Notices a contact whose edges never settle, and counts them until it has been quiet."""

    def __init__(self) -> None:
        self.edges: int | None = None
        """Edges since the chatter began; None when there is none."""
        self._recent: deque[int] = deque(maxlen=CHATTER_EDGES)
        self._unsettled_ns = 0
        self._unsettled_edges = 0

    def feed(self, at_ns: int, *, settled: bool) -> bool:
        """Count one raw edge; `settled` if all was at rest before it. True when chatter has just been noticed."""
        if settled:
            self._unsettled_ns, self._unsettled_edges = at_ns, 0
        self._unsettled_edges += 1
        full = len(self._recent) == CHATTER_EDGES
        fast = full and at_ns - self._recent[0] < CHATTER_WINDOW_NS
        self._recent.append(at_ns)
        if self.edges is not None:
            self.edges += 1
            return False
        if fast or at_ns - self._unsettled_ns >= UNSETTLED_NS:
            self.edges = CHATTER_EDGES + 1 if fast else self._unsettled_edges
        return self.edges is not None

    def tick(self, now_ns: int) -> int | None:
        """The number of edges of a chatter that is over by now."""
        if self.edges is None or now_ns < self._recent[-1] + CHATTER_QUIET_NS:
            return None
        edges, self.edges = self.edges, None
        return edges

    def due_ns(self) -> int | None:
        return None if self.edges is None else self._recent[-1] + CHATTER_QUIET_NS
