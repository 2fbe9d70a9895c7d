"""Every test leaves the process as it found it: no thread, no open file, no child."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

# A thread that has been told to end may need a moment on a loaded machine; one that has not will not end in this time.
_JOIN_S = 5.0


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail the test that leaves a thread, a file descriptor or a child process behind."""
    threads = set(threading.enumerate())
    files = _open_files()
    children = _children()
    yield
    for thread in set(threading.enumerate()) - threads:
        thread.join(_JOIN_S)
    left = [thread.name for thread in set(threading.enumerate()) - threads]
    assert not left, f"threads left behind: {left}"
    opened = _open_files() - files
    assert not opened, f"files left open: {sorted(opened)}"
    # What serves a whole folder of tests was there before.
    assert not _children() - children, "child processes left behind"


def external(program: str | None, install: str) -> str:
    """The path of an external program; without it the test skips with the command that installs it, and CI fails."""
    if program is not None:
        return program
    if os.environ.get("CI"):
        pytest.fail(f"missing in CI: {install}")
    pytest.skip(f"needs: {install}")


def _open_files() -> set[tuple[str, str]]:
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:  # the descriptor of the listing itself
            continue
        if "/__pycache__/" not in target:
            found.add((entry.name, target))
    return found


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
