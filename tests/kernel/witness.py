"""Reads one line of the chip through lgpio, to tell when its edges really happened: the kernel stamps them."""

import queue
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import lgpio

from drivers.lgpio_rest import wait_for_rest

_CHIP = 0
# The emulated machine is slow; an edge that has not come within this time will not come.
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """One edge, with the kernel's time of it."""

    at_ns: int
    high: bool


class Witness:
    """Watches one line that nobody else has. Main thread; lgpio's thread only fills the queue."""

    def __init__(self, line: int) -> None:
        """lgpio.error if the line is taken."""
        self._stamps: queue.SimpleQueue[Stamp] = queue.SimpleQueue()
        self._handle = lgpio.gpiochip_open(_CHIP)
        wait_for_rest()
        lgpio.gpio_claim_alert(self._handle, line, lgpio.BOTH_EDGES, lgpio.SET_PULL_UP)
        self._callback = lgpio.callback(self._handle, line, lgpio.BOTH_EDGES, self._seen)

    def next(self, timeout_s: float = _TIMEOUT_S) -> Stamp:
        """The next edge, oldest first. queue.Empty if there is none within the time."""
        return self._stamps.get(timeout=timeout_s)

    def close(self) -> None:
        self._callback.cancel()
        lgpio.gpiochip_close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _seen(self, _chip: int, _line: int, level: int, at_ns: int) -> None:
        self._stamps.put(Stamp(at_ns, level == 1))
