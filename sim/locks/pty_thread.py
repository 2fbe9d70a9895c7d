"""Carries what is written into ptys to their lines, in real time."""

import os
import select
from collections.abc import Iterable
from functools import partial
from threading import Event, Thread
from types import TracebackType
from typing import Self

from sim.locks.pty_line import PtyLine
from sim.schedule import After


class PtyThread:
    """One thread for any number of ptys. A context manager. Lines are spoken to on the schedule's thread alone."""

    def __init__(self, ptys: Iterable[PtyLine], after: After) -> None:
        self._ptys = tuple(ptys)
        self._after = after
        self._ending = Event()
        self._wake_read, self._wake_write = os.pipe()
        self._thread = Thread(target=self._carry, name="sim-pty", daemon=True)
        for pty in self._ptys:
            pty.plugged = self._wake

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._wake()
        self._thread.join()
        for pty in self._ptys:
            pty.plugged = None
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _wake(self) -> None:
        os.write(self._wake_write, b"\0")

    def _carry(self) -> None:
        while not self._ending.is_set():
            waiting = select.poll()
            waiting.register(self._wake_read, select.POLLIN)
            for pty in self._ptys:
                fileno = pty.fileno()
                if fileno is not None:
                    waiting.register(fileno, select.POLLIN)
            ready = {fileno for fileno, _ in waiting.poll()}
            if self._wake_read in ready:
                os.read(self._wake_read, 4_096)
            for pty in self._ptys:
                data = pty.take()
                if data:
                    self._after(0, partial(pty.line.host_sends, data))
