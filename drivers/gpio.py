"""Inputs and outputs on gpiozero's pins, whatever back-end is behind them. Implements `Inputs` and `Outputs`.

Pins, not gpiozero's Button and LED: a Button costs a thread each and hides the time of the edge.
`bounce` is left alone: it means another thing on every back-end, and one kind swallows the next press.
"""

import logging
from dataclasses import dataclass
from threading import Lock

from drivers.errors import GpioError
from drivers.gpio_factory import Factory, Pin, Ticks, take, translated
from drivers.ports import Clock, Edge, Post, Pull

_LOG = logging.getLogger(__name__)

_PULLS = {Pull.UP: "up", Pull.DOWN: "down", Pull.NONE: "floating"}

# An edge older than this does not come from a clock that we understand. lgpio delivers within milliseconds; a loaded
# machine may need much longer, a second is beyond that.
_MAX_AGE_NS = 1_000_000_000

# A contact that bounces makes tens of edges. A pin that floods (a failing supply, a radio beside an open wire: 200,000
# edges a second have been measured through gpiozero) may post this many until the main loop next resamples.
EDGES_PER_RESAMPLE = 256


class GpioInputs:
    """Raw edges, each with the time at which the back-end saw it. Methods: main loop only.

    Bounded: a pin posts at most EDGES_PER_RESAMPLE edges between two calls of `resample`, the rest are skipped and the
    next `resample` says the true level. So if the loop empties its inbox before it resamples, no more than that (and
    one mending) per pin ever wait in it, a loop that hangs is not buried, and a pin that floods silences no other.
    So `resample` has to be called several times a second.

    Per pin, `at_ns` never decreases. After lost edges two in a row may say the same level.
    """

    def __init__(self, factory: Factory, post: Post, clock: Clock) -> None:
        """post: called on the back-end's thread too; it must only put into a queue. The factory is not closed here."""
        self._factory = factory
        self._post = post
        self._clock = clock
        self._watches: dict[str, _Watch] = {}

    def watch(self, pin: str, pull: Pull) -> None:
        watch = _Watch(pin, take(self._factory, self, pin), self._factory, self._post, self._clock)
        try:
            with translated(f"pin {pin}"):
                watch.start(pull)
        except GpioError:
            watch.stop()
            self._factory.release_pins(self, pin)
            raise
        # gpiozero holds the callback weakly; this reference keeps it alive.
        self._watches[pin] = watch

    def resample(self) -> None:
        """Besides: allow every pin its next EDGES_PER_RESAMPLE. Raises GpioError when a pin cannot be read."""
        for name, watch in self._watches.items():
            with translated(f"pin {name}"):
                watch.resample()

    def close(self) -> None:
        for name, watch in self._watches.items():
            watch.stop()
            self._factory.release_pins(self, name)
        self._watches.clear()

    def _conflicts_with(self, _other: object) -> bool:
        """gpiozero asks this of who reserves a pin: nobody shares one with us, not even we ourselves."""
        return True


