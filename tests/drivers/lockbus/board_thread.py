"""Boards behind a real pty in real time."""

import os
import select
import threading
from types import TracebackType
from typing import Self

from drivers.locks.family import Family
from tests.drivers.lockbus.pty_wire import PtyWire
from tests.drivers.locks.boards import Boards

_S_NS = 1_000_000_000
_REQUEST_BYTES = {Family.XOR8A: 5, Family.KERONG_CU16: 5, Family.MODBUS_RELAY: 8}


class BoardThread:
    """Answers what is written to the pty, after the board's own delay; one request at a time."""

    def __init__(self, wire: PtyWire, boards: Boards) -> None:
        self._wire = wire
        self._boards = boards
        self._near, self._far = os.pipe()
        self._thread = threading.Thread(target=self._run, name="boards")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.write(self._far, b"\0")
        self._thread.join()
        os.close(self._near)
        os.close(self._far)

    def _run(self) -> None:
        poller = select.poll()
        poller.register(self._near, select.POLLIN)
        poller.register(self._wire.master, select.POLLIN)
        heard = b""
        size = _REQUEST_BYTES[self._boards.family]
        while True:
            ready = dict(poller.poll())
            if self._near in ready:
                return
            heard += self._wire.take()
            while len(heard) >= size:
                request, heard = heard[:size], heard[size:]
                if self._say(request):
                    return

    def _say(self, request: bytes) -> bool:
        """Whether the test is over meanwhile."""
        passed_ns = 0
        for delay_ns, data in self._boards.hear(request):
            if self._is_told_to_end(delay_ns - passed_ns):
                return True
            passed_ns = delay_ns
            os.write(self._wire.master, data)
        return False

    def _is_told_to_end(self, within_ns: int) -> bool:
        return bool(select.select([self._near], [], [], within_ns / _S_NS)[0])
