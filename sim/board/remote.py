"""A board in a process of its own, held by its plug: power on, orders, power cut."""

import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import IO, Protocol

from sim.acts.model import Act
from sim.board.lines import Order, Seen, decode_seen, encode

_LOG = logging.getLogger(__name__)


class Running(Protocol):
    """What a board needs of its process; subprocess.Popen has it."""

    @property
    def pid(self) -> int: ...

    @property
    def stdin(self) -> IO[bytes] | None: ...

    @property
    def stdout(self) -> IO[bytes] | None: ...

    def poll(self) -> int | None: ...

    def wait(self) -> int: ...

    def kill(self) -> None: ...


Start = Callable[[Sequence[str]], Running]


def start_alone(options: Sequence[str], wrapper: Sequence[str] = ()) -> Running:
    """A board in a process of its own; `wrapper` is the start of a command line that ends by running the rest."""
    command = [*wrapper, sys.executable, "-m", "sim.board.process", *options]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    )


def _nothing() -> None:
    """Nobody waits for the end."""


class RemoteBoard:
    """One board. `observe` is called on the thread that reads what the board says. All methods: one thread."""

    def __init__(
        self,
        config: Path,
        observe: Callable[[Seen], None],
        *,
        seed: int = 0,
        bounce: str = "good",
        start: Start = start_alone,
        stands: bool = False,
        ended: Callable[[], None] = _nothing,
    ) -> None:
        """start: makes the process, given the options of sim.board.process.

        stands: let the board tell how its agent stands, too. ended: called, as `observe` is, when a process has said
        its last.
        """
        self._options = ["--config", str(config), "--seed", str(seed), "--bounce", bounce]
        if stands:
            self._options.append("--stands")
        self._start = start
        self._observe = observe
        self._ended = ended
        self._process: Running | None = None
        self._reader: Thread | None = None

    @property
    def is_on(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def power_on(self, found: Sequence[Act] = ()) -> None:
        """Start the agent on the board. It says `armed` when its inputs are watched. found: how things stand there."""
        if self.is_on:
            return
        self._end()
        self._process = self._start([*self._options, "--given", str(len(found))])
        for act in found:
            self.order(act)
        self._reader = Thread(target=self._read, args=(self._process.stdout,), name="board-lines", daemon=True)
        self._reader.start()

    def order(self, order: Order | Act) -> None:
        """Do something at the board. Nothing happens while the power is off."""
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.closed:
            try:
                self._process.stdin.write(encode(order))
            except BrokenPipeError:
                _LOG.debug("the board is off: %s", order)

    def cut_power(self) -> None:
        """No instruction after this one: SIGKILL."""
        if self._process is not None:
            self._process.kill()
        self._end()

    def stop(self) -> None:
        """Let the agent stop in good order; `ended` tells when it has."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def close(self) -> None:
        """Stop the agent in good order, and wait for it."""
        self.stop()
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

    def _read(self, lines: IO[bytes] | None) -> None:
        for line in lines or ():
            self._observe(decode_seen(line))
        self._ended()
