"""One direction of one connection: what is put in comes out in order, later, or not as long as nothing passes."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from device.logic.units import MS
from sim.schedule import After

Arrive = Callable[[], None]

# TCP waits this long before it sends a segment again for the first time (RFC 6298: Linux does not go below 200 ms), and
# twice as long each time that it is lost again.
_RESEND_NS = 200 * MS
_MOST_LOSSES = 8


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a way treats what is given to it, in one direction."""

    passes: bool = True
    delay_ns: int = 1 * MS
    loss_percent: int = 0


class Flow:
    """Items on their way. `end` forgets them all and returns those that have not arrived."""

    def __init__(self, now_ns: Callable[[], int], schedule: After, random: Random, conduct: Conduct) -> None:
        self._now_ns = now_ns
        self._schedule = schedule
        self._random = random
        self._conduct = conduct
        self._items: deque[tuple[int, Arrive]] = deque()
        self._last_ns = 0
        self._waits_for_ns: int | None = None
        self._ended = False

    def behave(self, conduct: Conduct) -> None:
        """From now on; what is on its way already keeps its delay."""
        self._conduct = conduct
        self._pump()

    def put(self, arrive: Arrive) -> None:
        """Call `arrive` when it is through. Nothing once the flow has ended."""
        if self._ended:
            return
        due_ns = max(self._last_ns, self._now_ns() + self._conduct.delay_ns + self._stall_ns())
        self._last_ns = due_ns
        self._items.append((due_ns, arrive))
        self._pump()

    def end(self) -> None:
        """What has not arrived never will."""
        self._ended = True
        self._items.clear()

    def _stall_ns(self) -> int:
        loss, stall_ns = self._conduct.loss_percent, 0
        if loss:
            for attempt in range(_MOST_LOSSES):
                if self._random.randrange(100) >= loss:
                    break
                stall_ns += _RESEND_NS << attempt
        return stall_ns

    def _pump(self) -> None:
        if not self._conduct.passes or not self._items:
            return
        due_ns = max(self._items[0][0], self._now_ns())
        if self._waits_for_ns is None or due_ns < self._waits_for_ns:
            self._waits_for_ns = due_ns
            self._schedule(due_ns - self._now_ns(), self._due)

    def _due(self) -> None:
        self._waits_for_ns = None
        while self._items and self._conduct.passes and self._items[0][0] <= self._now_ns():
            _, arrive = self._items.popleft()
            arrive()
        self._pump()
