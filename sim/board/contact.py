"""A button's contact, wired to pins of the board and to ground."""

from enum import Enum
from functools import partial
from random import Random

from sim.board.board import Board
from sim.board.bounce import BREAK_EVERY_NS, BREAK_MEAN_NS, CLEAN, Bounce, bounce
from sim.board.wire import Wire, WireState


class Side(Enum):
    """Where the tongue of the contact is."""

    REST = "rest"
    BETWEEN = "between"
    PRESSED = "pressed"


class Contact:
    """Joins a pin to ground: `pin` while pressed (normally open), `pin_nc` at rest (normally closed), or each in turn.

    With both it is a changeover contact, break before make: never are both pins joined to ground by it. Each way has
    its own wire, and the common one leads to ground. Movements happen by the board's schedule; any thread may ask.
    """

    def __init__(
        self,
        board: Board,
        rng: Random,
        pin: str | None = None,
        pin_nc: str | None = None,
        profile: Bounce = CLEAN,
    ) -> None:
        """ValueError without a pin."""
        if pin is None and pin_nc is None:
            raise ValueError("a contact needs a pin")
        self._board = board
        self._rng = rng
        self.profile = profile
        """How it moves; may be changed between two movements."""
        self._pins = {Side.PRESSED: pin, Side.REST: pin_nc}
        self._side = Side.REST
        self._pressed = False
        self._movement = 0
        self.wire = Wire(self._settle)
        self.wire_nc = Wire(self._settle)
        self.common = Wire(self._settle)
        if pin is not None:
            board.connect(pin, lambda: self._level(self.wire, Side.PRESSED))
        if pin_nc is not None:
            board.connect(pin_nc, lambda: self._level(self.wire_nc, Side.REST))

    @property
    def is_pressed(self) -> bool:
        """What the hand does; the tongue may still be on its way."""
        return self._pressed

    def press(self) -> None:
        """Begin to close now. A second press without a release is nothing."""
        self._move(pressed=True)

    def release(self) -> None:
        self._move(pressed=False)

    def chatter(self, edges: int, period_ns: int) -> None:
        """Flutter without coming to rest: so many edges, each `period_ns` ± 50 % after the other; then be as before.

        ValueError if `edges` is odd: it would not be as before.
        """
        if edges % 2:
            raise ValueError(f"{edges} edges do not lead back to where they began")
        with self._board.lock:
            home = Side.PRESSED if self._pressed else Side.REST
            # A side without a pin would flutter unheard.
            away = Side.BETWEEN if self._pins[home] is not None else _other(home)
            steps, at_ns = [], 0
            for number in range(edges):
                steps.append((at_ns, home if number % 2 else away))
                at_ns += round(period_ns * self._rng.uniform(0.5, 1.5))
            self._plan(steps)

    def glitch(self, pulses: int, length_ns: int, gap_ns: int) -> None:
        """Interference on the wire: the pin is pulled the other way, `pulses` times for `length_ns` ± 50 %.

        What is on the wire does not move the contact, and ends no movement.
        """
        pin = next(pin for pin in self._pins.values() if pin is not None)
        at_ns = self._board.clock.monotonic_ns()
        for _ in range(pulses):
            self._board.schedule.at(at_ns, partial(self._disturb, pin, disturbed=True))
            at_ns += round(length_ns * self._rng.uniform(0.5, 1.5))
            self._board.schedule.at(at_ns, partial(self._disturb, pin, disturbed=False))
            at_ns += round(gap_ns * self._rng.uniform(0.5, 1.5))

    def _disturb(self, pin: str, *, disturbed: bool) -> None:
        self._board.drive(pin, not self._board.level(pin) if disturbed else None)

    def _move(self, pressed: bool) -> None:
        with self._board.lock:
            if pressed == self._pressed:
                return
            self._pressed = pressed
            to = Side.PRESSED if pressed else Side.REST
            leaving = self._pins[_other(to)] is not None
            steps = self._steps(0, _other(to), Side.BETWEEN) if leaving else []
            arriving_ns = steps[-1][0] + self.profile.transfer_ns if leaving else 0
            steps += self._steps(arriving_ns, Side.BETWEEN, to)
            self._plan(steps + self._breaks(steps[-1][0], to))

    def _steps(self, start_ns: int, before: Side, after: Side) -> list[tuple[int, Side]]:
        offsets = bounce(self._rng, self.profile)
        return [(start_ns + offset, before if number % 2 else after) for number, offset in enumerate(offsets)]

    def _breaks(self, settled_ns: int, side: Side) -> list[tuple[int, Side]]:
        """Dirt: the contact loses touch now and then while it is held."""
        steps, at_ns = [], settled_ns
        for _ in range(self.profile.breaks if side is Side.PRESSED else 0):
            at_ns += round(self._rng.expovariate(1 / BREAK_EVERY_NS)) + 1
            steps.append((at_ns, Side.BETWEEN))
            at_ns += round(self._rng.expovariate(1 / BREAK_MEAN_NS)) + 1
            steps.append((at_ns, side))
        return steps

    def _plan(self, steps: list[tuple[int, Side]]) -> None:
        # A new movement ends the one before it, wherever the tongue is.
        self._movement += 1
        movement, now_ns = self._movement, self._board.clock.monotonic_ns()
        for offset_ns, side in steps:
            self._board.schedule.at(now_ns + offset_ns, partial(self._step, movement, side))

    def _step(self, movement: int, side: Side) -> None:
        with self._board.lock:
            if movement == self._movement:
                self._side = side
                self._settle()

    def _settle(self) -> None:
        self._board.settle(*(pin for pin in self._pins.values() if pin is not None))

    def _level(self, wire: Wire, side: Side) -> bool | None:
        if wire.state is WireState.SHORTED:
            return False
        whole = wire.state is WireState.WHOLE and self.common.state is not WireState.CUT
        return False if whole and self._side is side else None


def _other(side: Side) -> Side:
    return Side.REST if side is Side.PRESSED else Side.PRESSED
