"""A program as the system sees it: when it was started, when it says something, what it costs."""

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

_TIMEOUT_S = 30.0
_NS_PER_S = 1_000_000_000


class Process:
    """A context manager: running inside, ended by SIGTERM. What it says on either output is read as it comes."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        self._command = command
        self._environment = {**os.environ, **environment}
        self._lines: SimpleQueue[tuple[int, str]] = SimpleQueue()

    def __enter__(self) -> Self:
        self._started_ns = time.monotonic_ns()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            text=True,
        )
        self._reader = Thread(target=self._read, name="process-lines", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(_TIMEOUT_S)
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def said_after_s(self, words: str) -> float:
        """Seconds from the start of the process to the next line with these words in it. TimeoutError without one."""
        said: list[str] = []
        while True:
            try:
                at_ns, line = self._lines.get(timeout=_TIMEOUT_S)
            except Empty:
                raise TimeoutError(f"{self._command[0]} never said {words!r}: {' | '.join(said[-3:])}") from None
            if words in line:
                return (at_ns - self._started_ns) / _NS_PER_S
            said.append(line)

    def rss_mb(self) -> float:
        """Resident memory; MB as ps and systemd count them, of 1,048,576 bytes."""
        return rss_mb(self._process.pid)

    def cpu_s(self) -> float:
        """Processor time of all its threads, to the nanosecond: /proc/<pid>/stat counts in steps of 10 ms."""
        tasks = Path(f"/proc/{self._process.pid}/task")
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / _NS_PER_S

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put((time.monotonic_ns(), line.rstrip()))


def rss_mb(pid: int) -> float:
    """See Process.rss_mb."""
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    if found is None:
        raise ProcessLookupError(f"process {pid} has no memory")
    return int(found[1]) / 1024


def own_rss_mb() -> float:
    """Of this process."""
    return rss_mb(os.getpid())
