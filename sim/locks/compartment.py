"""One compartment: a leaf with a strike, a lock with a hook, a coil that frees it, and a switch for each."""

from enum import StrEnum
from functools import partial
from random import Random
from typing import Protocol

from sim.acts.words import Breaks, CableEnd, CableState, MechanismState
from sim.locks.signal import Signal
from sim.schedule import After

_MS = 1_000_000

# Guesses, for want of measurements: a small solenoid pulls in within some tens of milliseconds, the spring then needs
# as long again to move the leaf as far as its magnet is felt, and a hand pushes it back at once.
_HOOK_NS = (15 * _MS, 40 * _MS)
_LEAF_NS = (30 * _MS, 80 * _MS)
_RESHUT_NS = 60 * _MS


class Cause(StrEnum):
    """Why a door opened, or a current flows."""

    PULSE = "pulse"
    """The board was told to release this lock."""
    OPEN_ALL = "open-all"
    """The board was told to release all of them."""
    HOLD = "hold"
    """The board was told to keep the current on."""
    PULLED = "pulled"
    """By hand: nothing held it any more."""
    FORCED = "forced"


class Onlooker(Protocol):
    """Who is told the truth about a compartment, as it happens."""

    def opened(self, door: str, cause: Cause) -> None: ...

    def closed(self, door: str) -> None: ...

    def current(self, door: str, on: bool, cause: Cause) -> None: ...


class Compartment:
    """Begins shut and locked. The hook is a spring hook: the strike pushes it over, the coil lets it go. One thread."""

    def __init__(
        self,
        name: str,
        after: After,
        random: Random,
        onlooker: Onlooker,
        *,
        springs: bool = True,
        latch_closed_when_locked: bool = True,
        reed_closed_when_shut: bool = True,
    ) -> None:
        """springs: whether the leaf moves by itself when it is free; without, it stays until it is pulled."""
        self.name = name
        self._after = after
        self._random = random
        self._onlooker = onlooker
        self._springs = springs
        self._latch_when_locked = latch_closed_when_locked
        self._reed_when_shut = reed_closed_when_shut
        self._drive = CableState.WHOLE
        self._cause: Cause | None = None
        self._movement = 0
        self._pushed = False
        self._mechanism = MechanismState.GOOD
        self._has_strike = True
        self.is_open = False
        """The leaf."""
        self.is_hooked = True
        """The hook is over, whether or not it holds anything."""
        self.is_occupied = False
        """Something is inside."""
        self.latch = Signal(latch_closed_when_locked)
        self.reed = Signal(reed_closed_when_shut)

    @property
    def is_live(self) -> bool:
        """Current flows through the coil."""
        return self._cause is not None

    # ------------------------------------------------------------ hands

    def pull(self) -> None:
        """Nothing happens while the lock holds it."""
        if not self.is_open and not self._is_held:
            self._open(Cause.PULLED)

    def shut(self) -> None:
        """Push. A tripped hook is in the way of the strike: the door stays open."""
        if self.is_open:
            if self._is_held:
                return
            self._movement += 1
            self.is_open = False
            self.reed.move(self._reed_when_shut)
            self._onlooker.closed(self.name)
        if not self._has_strike:
            return
        if self.is_live:
            # The coil keeps the hook from catching as long as its current lasts.
            self._pushed = True
        else:
            self._hook(over=True)

    def force(self, breaks: Breaks = Breaks.HOOK) -> None:
        if self.is_open:
            return
        if breaks is Breaks.STRIKE:
            self._has_strike = False
        else:
            self._hook(over=False)
        self._open(Cause.FORCED)

    def trip_hook(self) -> None:
        """With the door open alone: a hook behind a shut door is out of reach."""
        if self.is_open and not self.is_live:
            self._hook(over=True)

    def untrip(self) -> None:
        """Draw back a hook that was tripped: behind a shut door it is out of reach."""
        if self.is_open and not self.is_live:
            self._hook(over=False)

    # ------------------------------------------------------------ faults

    def become(self, mechanism: MechanismState) -> None:
        self._mechanism = mechanism
        if mechanism is MechanismState.GOOD:
            self._has_strike = True

    def lay(self, end: CableEnd, state: CableState) -> None:
        """Cut, short or mend a cable."""
        match end:
            case CableEnd.LATCH:
                self.latch.become(state)
            case CableEnd.REED:
                self.reed.become(state)
            case CableEnd.LOCK:
                self._drive = state
                if state is not CableState.WHOLE:
                    self.rest()

    # ------------------------------------------------------------ the coil

    def energise(self, cause: Cause) -> None:
        """Current, unless the cable lets none through or it flows already."""
        if self._drive is not CableState.WHOLE or self.is_live:
            return
        self._cause = cause
        self._onlooker.current(self.name, True, cause)
        if self._mechanism is not MechanismState.JAMMED:
            self._movement += 1
            self._after(self._random.randint(*_HOOK_NS), partial(self._let_go, self._movement, cause))

    def rest(self) -> None:
        """No current."""
        cause, self._cause = self._cause, None
        if cause is None:
            return
        self._onlooker.current(self.name, False, cause)
        if self._pushed:
            self._pushed = False
            if not self.is_open:
                self._hook(over=True)

    # ------------------------------------------------------------ inside

    @property
    def _is_held(self) -> bool:
        """The hook holds the strike in, or keeps it out."""
        return self.is_hooked and self._has_strike

    def _let_go(self, movement: int, cause: Cause) -> None:
        if not self.is_live or movement != self._movement:
            return
        self._hook(over=False)
        if not self.is_open and (self._springs or self._mechanism is MechanismState.RESHUT):
            self._after(self._random.randint(*_LEAF_NS), partial(self._spring_open, movement, cause))

    def _spring_open(self, movement: int, cause: Cause) -> None:
        if movement != self._movement or self.is_open or self._is_held:
            return
        self._open(cause)
        if self._mechanism is MechanismState.RESHUT:
            self._after(_RESHUT_NS, self.shut)

    def _open(self, cause: Cause) -> None:
        self.is_open = True
        self._pushed = False
        self.reed.move(not self._reed_when_shut)
        self._onlooker.opened(self.name, cause)

    def _hook(self, *, over: bool) -> None:
        if over != self.is_hooked:
            self.is_hooked = over
            self.latch.move(self._latch_when_locked is over)
