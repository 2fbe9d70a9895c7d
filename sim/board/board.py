"""A virtual Raspberry Pi as a gpiozero back-end: the level of an input is what its circuit makes of it.

Derived from gpiozero's own base classes, not from its mock: a mock pin lets the pull resistor overrule what is wired to
it, and remembers every level it ever had.

What it does not model: analogue voltages, noise on an open wire (a floating input keeps its level), the delay and the
limited buffer of the kernel (edges are reported at once, each of them, unless told to get lost), what happens when an
output is shorted, PWM, SPI, I2C, UART.
"""

from collections.abc import Callable
from threading import RLock

from gpiozero.exc import (
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidFunction,
    PinInvalidPull,
    PinPWMUnsupported,
    PinSetInput,
)
from gpiozero.pins.pi import PiFactory, PiPin

from drivers.ports import Clock, Pull
from sim.schedule import Schedule

# Raspberry Pi 4 Model B, 1.5, 2 GB (revision codes: gpiozero.pins.pi, PiBoardInfo.from_revision).
_REVISION = 0xB03115

# What a circuit makes of its pin: high, low, or nothing (None).
Circuit = Callable[[], bool | None]


class Board(PiFactory):  # type: ignore[misc]  # gpiozero has no types
    """Pins, and what is wired to them. Circuits outlive `close`: an agent may end, another may find them as they are.

    Any thread may move what is wired to the board; edges are reported in the thread that makes them, one by one.
    """

    def __init__(self, schedule: Schedule, clock: Clock) -> None:
        super().__init__()
        self.schedule = schedule
        self.clock = clock
        self.pin_class = BoardPin
        self._swapped: dict[str, None] = {}
        self._by_name: dict[str, BoardPin] = {}
        # Held by what moves, and while an edge is reported, so that edges keep their order. A callback may read pins
        # (reading takes no lock) and take its own locks, but must not wait for somebody who moves something here.
        self.lock = RLock()

    def connect(self, pin: str, circuit: Circuit) -> None:
        """Wire a circuit to a pin. Call `settle` whenever it may have changed its mind. Ground beats supply."""
        self.pin(pin).circuits.append(circuit)
        self.settle(pin)

    def settle(self, *pins: str) -> None:
        """Work out the levels of these pins again, and of those that their wires were exchanged with."""
        # Where wires were exchanged, and exchanged again, any of those pins may have what belongs to another.
        elsewhere = self._swapped if any(name in self._swapped for name in pins) else ()
        for name in (*pins, *elsewhere):
            self._pin(name).settle()

    def swap(self, pin: str, other: str) -> None:
        """Exchange what is wired to two pins."""
        with self.lock:
            here, there = self.pin(pin), self.pin(other)
            here.circuits, there.circuits = there.circuits, here.circuits
            self._swapped |= {pin: None, other: None}
            self.settle(pin, other)

    def level(self, pin: str) -> bool:
        """What stands on a pin now."""
        return bool(self.pin(pin).state)

    def drive(self, pin: str, high: bool | None) -> None:
        """Force a pin to a level, as with a laboratory supply: stronger than all circuits. None lets go."""
        self.pin(pin).forced = high
        self.settle(pin)

    def fit_resistor(self, pin: str, pull: Pull) -> None:
        """Solder a resistor from the pin to supply or ground: weaker than circuits, stronger than the chip's own."""
        self.pin(pin).resistor = pull
        self.settle(pin)

    def lose_edges(self, pin: str, lost: bool) -> None:
        """Levels change, but no edge is reported: as kernel and lgpio do when they cannot follow."""
        self.pin(pin).is_deaf = lost

    def output(self, pin: str) -> bool | None:
        """The level that the board gives to a pin; None while it is an input."""
        return self.pin(pin).driven()  # type: ignore[no-any-return]  # see class

    def look(self, pin: str, looking: Callable[[bool | None], None]) -> None:
        """Be told `output`, on the thread that changes it, whenever it changes."""
        self.pin(pin).onlookers.append(looking)

    def close(self) -> None:
        """Take every pin away from its owner: what the kernel does when a process ends, in good order or not."""
        for pin in self.pins.values():
            pin.close()
        self._reservations.clear()

    def _pin(self, name: str) -> "BoardPin":
        # gpiozero looks through all headers of the board, and contacts bounce a lot.
        pin = self._by_name.get(name)
        if pin is None:
            pin = self._by_name[name] = self.pin(name)
        return pin

    def ticks(self) -> int:
        """Nanoseconds of the board's clock."""
        return self.clock.monotonic_ns()

    def ticks_diff(self, later: int, earlier: int) -> float:
        return (later - earlier) / 1e9

    def _get_revision(self) -> int:
        return _REVISION


