"""What will happen, and when; played by hand (`VirtualTime`) or by a thread as time goes by (`RealTime`)."""

import heapq
import logging
from collections.abc import Callable
from threading import Condition, Thread
from types import TracebackType
from typing import NamedTuple, Self

from drivers.ports import Clock
from sim.clock import ManualClock

_LOG = logging.getLogger(__name__)

Action = Callable[[], None]
After = Callable[[int, Action], None]
"""Do the action in so many nanoseconds."""


class Planned(NamedTuple):
    """An action and its time. What is planned for one time happens in the order of planning."""

    at_ns: int
    order: int
    action: Action


class Schedule:
    """Actions by time. One thread; `SharedSchedule` is for several."""

    def __init__(self) -> None:
        self._heap: list[Planned] = []
        self._planned = 0

    def at(self, at_ns: int, action: Action) -> None:
        """Plan an action; one for the past happens as soon as possible."""
        heapq.heappush(self._heap, Planned(at_ns, self._planned, action))
        self._planned += 1

    def next_ns(self) -> int | None:
        """The time of the next action."""
        return self._heap[0].at_ns if self._heap else None

    def take(self, until_ns: int) -> Planned | None:
        """Take out the earliest action that is planned for `until_ns` or before."""
        return heapq.heappop(self._heap) if self._heap and self._heap[0].at_ns <= until_ns else None


class SharedSchedule(Schedule):
    """Any thread may plan; whoever plays it takes actions out and runs them, outside the lock."""

    def __init__(self) -> None:
        super().__init__()
        self._ended = False
        self._changed = Condition()

    def at(self, at_ns: int, action: Action) -> None:
        with self._changed:
            super().at(at_ns, action)
            self._changed.notify_all()

    def next_ns(self) -> int | None:
        with self._changed:
            return super().next_ns()

    def take(self, until_ns: int) -> Planned | None:
        with self._changed:
            return super().take(until_ns)

    def wait(self, now_ns: Callable[[], int]) -> Planned | None:
        """Take out the next action when its time has come; None once the schedule was ended."""
        with self._changed:
            while not self._ended:
                planned = super().take(now_ns())
                if planned is not None:
                    return planned
                timeout_s = (self._heap[0].at_ns - now_ns()) / 1e9 if self._heap else None
                self._changed.wait(timeout_s)
        return None

    def end(self) -> None:
        """Let `wait` return None. What is still planned never happens."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class VirtualTime:
    """Time that moves when it is told to, from action to action. One thread; an action's exception is the caller's."""

    def __init__(self, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.schedule = Schedule()

    def run_until(self, at_ns: int) -> None:
        """Let everything happen that is planned up to and including `at_ns`, and be there. ValueError for the past."""
        while (planned := self.schedule.take(at_ns)) is not None:
            self.clock.move_to(max(planned.at_ns, self.clock.monotonic_ns()))
            planned.action()
        self.clock.move_to(at_ns)

    def run_for(self, duration_ns: int) -> None:
        self.run_until(self.clock.monotonic_ns() + duration_ns)


class RealTime:
    """One thread that lets things happen when their time comes. A context manager; an action that fails is logged."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.schedule = SharedSchedule()
        self._thread = Thread(target=self._play, name="sim-time", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.schedule.end()
        self._thread.join()

    def _play(self) -> None:
        while (planned := self.schedule.wait(self.clock.monotonic_ns)) is not None:
            try:
                planned.action()
            except Exception:  # noqa: BLE001  # anybody's action; the others want to happen too
                _LOG.exception("an action of the simulation failed")
