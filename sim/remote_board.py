"""A board in a process of its own, held by its plug: power on, orders, power cut."""

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import IO

from sim.board_lines import Order, Seen, decode_seen, encode

_LOG = logging.getLogger(__name__)


class RemoteBoard:
    """One board. `observe` is called on the thread that reads what the board says. All methods: one thread."""

    def __init__(self, config: Path, observe: Callable[[Seen], None], *, seed: int = 0, bounce: str = "good") -> None:
        self._command = [sys.executable, "-m", "sim.board_process", "--config", str(config)]
        self._command += ["--seed", str(seed), "--bounce", bounce]
        self._observe = observe
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: Thread | None = None

    @property
    def is_on(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def power_on(self) -> None:
        """Start the agent on the board. It says `armed` when its inputs are watched."""
        if self.is_on:
            return
        self._end()
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._reader = Thread(target=self._read, args=(self._process.stdout,), name="board-lines", daemon=True)
        self._reader.start()

    def order(self, order: Order) -> None:
        """Do something with a contact. Nothing happens while the power is off."""
        if self._process is not None and self._process.stdin is not None:
            try:
                self._process.stdin.write(encode(order))
            except BrokenPipeError:
                _LOG.debug("the board is off: %s", order)

    def cut_power(self) -> None:
        """No instruction after this one: SIGKILL."""
        if self._process is not None:
            self._process.kill()
        self._end()

    def close(self) -> None:
        """Stop the agent in good order."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.wait()
        if self._reader is not None:
            self._reader.join()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self, lines: IO[bytes]) -> None:
        for line in lines:
            self._observe(decode_seen(line))
