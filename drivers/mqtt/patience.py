"""How long an attempt may take, and whether it is still wanted."""

import time
from collections.abc import Callable

from drivers.waker import Waker


class UnwantedError(Exception):
    """What was being waited for is no longer wanted."""


class Patience:
    """Waits for one attempt at something. Belongs to the thread that waits."""

    def __init__(self, waker: Waker, timeout_s: float, check: Callable[[], None]) -> None:
        """`check` runs whenever the thread was woken, and raises UnwantedError when there is no more point."""
        self._waker = waker
        self._end_s = time.monotonic() + timeout_s
        self._timeout_s = timeout_s
        self._check = check

    @property
    def left_s(self) -> float:
        return self._end_s - time.monotonic()

    def wait(self, fd: int | None, events: int, limit_s: float = float("inf")) -> int:
        """Wait once, at most `limit_s`; what is ready, or 0. Raises TimeoutError when the time for all is over."""
        if self.left_s <= 0:
            raise TimeoutError(f"no answer within {self._timeout_s:g} s")
        ready = self._waker.wait(fd, events, max(0.0, min(self.left_s, limit_s)))
        self._check()
        return ready
