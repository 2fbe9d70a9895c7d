"""The inputs of an expander in time that is turned by hand: the driver's own scanner, stepped by a schedule."""

from drivers.expander.chip import Chip
from drivers.expander.i2c import I2c
from drivers.expander.inputs import Header
from drivers.expander.scanner import Scanner
from drivers.expander.settings import ExpanderSettings
from drivers.ports import Clock, Edge, Fact, Post, Pull
from sim.schedule import Schedule


class ScheduledExpander:
    """An `Inputs` like `drivers.expander.inputs.ExpanderInputs`, without its thread. One thread."""

    def __init__(
        self,
        settings: ExpanderSettings,
        i2c: I2c,
        post: Post,
        clock: Clock,
        schedule: Schedule,
        header: Header | None = None,
    ) -> None:
        """header: watches the interrupt pin, if the settings name one."""
        self._clock = clock
        self._schedule = schedule
        self._scanner = Scanner(settings, Chip(i2c), post, clock)
        self._line = None if header is None or settings.interrupt is None else header(self._hear)
        if self._line is not None and settings.interrupt is not None:
            self._line.watch(settings.interrupt, Pull.UP)

    def watch(self, pin: str, pull: Pull) -> None:
        self._scanner.watch(pin, pull)
        self._plan()

    def resample(self) -> None:
        if self._line is not None:
            self._line.resample()
        self._scanner.resample()
        self._plan()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        self._scanner.close()

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, Edge):
            self._scanner.interrupt(not fact.high, fact.at_ns)
            self._plan()

    def _plan(self) -> None:
        due_ns = self._scanner.due_ns()
        if due_ns is not None:
            self._schedule.at(due_ns, self._step)

    def _step(self) -> None:
        due_ns = self._scanner.due_ns()
        # It may have been planned several times, or have been put off.
        if due_ns is not None and due_ns <= self._clock.monotonic_ns():
            self._scanner.step()
            self._plan()
