"""One line of lock boards in real time: a thread that owns the port."""

import math
import os
import select
import threading
from collections import deque
from collections.abc import Callable

from drivers.lockbus.serial_port import SerialPort
from drivers.locks.bus import Bus
from drivers.locks.bus_settings import BusSettings
from drivers.ports import Clock, Post

_MS_NS = 1_000_000


class BusThread:
    """The thread "bus-<name>" opens the port, polls, pulses, and posts facts.

    It sleeps until bytes arrive, something is due, or it is asked for something. Methods: any thread; only `close`
    waits.
    """

    def __init__(self, settings: BusSettings, post: Post, clock: Clock) -> None:
        """post: called on the thread; it must only put into a queue. ValueError for what the family is not."""
        self._clock = clock
        self._post = post
        self._port = SerialPort(settings.port, settings.baud)
        self._bus = Bus(settings, self._port, clock.monotonic_ns())
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        # One for all waits: a new one for each would cost as much again as the wait itself.
        self._poller = select.poll()
        self._poller.register(self._wake, select.POLLIN)
        self._watched: int | None = None
        self._wishes: deque[Callable[[], None]] = deque()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name=f"bus-{settings.name}", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread still works."""
        return self._thread.is_alive()

    @property
    def faults(self) -> tuple[tuple[str, int], ...]:
        """See `Bus.faults`."""
        return self._bus.faults

    def pulse(self, lock: str, until_ns: int) -> None:
        """See `Locks.pulse`."""
        self._bus.check(lock)
        self._wish(lambda: self._bus.pulse(lock, until_ns))

    def reread(self) -> None:
        """A lock that is not of this line was pulsed: see `Bus.reread`."""
        self._wish(self._bus.reread)

    def close(self) -> None:
        """See `Locks.close`."""
        self._wish(self._leave)
        self._thread.join()
        if self._wake >= 0:
            os.close(self._wake)
            self._wake = -1

    def _wish(self, wish: Callable[[], None]) -> None:
        self._wishes.append(wish)
        if self._wake >= 0:
            os.eventfd_write(self._wake, 1)

    # ------------------------------------------------------------ the thread

    def _run(self) -> None:
        try:
            while self._step():
                self._wait()
        finally:
            self._bus.close()

    def _leave(self) -> None:
        self._is_closing = True
        self._bus.leave()

    def _step(self) -> bool:
        """Whether to go on."""
        while self._wishes:
            self._wishes.popleft()()
        self._bus.step(self._clock.monotonic_ns())
        for fact in self._bus.take_facts():
            self._post(fact)
        return self._bus.is_pulsing or not self._is_closing

    def _wait(self) -> None:
        due_ns = self._bus.due_ns()
        # Rounded up: what is due is due when the wait is over.
        left_ms = None if due_ns is None else math.ceil((due_ns - self._clock.monotonic_ns()) / _MS_NS)
        if left_ms is not None and left_ms <= 0:
            return
        self._watch_port()
        if self._wake in dict(self._poller.poll(left_ms)):
            os.eventfd_read(self._wake)

    def _watch_port(self) -> None:
        """The number of a port that was opened anew may be the old one: poll(2) knows numbers only."""
        fd = self._port.fileno()
        if fd == self._watched:
            return
        if self._watched is not None:
            self._poller.unregister(self._watched)
        if fd is not None:
            self._poller.register(fd, select.POLLIN)
        self._watched = fd
