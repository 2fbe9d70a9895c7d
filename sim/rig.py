"""A whole store in virtual time: the real drivers and agent on a virtual board, disk, network and control room.

One thread; nothing sleeps; 48 hours are over as soon as everything in them has happened.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from random import Random

from device.hands import Hands
from device.logic.agent import Agent, AgentSettings
from device.logic.effects import Effect, Save
from device.logic.event import Happening
from device.logic.lamp import Shows
from device.logic.receipt import Answer
from device.logic.units import MS, S
from device.logic.zone import ZoneSettings
from drivers.gpio import GpioInputs, GpioOutputs
from drivers.ports import Beginning, Edge, Fact, Keys, Message, Place, Post, Signer, Tick
from sim.board.board import Board
from sim.board.bounce import CLEAN, Bounce
from sim.board.contact import Contact
from sim.board.light import Light
from sim.clock import ManualClock
from sim.control_room.core import RoomCore
from sim.control_room.desk import Letter, TakenEvent
from sim.disk import MemoryDisk, MemoryStore, Wiring, open_memory_store
from sim.network.virtual_link import VirtualLink
from sim.renewal import NoOffice, Office, VirtualRenewer
from sim.schedule import VirtualTime

LAMP_PIN, HEALTH_PIN = "GPIO22", "GPIO24"
LAMP, HEALTH = "counter-led", "health-led"
RESAMPLE_NS = 250 * MS
_INDICATORS = ((LAMP, Shows.ALARM), (HEALTH, Shows.HEALTH))


class Rig:
    """One device and its control room. Switch the power on, then let time pass with `run_for`."""

    def __init__(
        self,
        device: str,
        zones: tuple[ZoneSettings, ...],
        signer: Signer,
        room: RoomCore,
        room_keys: Keys,
        *,
        brokers: int = 1,
        seed: int = 0,
        bounce: Bounce = CLEAN,
        lamps: bool = True,
        clock: ManualClock | None = None,
        heartbeat_s: int = 15,
        office: Office | None = None,
    ) -> None:
        """lamps: without them long times pass much faster, since nothing blinks.

        office: what the device can ask for a new identity; without one it has `signer` for ever.
        """
        self.time = VirtualTime(clock)
        self.clock = self.time.clock
        self.room = room
        self.disk = MemoryDisk()
        self.board = Board(self.time.schedule, self.clock)
        self.contacts = {zone.name: _contact(self.board, zone, seed, bounce) for zone in zones}
        self.lamp = Light(self.board, LAMP_PIN)
        self.health = Light(self.board, HEALTH_PIN)
        self.told: list[Happening] = []
        """Everything that the device has told, over all its runs."""
        self.room_is_away = False
        self._store_delay_ns = 0
        self._arrivals: Counter[Place] = Counter()
        self._runs_errands = office is not None
        self._office = office or NoOffice(signer)
        self._renewer: VirtualRenewer | None = None
        self._room_keys = room_keys
        self._random = Random(seed)
        self._settings = AgentSettings(
            device=device,
            version="sim",
            zones=zones,
            indicators=_INDICATORS if lamps else (),
            brokers=brokers,
            heartbeat_s=heartbeat_s,
            certificate_expires_ns=None,
        )
        self.link = VirtualLink(brokers, 10, self.clock, self._after, self._post, self._deliver, self._refusal)
        self._boots = count(1)
        self._boot = ""
        self._run: _Run | None = None
        self._room_tick_ns: int | None = None

    @property
    def agent(self) -> Agent:
        """RuntimeError while the power is off."""
        if self._run is None:
            raise RuntimeError("the power is off")
        return self._run.agent

    @property
    def store_delay_ns(self) -> int:
        """Time of one commit on the device's disk."""
        return self._store_delay_ns

    @store_delay_ns.setter
    def store_delay_ns(self, delay_ns: int) -> None:
        self._store_delay_ns = delay_ns
        if self._run is not None:
            self._run.store.delay_ns = delay_ns

    def power_on(self) -> None:
        """A fresh boot: the disk is as it was left."""
        self._boot = f"boot-{next(self._boots)}"
        store, beginning = self._open_store()
        store.delay_ns = self._store_delay_ns
        self._run = _Run(self, store, beginning)
        self._run.arm()

    def cut_power(self) -> None:
        """Nothing happens on the device any more; the disk keeps what was committed."""
        if self._run is not None:
            self._run.end()
            self._run = None
            self.link.cut()
            self.board.close()

    def run_for(self, seconds: float) -> None:
        self.time.run_for(round(seconds * S))

    def press(self, zone: str, for_s: float = 0.2, at_s: float = 0.0) -> None:
        """Press in `at_s` from now, and let go after `for_s`."""
        contact = self.contacts[zone]
        self._after(round(at_s * S), contact.press)
        self._after(round((at_s + for_s) * S), contact.release)

    def chatter(self, zone: str, edges: int, period_ns: int, at_s: float = 0.0) -> None:
        """Let a contact chatter, in `at_s` from now. `edges` is even."""
        self._after(round(at_s * S), partial(self.contacts[zone].chatter, edges, period_ns))

    def operate(self, place: Place, answer: Answer, reason: str | None = None) -> None:
        """A person in the control room acts on an event. KeyError if it has not arrived."""
        self._reply(self.room.operate(self._settings.device, place, answer, self.clock.wall(), reason))

    def notes(self) -> tuple[str, ...]:
        """What the device has recorded and not sent."""
        return () if self.disk.contents is None else self.disk.contents.notes

    def arrivals_of(self, place: Place) -> int:
        """How often the control room was given an event."""
        return self._arrivals[place]

    # ------------------------------------------------------------ what the run needs

    def open_run(self, store: MemoryStore, beginning: Beginning) -> tuple[Agent, Hands, GpioInputs]:
        """Wire an agent as device/app.py does."""
        in_force, staged = self._office.load()
        renewer = VirtualRenewer(self._office, self.clock, self._after, self._post_to(self._boot))
        self._renewer = renewer
        agent = Agent(
            replace(
                self._settings,
                certificate_expires_ns=in_force.expires_ns,
                runs_errands=self._runs_errands,
                staged=staged,
            ),
            beginning,
            self._boot,
            self.clock.wall(),
            in_force.signer,
            self._room_keys,
            self._random.random,
        )
        outputs = GpioOutputs(self.board)
        for pin in (LAMP_PIN, HEALTH_PIN):
            outputs.claim(pin, active_high=True)
        inputs = GpioInputs(self.board, self._post, self.clock)
        hands = Hands(outputs, self.link, store, renewer, {LAMP: LAMP_PIN, HEALTH: HEALTH_PIN})
        for zone in self._settings.zones:
            for pin in zone.pins:
                inputs.watch(pin, zone.pull)
        return agent, hands, inputs

    def _open_store(self) -> tuple[MemoryStore, Beginning]:
        wiring = Wiring(self._post, self.clock, self._after)
        return open_memory_store(self.disk, wiring, self._boot, random_hex=f"{self._random.getrandbits(32):08x}")

    def _post(self, fact: Fact) -> None:
        if self._run is not None:
            self._run.post(fact)

    def _post_to(self, boot: str) -> Post:
        """What was begun before a power cut is never answered after it."""
        return lambda fact: self._post(fact) if boot == self._boot else None

    def _refusal(self) -> str | None:
        return None if self._renewer is None else self._renewer.refusal()

    def _after(self, delay_ns: int, action: Callable[[], None]) -> None:
        self.time.schedule.at(self.clock.monotonic_ns() + delay_ns, action)

    # ------------------------------------------------------------ the control room

    def _deliver(self, message: Message) -> None:
        if self.room_is_away:
            return
        now = self.clock.wall()
        turn = self.room.take([Letter(now.at_ns, message.topic, message.payload)], now)
        self._arrivals.update(taken.event.place for taken in turn.taken if isinstance(taken, TakenEvent))
        self._reply(turn.messages)

    def _reply(self, messages: tuple[Message, ...]) -> None:
        for message in messages:
            self._after(self.link.latency_ns, partial(self.link.receive, message))
        self.room.note_receipts()
        due_ns = self.room.due_ns()
        if due_ns is not None and due_ns != self._room_tick_ns:
            self._room_tick_ns = due_ns
            self.time.schedule.at(due_ns, self._room_due)

    def _room_due(self) -> None:
        self._room_tick_ns = None
        self._reply(self.room.tick(self.clock.wall()))


