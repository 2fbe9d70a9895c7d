"""For all tests: the order of their files, the examples of properties, and that nothing is left behind."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# A thread that has been told to end may need a moment on a loaded machine; one that has not will not end in this time.
_JOIN_S = 5.0
# One browser for all of its files, in one process, and from the start: it takes real time, and is the longest.
_BROWSER = "tests/browser/"
# Days of virtual time: these only reckon, some of their files for half a minute and more. They go next, so that no
# process is left alone with one of them. What takes real time stays among the rest, where it is not in its own way.
_RECKON = ("tests/scenarios/", "tests/sim/explore/")

# The same examples in every run and on every machine; a deadline would measure the machine.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

# What a shell starts in the background ignores Ctrl-C, and so does whatever that starts; tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In what order the processes take the files: browser, those that reckon for long, those with the most tests."""
    if hasattr(config, "workerinput"):
        tests = Counter(item.path for item in items)
        first = (_BROWSER, _RECKON)
        items.sort(key=lambda item: (*(not item.nodeid.startswith(each) for each in first), -tests[item.path]))


class _ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A process that has begun a file runs all of it, so what its tests share is started once."""

    def _split_scope(self, nodeid: str) -> str:
        return _BROWSER if nodeid.startswith(_BROWSER) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    return _ByFile(config, log)


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
