"""Waiting for a socket and for other threads at once."""

import math
import select
import socket


class Waker:
    """One thread waits; any thread may wake it. Waking before the wait counts: nothing is missed."""

    def __init__(self) -> None:
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)

    def wake(self) -> None:
        """Never blocks. Any thread; does nothing once closed."""
        try:
            self._far.send(b"\0")
        except OSError:  # full: it will wake anyway; closed: nobody waits any more
            pass

    def wait(self, fd: int | None, events: int, timeout_s: float) -> int:
        """What `select.poll` reports for `fd`; 0 when it was woken or the time is over."""
        poller = select.poll()
        poller.register(self._near, select.POLLIN)
        if fd is not None:
            poller.register(fd, events)
        # Rounded up: a deadline is over when the wait is over.
        ready = dict(poller.poll(max(0, math.ceil(timeout_s * 1000))))
        if self._near.fileno() in ready:
            self._near.recv(4096)
        return 0 if fd is None else ready.get(fd, 0)

    def wait_for_call(self) -> None:
        """Wait until woken, for as long as it takes."""
        poller = select.poll()
        poller.register(self._near, select.POLLIN)
        poller.poll()
        self._near.recv(4096)

    def close(self) -> None:
        self._near.close()
        self._far.close()
