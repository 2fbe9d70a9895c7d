"""Presses a button of the bank at exact times, and knows how long every press really was."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from device.logic.units import MS
from tests.kernel.bank import Bank, line_of
from tests.kernel.witness import Witness

# Sleeping wakes up some milliseconds late in the emulated machine; the rest of the wait is spent asking the clock.
_SPIN_NS = 10 * MS


@dataclass(frozen=True, slots=True)
class Press:
    """The contact closed between `begun_ns` and `seen_ns`, for `length_ns` by the kernel's clock. Monotonic."""

    begun_ns: int
    seen_ns: int
    length_ns: int


class Finger:
    """On one button: a contact to ground, beside a pin that is pulled up. Main thread.

    `twin` is a free pin that is moved together with the button: the agent owns the button's line, so the kernel's own
    times are had from there. They differ by one write to sysfs.
    """

    def __init__(self, bank: Bank, pin: str, twin: str) -> None:
        self._bank = bank
        self._pin = pin
        self._twin = twin

    def hold(self) -> None:
        self._bank.pull(self._pin, high=False)

    def release(self) -> None:
        self._bank.pull(self._pin, high=True)

    def press(self, times: int, length_ms: int, gap_ms: int) -> tuple[Press, ...]:
        """Press and release, `gap_ms` from a release to the next press. Returns what the kernel saw.

        A machine that stands still for a while makes presses and gaps longer, never shorter.
        """
        self._both(high=True)
        begun_ns = []
        with Witness(line_of(self._twin)) as witness, _ahead_of_all():
            for _ in range(times):
                wait_until(time.monotonic_ns() + gap_ms * MS)
                begun_ns.append(time.monotonic_ns())
                self._both(high=False)
                wait_until(time.monotonic_ns() + length_ms * MS)
                self._both(high=True)
            return tuple(_next_press(witness, begun) for begun in begun_ns)

    def chatter(self, edges: int, gap_us: int) -> int:
        """Close and open the contact, an edge each `gap_us`; open at the end if `edges` is even.

        Returns the longest time between two edges, in ns: where the machine stood still, a level lasted.
        """
        longest_ns, last_ns = 0, time.monotonic_ns()
        with _ahead_of_all():
            for number in range(edges):
                wait_until(last_ns + gap_us * 1000)
                self._bank.pull(self._pin, high=number % 2 == 1)
                now_ns = time.monotonic_ns()
                longest_ns, last_ns = max(longest_ns, now_ns - last_ns), now_ns
        return longest_ns

    def _both(self, *, high: bool) -> None:
        self._bank.pull(self._pin, high=high)
        self._bank.pull(self._twin, high=high)


@contextmanager
def _ahead_of_all() -> Iterator[None]:
    """No other process makes this thread late; the kernel's own threads for the lines come before it."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def wait_until(at_ns: int) -> None:
    """Return at this monotonic time, or at once if it is over."""
    rest_ns = at_ns - time.monotonic_ns() - _SPIN_NS
    if rest_ns > 0:
        time.sleep(rest_ns / 1e9)
    while time.monotonic_ns() < at_ns:
        pass


def _next_press(witness: Witness, begun_ns: int) -> Press:
    down, up = witness.next(), witness.next()
    if down.high or not up.high:
        raise AssertionError(f"edges in another order than they were made: {down}, {up}")
    return Press(begun_ns, down.at_ns, up.at_ns - down.at_ns)


def lengths(presses: tuple[Press, ...]) -> str:
    """For people: the shortest, the median and the longest."""
    sorted_ms = sorted(press.length_ns / MS for press in presses)
    return f"{sorted_ms[0]:.1f}, {sorted_ms[len(sorted_ms) // 2]:.1f}, {sorted_ms[-1]:.1f} ms (min, median, max)"
