"""The main loop: the one thread that owns all state. Facts in, effects out; it sleeps until something is due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from device.errors import ThreadDiedError
from device.hands import Hands
from device.inbox import Inbox
from device.logic.agent import Agent
from device.logic.effects import Effect
from device.logic.units import MS, S
from drivers.lock_ports import BoardSilent, BusDown, BusUp, Locks
from drivers.ports import (
    Clock,
    ErrandDone,
    Fact,
    Inputs,
    Link,
    LinkDown,
    LinkUp,
    Outputs,
    Promoted,
    Renewer,
    Store,
    StoreFailed,
    Tick,
)
from drivers.systemd import ServiceManager

_LOG = logging.getLogger(__name__)

# A missed edge is mended this soon: lgpio and the kernel are known to lose one now and then (lg issue 18).
RESAMPLE_NS = 250 * MS
# A processor that has slept for long wakes some 0.3 ms late, and its caches are cold. So the loop wakes early before
# something is due, rehearses, and does not sleep again for less than a nap (make bench: 2.2 → 0.9 ms to a subscriber).
DOZE_NS = 1 * MS
NAP_NS = 3 * MS // 10
# Facts that are taken before time is looked at again.
BURST = 256
# The wall clock is told again when it has moved against the monotonic one by more than events are stamped with.
DRIFT_NS = 1 * MS

Observer = Callable[[Fact | Effect, int], None]


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside, as the loop needs it. `lights`: indicator name → pin."""

    clock: Clock
    inputs: Inputs
    outputs: Outputs
    link: Link
    store: Store
    renewer: Renewer
    locks: Locks
    service: ServiceManager
    lights: dict[str, str]


class Loop:
    """Runs one agent on its ports. `stop` may be called from any thread or signal handler, all else from one thread."""

    def __init__(self, agent: Agent, ports: Ports, inbox: Inbox, observe: Observer | None = None) -> None:
        """observe: told every fact, with the time in ns when it was taken, and every effect when it is carried out.

        What the agent has made of a fact shows already when the fact is told.
        """
        self._agent = agent
        self._ports = ports
        self._hands = Hands(ports.outputs, ports.link, ports.store, ports.renewer, ports.locks, ports.lights)
        self._inbox = inbox
        self._observe = observe
        self._stopping = False
        self._resample_ns = 0
        self._alive_ns = 0
        self._due_ns = agent.due_ns()
        self._rehearsed = False
        self._wall = ports.clock.wall()

    @property
    def agent(self) -> Agent:
        """To look at, on the thread that runs."""
        return self._agent

    def run(self) -> None:
        """Until `stop`. Closes every port in the end. Raises ThreadDiedError or GpioError when only a restart helps."""
        self._ports.service.ready()
        try:
            while not self._stopping:
                self._turn()
            self._ports.service.stopping()
            self._carry_out(self._agent.stop(self._ports.clock.monotonic_ns()))
        finally:
            self._ports.locks.close()
            self._ports.inputs.close()
            self._ports.renewer.close()
            self._ports.store.close(orderly=self._stopping)
            self._ports.link.close()
            self._ports.outputs.close()

    def stop(self) -> None:
        self._stopping = True
        self._inbox.post(Tick(0))

    def _turn(self) -> None:
        fact = self._inbox.get(self._sleep_s())
        # What was due before the sleep still is if nothing is fed: between a press and its alarm every step counts.
        is_news = self._tell_wall_clock() or fact is not None
        fed = 0
        while fact is not None:
            self._feed(fact)
            fed += 1
            fact = self._inbox.get(0) if fed < BURST else None
        now_ns = self._ports.clock.monotonic_ns()
        if is_news:
            self._due_ns = self._agent.due_ns()
        elif self._due_ns is not None and now_ns < self._due_ns <= now_ns + DOZE_NS and not self._rehearsed:
            self._rehearse(now_ns)
            return
        # While edges still wait in the inbox nothing may be concluded from the time that has passed.
        if fed < BURST and self._due_ns is not None and now_ns >= self._due_ns:
            self._feed(Tick(now_ns))
            self._due_ns = self._agent.due_ns()
            self._rehearsed = False
        if now_ns >= self._resample_ns:
            self._resample_ns = now_ns + RESAMPLE_NS
            self._ports.inputs.resample()
        self._stay_alive(now_ns)

    def _rehearse(self, now_ns: int) -> None:
        """Between dozing off and what is due: everything that an alarm needs is used once, so that it is warm."""
        self._rehearsed = True
        self._agent.rehearse()
        self._ports.link.stand_by()
        self._feed(Tick(now_ns))
        self._due_ns = self._agent.due_ns()

    def _sleep_s(self) -> float:
        wake_ns = self._resample_ns if self._due_ns is None else min(self._due_ns, self._resample_ns)
        left_ns = wake_ns - self._ports.clock.monotonic_ns()
        if left_ns > DOZE_NS:
            return (left_ns - DOZE_NS) / S
        return left_ns / S if left_ns > NAP_NS else 0.0

    def _feed(self, fact: Fact) -> None:
        taken_ns = self._ports.clock.monotonic_ns()
        _log_fact(fact)
        effects = self._agent.feed(fact)
        if self._observe is not None:
            self._observe(fact, taken_ns)
        self._carry_out(effects)

    def _tell_wall_clock(self) -> bool:
        wall = self._ports.clock.wall()
        drift_ns = (wall.utc_ns - wall.at_ns) - (self._wall.utc_ns - self._wall.at_ns)
        if abs(drift_ns) <= DRIFT_NS and wall.synced == self._wall.synced:
            return False
        self._wall = wall
        self._feed(wall)
        return True

    def _stay_alive(self, now_ns: int) -> None:
        if now_ns < self._alive_ns:
            return
        for port, name in ((self._ports.link, "MQTT"), (self._ports.store, "store"), (self._ports.locks, "lock")):
            if not port.alive:
                raise ThreadDiedError(f"the {name} thread has ended")
        self._ports.service.alive()
        self._alive_ns = now_ns + int((self._ports.service.watchdog_s or 10) * S / 4)

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            self._hands.do(effect)
            if self._observe is not None:
                self._observe(effect, self._ports.clock.monotonic_ns())


def _log_fact(fact: Fact) -> None:
    match fact:
        case LinkUp():
            _LOG.info("connected to broker %d", fact.broker + 1)
        case LinkDown():
            _LOG.warning("no connection to broker %d: %s", fact.broker + 1, fact.reason)
        case StoreFailed():
            _LOG.error("the store does not keep events: %s", fact.text)
        case ErrandDone(failed=str(reason)):
            _LOG.warning("the office was asked in vain: %s", reason)
        case Promoted(failed=None):
            _LOG.info("a new identity is in force")
        case BusDown():
            _LOG.error("no lock board on bus %s can be heard: %s", fact.bus, fact.why)
        case BusUp():
            _LOG.info("bus %s is open", fact.bus)
        case BoardSilent():
            _LOG.error("lock board %s/%d does not answer: %s", fact.bus, fact.board, fact.why)
        case Promoted():
            _LOG.error("the new identity cannot be put in force: %s", fact.failed)
        case _:
            pass