class BoardPin(PiPin):  # type: ignore[misc]  # gpiozero has no types
    """One pin. Behaves as gpiozero's lgpio pin does: an output begins low, a closed pin is an input without pull."""

    def __init__(self, factory: Board, info: object) -> None:
        super().__init__(factory, info)
        self.circuits: list[Circuit] = []
        self.onlookers: list[Callable[[bool | None], None]] = []
        self.forced: bool | None = None
        self.resistor = Pull.NONE
        self.is_deaf = False
        self._function = "input"
        self._pull = self.info.pull or "floating"
        self._edges = "both"
        self._level = False
        self.settle()

    def settle(self) -> None:
        with self.factory.lock:
            if self._function == "output":
                return
            level = self._input_level()
            if level != self._level:
                self._level = level
                self._report()

    def driven(self) -> bool | None:
        return self._level if self._function == "output" else None

    def close(self) -> None:
        self.when_changed = None
        self._pull = self.info.pull or "floating"
        self._set_function("input")

    def _input_level(self) -> bool:
        if self.forced is not None:
            return self.forced
        levels = {circuit() for circuit in self.circuits} - {None}
        if levels:
            return False not in levels
        if self.resistor is not Pull.NONE:
            return self.resistor is Pull.UP
        return self._level if self._pull == "floating" else self._pull == "up"

    def _report(self) -> None:
        # gpiozero's own way to call back fails if another thread takes the callback away at this moment.
        reference = self._when_changed
        callback = None if reference is None else reference()
        heard = self._edges in {"both", "rising" if self._level else "falling"}
        if callback is not None and heard and not self.is_deaf:
            callback(self.factory.ticks(), int(self._level))

    def _show(self, before: bool | None) -> None:
        level = self.driven()
        if level != before:
            for looking in self.onlookers:
                looking(level)

    def _get_function(self) -> str:
        return self._function

    def _set_function(self, value: str) -> None:
        if value not in {"input", "output"}:
            raise PinInvalidFunction(f"function {value!r} is neither input nor output")
        before = self.driven()
        with self.factory.lock:
            self._function = value
            if value == "output":
                self._level = False
        self._show(before)
        self.settle()

    def _get_state(self) -> bool:
        return self._level

    def _set_state(self, value: float) -> None:
        if self._function == "input":
            raise PinSetInput(f"{self!r} is an input, its level cannot be set")
        before = self.driven()
        self._level = bool(value)
        self._show(before)

    def _get_pull(self) -> str:
        return self._pull

    def _set_pull(self, value: str) -> None:
        if self._function != "input":
            raise PinFixedPull(f"{self!r} is an output, it has no pull")
        if value not in {"up", "down", "floating"}:
            raise PinInvalidPull(f"pull {value!r} is none of up, down, floating")
        if self.info.pull not in ("", value):
            raise PinFixedPull(f"{self!r} has a pull-{self.info.pull} resistor on the board")
        self._pull = value
        self.settle()

    def _get_bounce(self) -> None:
        return None

    def _set_bounce(self, value: float | None) -> None:
        if value is not None:
            raise PinInvalidBounce(f"{self!r} reports raw edges only")

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: str) -> None:
        self._edges = value

    def _get_frequency(self) -> None:
        return None

    def _set_frequency(self, value: float | None) -> None:
        if value is not None:
            raise PinPWMUnsupported(f"{self!r} knows no PWM")

    def _enable_event_detect(self) -> None:
        """Nothing to do: `_report` asks whether anybody listens."""

    def _disable_event_detect(self) -> None:
        """Nothing to do: `_report` asks whether anybody listens."""
