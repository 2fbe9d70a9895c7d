"""A process that takes part in a measurement: orders in, lines out, each line to whoever has asked for its kind."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Self

from bench.lines import encode

# Of a loaded machine; nothing that is waited for takes a second.
_TIMEOUT_S = 60.0

Line = list[Any]


class Helper:
    """A Python module as a child process. A context manager: leaving it ends the process in good order."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        on_line: Callable[[Line], None] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """on_line: called on the reading thread, for each line as it comes. environment: besides what is set here."""
        self._command = [sys.executable, "-m", module, *arguments]
        self._on_line = on_line
        self._environment = {**os.environ, **(environment or {})}
        self._lines: SimpleQueue[Line | None] = SimpleQueue()
        self.heard: list[Line] = []
        """Lines that were waited for or passed over, in order."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=self._environment,
        )
        self._reader = Thread(target=self._read, name="helper-lines", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_orders()
        try:
            self._process.wait(_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def order(self, *values: Any) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(encode(values))

    def wait_for(self, kind: str, where: Callable[[Line], bool] | None = None) -> Line:
        """The next line of this kind that fits; those before it go to `heard`. TimeoutError if none comes."""
        while True:
            try:
                line = self._lines.get(timeout=_TIMEOUT_S)
            except Empty:
                raise TimeoutError(f"{self._command[2]}: nothing of kind {kind!r} within {_TIMEOUT_S:g} s") from None
            if line is None:
                raise ChildProcessError(f"{self._command[2]} ended before it said {kind!r}")
            self.heard.append(line)
            if line[0] == kind and (where is None or where(line)):
                return line

    def finish(self) -> list[Line]:
        """End the orders, and wait for the last line: all lines, in order."""
        self._end_orders()
        while (line := self._lines.get(timeout=_TIMEOUT_S)) is not None:
            self.heard.append(line)
        return self.heard

    def _end_orders(self) -> None:
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()

    def _read(self) -> None:
        for text in self._process.stdout or ():
            line: Line = json.loads(text)
            if self._on_line is not None:
                self._on_line(line)
            self._lines.put(line)
        self._lines.put(None)