class _Watch:
    """A watched pin. `seen` runs on the back-end's thread, all else on the main loop. Locked for microseconds.

    What makes the start and every mending sound: the level is read *after* the callback is in place, and every read
    that is posted carries the time taken just *before* it. An edge up to that time is contained in the level read, and
    is dropped if its callback comes later; an edge after it comes after it. Between the two moments lies at worst an
    edge that says again what the level read has said. Callbacks wait for the lock, so the level found comes first.
    """

    def __init__(self, name: str, pin: Pin, factory: Factory, post: Post, clock: Clock) -> None:
        self._name = name
        self._pin = pin
        self._factory = factory
        self._post = post
        self._clock = clock
        self._lock = Lock()
        self._closed = False
        self._allowed = EDGES_PER_RESAMPLE
        self._high: bool | None = None
        self._last_ns = 0
        self._level_ns = 0

    def start(self, pull: Pull) -> None:
        self._pin.function = "input"
        self._pin.pull = _PULLS[pull]
        self._pin.edges = "both"
        with self._lock:
            self._pin.when_changed = self.seen
            self._read()

    def resample(self) -> None:
        with self._lock:
            self._allowed = EDGES_PER_RESAMPLE
            self._read()

    def stop(self) -> None:
        with self._lock:
            self._closed = True
        try:
            # First the function, which ends the reports, then the callback: gpiozero calls `None()` if a report is
            # under way when `when_changed` goes, and that would end lgpio's only thread.
            self._pin.function = "input"
            self._pin.when_changed = None
            self._pin.close()
        except Exception:  # noqa: BLE001  # back-ends have their own errors; the other pins want closing too
            _LOG.exception("%s could not be closed", self._name)

    def seen(self, ticks: Ticks, state: int) -> None:
        """One raw edge, on the back-end's thread. lgpio has one thread for all pins: nothing may escape."""
        try:
            with self._lock:
                self._take(ticks, bool(state))
        except Exception:  # noqa: BLE001  # see above; what was not posted is mended by the next resample
            _LOG.exception("an edge of %s was lost", self._name)

    def _take(self, ticks: Ticks, high: bool) -> None:
        if self._closed or self._allowed == 0:
            return
        at_ns = self._time_of(ticks)
        if at_ns < self._level_ns:
            return
        self._allowed -= 1
        self._say(at_ns, high)

    def _read(self) -> None:
        before_ns = self._clock.monotonic_ns()
        high = bool(self._pin.state)
        if high != self._high:
            self._say(before_ns, high)
            self._level_ns = before_ns

    def _say(self, at_ns: int, high: bool) -> None:
        at_ns = max(at_ns, self._last_ns)
        self._post(Edge(at_ns, self._name, high))
        self._last_ns = at_ns
        self._high = high

    def _time_of(self, ticks: Ticks) -> int:
        """Never before the true time: `now` is read after the ticks. A little late is harmless (see class)."""
        ticks_now = self._factory.ticks()
        now_ns = self._clock.monotonic_ns()
        age_ns = round(self._factory.ticks_diff(ticks_now, ticks) * 1e9)
        return now_ns - age_ns if 0 <= age_ns <= _MAX_AGE_NS else now_ns


@dataclass(frozen=True, slots=True)
class _Output:
    pin: Pin
    active_high: bool


class GpioOutputs:
    """Lights. Main loop only. A pin without an owner floats: what must be off needs its own resistor."""

    def __init__(self, factory: Factory) -> None:
        """The factory is not closed here."""
        self._factory = factory
        self._outputs: dict[str, _Output] = {}

    def claim(self, pin: str, active_high: bool) -> None:
        """On lgpio an output with `active_high` false is low, thus on, for some microseconds."""
        output = _Output(take(self._factory, self, pin), active_high)
        try:
            with translated(f"pin {pin}"):
                output.pin.output_with_state(not active_high)
        except GpioError:
            self._factory.release_pins(self, pin)
            raise
        self._outputs[pin] = output

    def set(self, pin: str, on: bool) -> None:
        """Raises GpioError if the pin was not claimed, or cannot be written."""
        output = self._outputs.get(pin)
        if output is None:
            raise GpioError(f"pin {pin}: was not claimed as an output")
        with translated(f"pin {pin}"):
            output.pin.state = on == output.active_high

    def close(self) -> None:
        for name, output in self._outputs.items():
            try:
                output.pin.state = not output.active_high
                output.pin.close()
            except Exception:  # noqa: BLE001  # back-ends have their own errors; the other pins want closing too
                _LOG.exception("%s could not be switched off", name)
            self._factory.release_pins(self, name)
        self._outputs.clear()

    def _conflicts_with(self, _other: object) -> bool:
        """gpiozero asks this of who reserves a pin: nobody shares one with us, not even we ourselves."""
        return True
