"""Where the cables of compartments end: at a board, or at a pin."""

from collections.abc import Callable
from functools import partial

from sim.locks.compartment import Cause, Compartment
from sim.locks.signal import Signal
from sim.schedule import After


class Inlet:
    """For the cable of a contact. Nothing plugged in is an open contact. One thread."""

    __slots__ = ("_changed", "_signal", "closed")

    def __init__(self, changed: Callable[[bool], None]) -> None:
        """changed: told what is read, after it has changed."""
        self._changed = changed
        self._signal: Signal | None = None
        self.closed = False
        """As it is read. Only `Inlet` sets it."""

    def plug(self, signal: Signal | None) -> Signal | None:
        """Returns what was plugged in before: its listener stays here until it is plugged in elsewhere."""
        before, self._signal = self._signal, signal
        if signal is not None:
            signal.listener = self._settle
        self._settle()
        return before

    def _settle(self) -> None:
        closed = self._signal is not None and self._signal.closed
        if closed != self.closed:
            self.closed = closed
            self._changed(closed)


class Outlet:
    """For the cable of a coil. One thread."""

    __slots__ = ("_after", "_coil", "_pulses", "is_on", "name")

    def __init__(self, name: str, after: After) -> None:
        self.name = name
        """`left/1/7`, by the board as it is wired; or a pin with a relay."""
        self._after = after
        self._coil: Compartment | None = None
        self._pulses = 0
        self.is_on = False
        """Whatever is plugged in. Only `Outlet` sets it."""

    def plug(self, coil: Compartment | None) -> Compartment | None:
        """Returns what was plugged in before, without current."""
        before, self._coil = self._coil, coil
        if before is not None:
            before.rest()
        return before

    def on(self, cause: Cause) -> None:
        """Until it is switched off, and longer than any pulse that was begun."""
        self._pulses += 1
        self.is_on = True
        if self._coil is not None:
            self._coil.energise(cause)

    def off(self) -> None:
        self._pulses += 1
        self._rest()

    def pulse(self, length_ns: int, cause: Cause) -> None:
        """On, and off again after so long."""
        self.on(cause)
        self._after(length_ns, partial(self._end, self._pulses))

    def _end(self, pulse: int) -> None:
        if pulse == self._pulses:
            self._rest()

    def _rest(self) -> None:
        self.is_on = False
        if self._coil is not None:
            self._coil.rest()
