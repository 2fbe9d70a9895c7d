"""Checks of the chip itself, without the agent: that what the other checks rest on is true."""

import os
import time
from pathlib import Path

from device.logic.units import MS
from tests.kernel.bank import Bank, line_of
from tests.kernel.check import Check
from tests.kernel.finger import Finger, lengths
from tests.kernel.witness import Witness

_BUTTON = "GPIO17"
_TWIN = "GPIO27"
# The kernel may stamp the press a little later than it returns from making it.
_LENGTH_ERROR_NS = 5 * MS
# In /proc/self/stat, counted from behind the name: when the process began, in ticks since boot (proc(5), starttime).
_START_FIELD = 19


class ChipChecks:
    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def all(self) -> tuple[tuple[str, Check], ...]:
        return (
            ("libraries load from the host's tree", _imports),
            ("chip is a Pi's, numbered 0", self._chip),
            ("kernel stamps edges with CLOCK_MONOTONIC", self._clock),
            ("presses are as long as asked", self._lengths),
        )

    def _chip(self) -> str:
        if self._bank.chip != "gpiochip0" or not Path("/dev/gpiochip0").is_char_device():
            raise AssertionError(f"the chip is {self._bank.chip}")
        return f"Linux {Path('/proc/sys/kernel/osrelease').read_text().strip()}, /dev/{self._bank.chip}"

    def _clock(self) -> str:
        delays_ns = []
        self._bank.pull(_TWIN, high=True)
        with Witness(line_of(_TWIN)) as witness:
            for number in range(20):
                before_ns = time.monotonic_ns()
                self._bank.pull(_TWIN, high=number % 2 == 1)
                stamp = witness.next()
                if not before_ns <= stamp.at_ns <= time.monotonic_ns():
                    raise AssertionError(f"pulled at {before_ns} ns, stamped {stamp.at_ns} ns")
                delays_ns.append(stamp.at_ns - before_ns)
        return f"stamped {min(delays_ns) / 1e3:.0f} to {max(delays_ns) / 1e3:.0f} us after the pull"

    def _lengths(self) -> str:
        presses = Finger(self._bank, _BUTTON, _TWIN).press(times=20, length_ms=32, gap_ms=30)
        shortest_ns = min(press.length_ns for press in presses)
        if shortest_ns < 32 * MS - _LENGTH_ERROR_NS:
            raise AssertionError(f"asked for 32 ms, got {shortest_ns / MS:.1f} ms")
        return f"20 of 32 ms: {lengths(presses)}"


def _imports() -> str:
    """Told by the kernel's own record of when this process began: everything is imported before main runs."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    began_s = int(fields[_START_FIELD]) / os.sysconf("SC_CLK_TCK")
    took_s = time.clock_gettime(time.CLOCK_BOOTTIME) - began_s
    return f"booted in {began_s:.1f} s, gpiozero, lgpio, paho, cryptography, pytest loaded in {took_s:.1f} s"
