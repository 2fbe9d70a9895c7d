"""One life of the agent, from power on to power off: in virtual time what device/loop.py is in real time."""

from collections import deque
from typing import Protocol

from device.hands import Hands
from device.logic.agent import Agent
from device.logic.effects import Effect
from device.logic.lamp import Look
from device.logic.units import MS
from device.loop import DRIFT_NS, RESAMPLE_NS
from drivers.gpio import GpioInputs
from drivers.ports import Clock, Edge, Fact, Tick
from sim.schedule import After

# An agent that asks to be asked again and again at one moment would stop the world.
_MOST_TURNS_AT_ONCE = 10_000


class Watcher(Protocol):
    """Whoever looks over the agent's shoulder."""

    def fact(self, fact: Fact) -> None: ...

    def effect(self, effect: Effect) -> None: ...

    def look(self, look: Look) -> None:
        """What the lamp says when a fact has been taken."""


class Life:
    """Facts are taken one after the other; nothing happens once the life is over."""

    def __init__(
        self, agent: Agent, hands: Hands, inputs: GpioInputs, clock: Clock, schedule: After, watcher: Watcher
    ) -> None:
        self.agent = agent
        self._hands = hands
        self._inputs = inputs
        self._clock = clock
        self._schedule = schedule
        self._watcher = watcher
        self._facts: deque[Fact] = deque()
        self._turning = False
        self._resampling = False
        self._over = False
        self._due_ns: int | None = None
        self._stuck_ns, self._stuck_turns = 0, 0
        self._wall = clock.wall()
        self._ask()

    def post(self, fact: Fact) -> None:
        if self._over:
            return
        self._facts.append(fact)
        if isinstance(fact, Edge) and not self._resampling:
            # Where no edge has come none can have been lost: two quiet days cost nothing.
            self._resampling = True
            self._schedule(RESAMPLE_NS, self._resample)
        if not self._turning:
            self._turning = True
            self._schedule(0, self._turn)

    def end(self) -> None:
        """Between two instructions, wherever it is."""
        self._over = True

    def stop(self) -> None:
        """In good order."""
        self._do(self.agent.stop(self._clock.monotonic_ns()))
        self._hands.store.close(orderly=True)
        self.end()

    def _turn(self) -> None:
        self._turning = False
        if self._over:
            return
        self._tell_wall_clock()
        while self._facts and not self._over:
            fact = self._facts.popleft()
            self._watcher.fact(fact)
            self._do(self.agent.feed(fact))
            self._watcher.look(self.agent.alarm_look)
        self._ask()

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            self._watcher.effect(effect)
            self._hands.do(effect)

    def _tell_wall_clock(self) -> None:
        wall = self._clock.wall()
        drift_ns = (wall.utc_ns - wall.at_ns) - (self._wall.utc_ns - self._wall.at_ns)
        if abs(drift_ns) > DRIFT_NS or wall.synced != self._wall.synced:
            self._wall = wall
            self._facts.appendleft(wall)

    def _ask(self) -> None:
        """Come back when the agent wants to be asked."""
        due_ns, now_ns = self.agent.due_ns(), self._clock.monotonic_ns()
        if due_ns is not None and (self._due_ns is None or due_ns < self._due_ns):
            self._due_ns = due_ns
            self._bound(now_ns, due_ns)
            self._schedule(max(due_ns - now_ns, 0), lambda: self._due(due_ns))

    def _bound(self, now_ns: int, due_ns: int) -> None:
        if due_ns > now_ns or now_ns != self._stuck_ns:
            self._stuck_ns, self._stuck_turns = now_ns, 0
        self._stuck_turns += 1
        if self._stuck_turns > _MOST_TURNS_AT_ONCE:
            raise RuntimeError(f"the agent turns for ever at {now_ns // MS} ms")

    def _due(self, due_ns: int) -> None:
        if due_ns == self._due_ns:
            self._due_ns = None
            self.post(Tick(self._clock.monotonic_ns()))

    def _resample(self) -> None:
        self._resampling = False
        if not self._over:
            self._inputs.resample()
