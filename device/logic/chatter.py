"""Notice a contact that never settles. Pure. Implements docs/hardware.md, "Chatter"."""

from collections import deque

from device.logic.units import MS, S

# A switch bounces some ten times, twenty edges, in a few milliseconds; a changeover on both legs. A person can press
# eight times a second: sixteen movements. More raw edges in a second than the movements that were believed explain, and
# one that is not over yet, are a bad contact or noise.
CHATTER_EDGES = 60
BOUNCE_EDGES = 40
MOVEMENTS = 16
CHATTER_WINDOW_NS = 1 * S
# A level that comes and goes without ever lasting `stable_ns` is not heard at all. Nobody's hand does that for so long.
UNSETTLED_NS = 2 * S
# While a contact chatters a level must last this long: a held button is still heard, the noise is not.
CHATTER_STABLE_NS = 250 * MS
CHATTER_QUIET_NS = 10 * S


class ChatterWatch:
    """Notices a contact whose edges are no hand's, and counts them until it has been quiet."""

    def __init__(self) -> None:
        self.edges: int | None = None
        """Edges since shortly before the chatter was noticed; None when there is none."""
        self._edges: deque[int] = deque(maxlen=CHATTER_EDGES + BOUNCE_EDGES * MOVEMENTS + 1)
        self._movements: deque[int] = deque(maxlen=MOVEMENTS)
        self._rest_ns = 0
        self._since_rest = 0

    def feed(self, at_ns: int, *, settled: bool) -> bool:
        """Count one raw edge; `settled` if all was at rest before it. True when chatter has just been noticed."""
        if settled or not self._since_rest:
            self._rest_ns, self._since_rest = at_ns, 0
        self._since_rest += 1
        self._edges.append(at_ns)
        if self.edges is not None:
            self.edges += 1
            return False
        for times in (self._edges, self._movements):
            while times and at_ns - times[0] >= CHATTER_WINDOW_NS:
                times.popleft()
        allowed = CHATTER_EDGES + BOUNCE_EDGES * len(self._movements)
        if len(self._edges) > allowed or at_ns - self._rest_ns >= UNSETTLED_NS:
            self.edges = max(len(self._edges), self._since_rest)
        return self.edges is not None

    def moved(self, at_ns: int) -> None:
        """A movement was believed: it explains the bounce of its contact."""
        self._movements.append(at_ns)

    def tick(self, now_ns: int) -> int | None:
        """The number of edges of a chatter that is over by now."""
        if self.edges is None or now_ns < self._edges[-1] + CHATTER_QUIET_NS:
            return None
        edges, self.edges = self.edges, None
        return edges

    def due_ns(self) -> int | None:
        return None if self.edges is None else self._edges[-1] + CHATTER_QUIET_NS
