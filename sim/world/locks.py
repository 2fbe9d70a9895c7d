"""The line to the lock boards from power on to power off: in virtual time what drivers/lockbus/bus_thread.py is."""

from collections.abc import Callable

from drivers.lockbus.serial_port import SerialPort
from drivers.locks.bus import Bus
from drivers.locks.bus_settings import BusSettings
from drivers.ports import Clock, Post
from sim.schedule import After


class _PumpedPort(SerialPort):
    """Has what is written carried to the line at once: nobody else would."""

    def __init__(self, path: str, baud: int, pump: Callable[[], None]) -> None:
        super().__init__(path, baud)
        self._pump = pump

    def write(self, data: bytes) -> None:
        super().write(data)
        self._pump()


class SteppedBus:
    """A `LockLine` over the real port. One thread."""

    def __init__(
        self, settings: BusSettings, pump: Callable[[], None], post: Post, clock: Clock, schedule: After
    ) -> None:
        """pump: carries what was written into the port to the boards."""
        self._post = post
        self._clock = clock
        self._schedule = schedule
        self._bus = Bus(settings, _PumpedPort(settings.port, settings.baud, pump), clock.monotonic_ns())
        self._due_ns: int | None = None
        self._over = False
        schedule(0, self.step)

    @property
    def alive(self) -> bool:
        return not self._over

    def pulse(self, lock: str, until_ns: int) -> None:
        """See `Locks.pulse`."""
        self._bus.pulse(lock, until_ns)
        self._schedule(0, self.step)

    def reread(self) -> None:
        """See `LockLine.reread`."""
        self._bus.reread()
        self._schedule(0, self.step)

    def close(self) -> None:
        """Between two steps, wherever it is: nothing waits for a pulse that is under way."""
        self._over = True
        self._bus.close()

    def step(self) -> None:
        """Whenever there may be something to read, and when something is due."""
        if self._over:
            return
        now_ns = self._clock.monotonic_ns()
        self._bus.step(now_ns)
        for fact in self._bus.take_facts():
            self._post(fact)
        due_ns = self._bus.due_ns()
        if due_ns is not None and due_ns != self._due_ns:
            self._due_ns = due_ns
            self._schedule(max(due_ns - now_ns, 0), lambda: self._due(due_ns))

    def _due(self, due_ns: int) -> None:
        """What was planned before another due time came up is nobody's turn any more."""
        if due_ns == self._due_ns:
            self._due_ns = None
            self.step()
