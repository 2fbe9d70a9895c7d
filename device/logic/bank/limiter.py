"""How many doors the control room may open from afar. Pure.

Somebody who has got hold of its key must not be able to empty the bank: 2,732 lockers were opened so in Moscow on
4 December 2020 (zdnet.com). Opening more takes the key switch on the bank itself.
"""

from collections import deque
from collections.abc import Iterable

from device.logic.event import utc_at
from drivers.ports import WallClock


class Limiter:
    """Openings in a sliding window. A restart does not reset it. Main loop only."""

    def __init__(self, most: int, window_ns: int, earlier_ns: Iterable[int], now_ns: int) -> None:
        """earlier_ns: openings of earlier runs, UTC in nanoseconds since 1970. now_ns: this run begins."""
        self._most = most
        self._window_ns = window_ns
        self._earlier_ns = tuple(earlier_ns)
        self._start_ns = now_ns
        self._opened_ns: deque[int] = deque()

    def allows(self, now_ns: int, wall: WallClock) -> bool:
        """Whether one more door may be opened; `wall` is a reading that can be trusted."""
        while self._opened_ns and self._opened_ns[0] <= now_ns - self._window_ns:
            self._opened_ns.popleft()
        return len(self._opened_ns) + self._earlier(now_ns, wall) < self._most

    def count(self, now_ns: int) -> None:
        """A door is about to be opened."""
        self._opened_ns.append(now_ns)

    def give_back(self, counted_ns: int) -> None:
        """The opening that was counted then has not taken place."""
        if counted_ns in self._opened_ns:
            self._opened_ns.remove(counted_ns)

    def _earlier(self, now_ns: int, wall: WallClock) -> int:
        # Even where the clock was far ahead when they were written down, they are over a window after the start.
        if now_ns >= self._start_ns + self._window_ns:
            return 0
        since_ns = utc_at(now_ns, wall) - self._window_ns
        return sum(1 for opened_ns in self._earlier_ns if opened_ns > since_ns)
