"""Waiting until lgpio's threads have come to rest after it was opened, without which it may hear nothing.

lgpio's thread for edges looks whether a line is claimed, and if none is, goes to sleep until a claim wakes it. It holds
no lock from the look to the sleep. A claim in between wakes nobody, and that line stays silent until another is
claimed. Seen with lgpio 0.2.2 in 9 of 6,700 starts on an emulated machine; no error tells it.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_TASKS = Path("/proc/self/task")
# They need microseconds. What takes longer than this is no start; the main loop still asks every pin several times a
# second.
_LIMIT_NS = 1_000_000_000
_ASLEEP = "S"


def other_threads() -> list[str]:
    """The state of every thread of this process but the one that asks, as in /proc/self/task/N/stat."""
    own = str(threading.get_native_id())
    return [state for task in _TASKS.iterdir() if task.name != own and (state := _state(task))]


def wait_for_rest(states: Callable[[], Iterable[str]] = other_threads, limit_ns: int = _LIMIT_NS) -> bool:
    """Return once every thread but this one sleeps, or after `limit_ns`. False if one never did. Any thread.

    To be called after lgpio has opened a chip, before a line is claimed.
    states: one letter for each other thread, as in proc(5).
    """
    until_ns = time.monotonic_ns() + limit_ns
    while not all(state == _ASLEEP for state in states()):
        if time.monotonic_ns() >= until_ns:
            return False
        os.sched_yield()
    return True


def _state(task: Path) -> str:
    try:
        # The name, in brackets, may contain anything.
        return (task / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
