"""The inputs of one expander, read by a thread of their own. Implements `Inputs`."""

import logging
from collections.abc import Callable
from threading import Condition, Thread

from drivers.errors import GpioError
from drivers.expander.chip import Chip
from drivers.expander.i2c import I2c
from drivers.expander.scanner import Scanner
from drivers.expander.settings import ExpanderSettings, input_number
from drivers.ports import Clock, Edge, Fact, Inputs, Post, Pull

_LOG = logging.getLogger(__name__)

Header = Callable[[Post], Inputs]
"""Makes an `Inputs` of the header's pins that posts to what it is given."""


class ExpanderInputs:
    """Door contacts on a chip. Methods: main loop only; they never wait for the bus, `close` excepted.

    A bus that hangs costs a second a transfer (the kernel's patience), which the main loop has not: so the thread. See
    `Scanner` for what is posted, and when; what is watched is posted soon after, not at once. A chip that is not there
    raises nothing: it is told by BoardSilent, and found when it comes.
    """

    def __init__(
        self, settings: ExpanderSettings, i2c: I2c, post: Post, clock: Clock, header: Header | None = None
    ) -> None:
        """post: called on the thread; it must only put into a queue. The I2C bus is closed in the end.

        header: needed where the settings name an interrupt pin. Raises GpioError when that pin cannot be had.
        """
        self._settings = settings
        self._clock = clock
        self._scanner = Scanner(settings, Chip(i2c), post, clock)
        self._used: set[int] = set()
        # All of these are handed from thread to thread under the condition.
        self._news = Condition()
        self._watched: list[tuple[str, Pull]] = []
        self._interrupt: tuple[bool, int] | None = None
        self._resampled = False
        self._closing = False
        self._line = self._watch_interrupt(header)
        self._thread = Thread(target=self._run, name=f"expander-{settings.name}", daemon=True)
        self._thread.start()

    def watch(self, pin: str, pull: Pull) -> None:
        number = input_number(self._settings, pin, pull, self._used)
        self._used.add(number)
        with self._news:
            self._watched.append((pin, pull))
            self._news.notify()

    def resample(self) -> None:
        """Allow every input its next EDGES_PER_RESAMPLE: the thread reads often enough to mend what was missed.

        Raises GpioError if the thread has ended.
        """
        if self._line is not None:
            self._line.resample()
        with self._news:
            # Nobody is woken for it: the next poll is soon enough, and a wake costs more than a reading.
            self._resampled = True
            if not self._closing and not self._thread.is_alive():
                raise GpioError(f"expander {self._settings.name}: its thread has ended")

    def close(self) -> None:
        """Waits for the thread."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join()
        if self._line is not None:
            self._line.close()
        self._scanner.close()

    def _watch_interrupt(self, header: Header | None) -> Inputs | None:
        pin = self._settings.interrupt
        if pin is None:
            return None
        if header is None:
            raise ValueError(f"expander {self._settings.name}: an interrupt pin, and nobody to watch it")
        line = header(self._hear)
        # INT is open-drain. Its pull-up is at the header, so that no voltage but the header's own gets there.
        line.watch(pin, Pull.UP)
        return line

    def _hear(self, fact: Fact) -> None:
        """The interrupt has moved: on the thread of whoever watches the pin, or on the main loop."""
        if isinstance(fact, Edge):
            with self._news:
                self._interrupt = (not fact.high, fact.at_ns)
                self._news.notify()

    def _run(self) -> None:
        while self._wait():
            try:
                self._scanner.step()
            except Exception:  # noqa: BLE001  # whatever it is, the contacts have to be read again
                _LOG.exception("a reading of expander %s was lost", self._settings.name)

    def _wait(self) -> bool:
        """Until it is time to read; False when it is time to end."""
        with self._news:
            while not self._closing:
                self._hand_over()
                due_ns = self._scanner.due_ns()
                left_ns = None if due_ns is None else due_ns - self._clock.monotonic_ns()
                if left_ns is not None and left_ns <= 0:
                    return True
                self._news.wait(None if left_ns is None else left_ns / 1e9)
        return False

    def _hand_over(self) -> None:
        for pin, pull in self._watched:
            self._scanner.watch(pin, pull)
        self._watched.clear()
        if self._interrupt is not None:
            self._scanner.interrupt(*self._interrupt)
            self._interrupt = None
        if self._resampled:
            self._scanner.resample()
            self._resampled = False