class _Run:
    """One life of the agent, from power on to power off: what device/loop.py is in real time."""

    def __init__(self, rig: Rig, store: MemoryStore, beginning: Beginning) -> None:
        self._rig = rig
        self._facts: deque[Fact] = deque()
        self._turning = False
        self._resampling = False
        self._over = False
        self._due_ns: int | None = None
        self._wall = rig.clock.wall()
        self.store = store
        self._beginning = beginning

    def arm(self) -> None:
        self.agent, self._hands, self._inputs = self._rig.open_run(self.store, self._beginning)
        self._ask()

    def post(self, fact: Fact) -> None:
        self._facts.append(fact)
        if isinstance(fact, Edge) and not self._resampling:
            self._resampling = True
            self._rig.time.schedule.at(self._rig.clock.monotonic_ns() + RESAMPLE_NS, self._resample)
        if not self._turning and not self._over:
            self._turning = True
            self._rig.time.schedule.at(self._rig.clock.monotonic_ns(), self._turn)

    def end(self) -> None:
        self._over = True

    def _turn(self) -> None:
        self._turning = False
        if self._over:
            return
        wall = self._rig.clock.wall()
        if wall.utc_ns - wall.at_ns != self._wall.utc_ns - self._wall.at_ns or wall.synced != self._wall.synced:
            self._wall = wall
            self._facts.appendleft(wall)
        while self._facts:
            self._do(self.agent.feed(self._facts.popleft()))
        self._ask()

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Save) and effect.happening is not None:
                self._rig.told.append(effect.happening)
            self._hands.do(effect)

    def _ask(self) -> None:
        """Come back when the agent wants to be asked."""
        due_ns = self.agent.due_ns()
        if due_ns is not None and (self._due_ns is None or due_ns < self._due_ns):
            self._due_ns = due_ns
            self._rig.time.schedule.at(max(due_ns, self._rig.clock.monotonic_ns()), partial(self._due, due_ns))

    def _due(self, due_ns: int) -> None:
        if due_ns == self._due_ns:
            self._due_ns = None
            self.post(Tick(self._rig.clock.monotonic_ns()))

    def _resample(self) -> None:
        # Where no edge has come none can have been lost: two quiet days cost nothing.
        self._resampling = False
        if not self._over:
            self._inputs.resample()


def _contact(board: Board, zone: ZoneSettings, seed: int, bounce: Bounce) -> Contact:
    rng = Random(f"{seed} {zone.name}")
    if zone.normally_closed:
        return Contact(board, rng, None, zone.pin, bounce)
    return Contact(board, rng, zone.pin, zone.pin_nc, bounce)
