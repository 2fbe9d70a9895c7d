"""One store in virtual time: the real drivers and agent on a virtual board, disk, link and supply."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from device.hands import Hands
from device.logic.agent import Agent, AgentSettings
from device.logic.bank.locker_bank import LockerBank
from device.logic.event import Happening
from device.logic.kinds import KINDS, ZoneType
from device.logic.lamp import Look, Shows
from drivers.gpio import GpioInputs, GpioOutputs
from drivers.lock_bank import LockBank
from drivers.lock_ports import Locks
from drivers.ports import Beginning, Clock, Fact, Keys, LinkDown, LinkUp, Place, Post, Pull
from sim.board.board import Board
from sim.board.bounce import PROFILES
from sim.board.contact import Contact
from sim.board.light import Light
from sim.control_room.values import Presence
from sim.disk import MemoryDisk, MemoryStore, Wiring, open_memory_store
from sim.renewal import Office, VirtualRenewer
from sim.schedule import Schedule
from sim.world.bank import WorldBank
from sim.world.broker import VirtualBroker
from sim.world.clock import DeviceClock
from sim.world.life import Life
from sim.world.link import VirtualLink
from sim.world.setup import BankSetup, StoreSetup
from sim.world.supply import Supply
from sim.world.watch import Watch
from sim.world.witness import Witness

LAMP_PIN, HEALTH_PIN = "GPIO22", "GPIO24"
LAMP, HEALTH = "counter-led", "health-led"
_LIGHTS = {LAMP: LAMP_PIN, HEALTH: HEALTH_PIN}
_INDICATORS = ((LAMP, Shows.ALARM), (HEALTH, Shows.HEALTH))


class Store:
    """Switch the power on, then let the world's time pass. Close it. One thread."""

    def __init__(
        self,
        setup: StoreSetup,
        *,
        seed: int,
        true_clock: Clock,
        schedule: Schedule,
        brokers: Sequence[VirtualBroker],
        room_keys: Keys,
        office: Office,
        runs_errands: bool,
        tell: Callable[[str, str, str], None],
        now_ns: Callable[[], int],
    ) -> None:
        """tell: writes into the chronicle: where, kind, text. now_ns: since the start of the world."""
        self.id = setup.id
        self.setup = setup
        self._true_clock = true_clock
        self._schedule = schedule
        self._tell = tell
        self._now_ns = now_ns
        self._random = Random(f"{seed} {setup.id}")
        self._room_keys = room_keys
        self._office = office
        self._runs_errands = runs_errands
        self._renewer: VirtualRenewer | None = None
        self.clock = DeviceClock(true_clock)
        self.board = Board(schedule, self.clock)
        self.contacts = {zone.name: self._contact(zone.name, seed) for zone in setup.zones}
        self.lamp = Light(self.board, LAMP_PIN)
        self.health = Light(self.board, HEALTH_PIN)
        self.bank = None if setup.bank is None else self._bank(setup.bank, seed)
        self.disk = MemoryDisk()
        people = frozenset(zone.name for zone in setup.zones if KINDS[zone.type].by_person)
        self.watch = Watch(lambda kind, text: tell(setup.id, kind, text), now_ns, true_clock.monotonic_ns, people)
        self.supply = Supply(true_clock.monotonic_ns, self.after, setup.battery_ns, self)
        self.link = VirtualLink(
            setup.id, brokers, setup.keepalive_s, self.clock, self.after, self._random, self._post, self._refusal
        )
        self._settings = AgentSettings(
            device=setup.id,
            version="sim",
            zones=setup.zones,
            indicators=_INDICATORS if setup.lamps else (),
            brokers=len(brokers),
            heartbeat_s=setup.heartbeat_s,
            certificate_expires_ns=None,
        )
        self._boots = self._lives = 0
        self._life: Life | None = None
        self._early: list[Fact] = []
        self._kept: MemoryStore | None = None
        self._store_delay_ns = 0
        self._swaps: list[frozenset[str]] = []
        self.room_thinks: Presence | None = None
        """What the control room believes; None before the first word."""
        self.heard_connection = 0
        """The newest connection that has told the control room that it is online."""

    def close(self) -> None:
        if self.bank is not None:
            self.bank.close()

    # ------------------------------------------------------------ what can be seen

    @property
    def witness(self) -> Witness:
        """What is remembered of it."""
        return self.watch.witness

    @property
    def is_on(self) -> bool:
        return self._life is not None

    @property
    def life_number(self) -> int:
        """Of the life that is, or was the last."""
        return self._lives

    @property
    def agent(self) -> Agent:
        """RuntimeError while the power is off."""
        if self._life is None:
            raise RuntimeError("the power is off")
        return self._life.agent

    @property
    def look(self) -> Look:
        """What the lamp under the counter says; dark without power."""
        return self._life.agent.alarm_look if self._life is not None else Look.DARK

    @property
    def told(self) -> list[Happening]:
        """Everything that the device has told, over all its lives."""
        return [told.happening for told in self.witness.told]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the device has recorded and not sent."""
        return () if self.disk.contents is None else self.disk.contents.notes

    def arrivals_of(self, place: Place) -> int:
        """How often the control room was given an event."""
        return self.witness.arrivals[place]

    # ------------------------------------------------------------ what can be done

    @property
    def store_delay_ns(self) -> int:
        """Time of one commit on the device's disk."""
        return self._store_delay_ns

    @store_delay_ns.setter
    def store_delay_ns(self, delay_ns: int) -> None:
        self._store_delay_ns = delay_ns
        if self._kept is not None:
            self._kept.delay_ns = delay_ns

    def after(self, delay_ns: int, action: Callable[[], None]) -> None:
        """Do something in so many nanoseconds."""
        self._schedule.at(self._true_clock.monotonic_ns() + delay_ns, action)

    def switch_on(self) -> None:
        self.supply.switch(on=True)

    def switch_off(self) -> None:
        """At whatever instruction: what was not committed is lost."""
        self.supply.switch(on=False)

    def restart(self) -> None:
        """The agent alone, in good order; nothing while the power is off."""
        if self._life is None or self._kept is None:
            return
        self._life.stop()
        self.link.close()
        self._end()
        self._start()

    def pins_of(self, zone: str) -> tuple[str, ...]:
        return next(each.pins for each in self.setup.zones if each.name == zone)

    def is_supply_zone(self, zone: str) -> bool:
        """Its contact shows mains or battery, and is nobody's to press."""
        kind = next(each.type for each in self.setup.zones if each.name == zone)
        return kind in (ZoneType.MAINS, ZoneType.BATTERY)

    def swap(self, zone: str, other: str) -> None:
        """Exchange two zones' wires at the board, or the cables to two doors' locks; once more puts them right."""
        if self.bank is not None and self.bank.has_doors((zone, other)):
            self.bank.swap(zone, other)
            return
        pair = frozenset({zone, other})
        if self._swaps and self._swaps[-1] == pair:
            self._swaps.pop()
        else:
            self._swaps.append(pair)
        self._exchange(pair)

    def unswap(self) -> None:
        """Put every exchanged wire right."""
        while self._swaps:
            self._exchange(self._swaps.pop())

    def _exchange(self, pair: frozenset[str]) -> None:
        pins, other_pins = (self.pins_of(zone) for zone in sorted(pair))
        for pin, other_pin in zip(pins, other_pins, strict=True):
            self.board.swap(pin, other_pin)

    # ------------------------------------------------------------ what the supply does

    def power_on(self) -> None:
        """A fresh boot: the disk is as it was left."""
        self._boots += 1
        self._tell(self.id, "power", "on")
        self._start()

    def cut_power(self) -> None:
        self._tell(self.id, "power", "cut")
        if self._life is None or self._kept is None:
            return
        self._life.end()
        self._kept.cut()
        self.link.cut()
        self._end()

    def show_mains(self, lost: bool) -> None:
        self._show(ZoneType.MAINS, active=lost)

    def show_battery(self, low: bool) -> None:
        self._show(ZoneType.BATTERY, active=low)

    def _show(self, kind: ZoneType, *, active: bool) -> None:
        for zone in self.setup.zones:
            if zone.type is kind:
                contact = self.contacts[zone.name]
                (contact.press if active else contact.release)()

    # ------------------------------------------------------------ a life

    def _start(self) -> None:
        self._lives += 1
        boot, life = f"{self.id}-boot-{self._boots}", self._lives
        post = self._post_of(life)
        wiring = Wiring(post, self.clock, self.after)
        random_hex = f"{self._random.getrandbits(32):08x}"
        self._kept, beginning = open_memory_store(self.disk, wiring, boot, random_hex=random_hex)
        self._kept.delay_ns = self._store_delay_ns
        self._renewer = VirtualRenewer(self._office, self.clock, self.after, post)
        inputs, outputs = GpioInputs(self.board, post, self.clock), GpioOutputs(self.board)
        for zone in self.setup.zones:
            for pin in zone.pins:
                inputs.watch(pin, zone.pull)
        for pin in () if self.setup.bank is None else self.setup.bank.reed_pins.values():
            inputs.watch(pin, Pull.UP)
        for pin in _LIGHTS.values():
            outputs.claim(pin, active_high=True)
        locks: Locks = LockBank() if self.bank is None else self.bank.begin(post)
        is_blind = self.disk.broken is not None or self.witness.is_disk_harmed
        self.watch.begin(life, beginning, is_blind=is_blind)
        agent = self._agent(beginning, boot)
        hands = Hands(outputs, self.link, self._kept, self._renewer, locks, _LIGHTS)
        self._life = Life(agent, hands, inputs, self.clock, self.after, self.watch)
        early, self._early = self._early, []
        for fact in early:
            self._life.post(fact)

    def _agent(self, beginning: Beginning, boot: str) -> Agent:
        in_force, staged = self._office.load()
        settings = replace(
            self._settings,
            certificate_expires_ns=in_force.expires_ns,
            runs_errands=self._runs_errands,
            staged=staged,
        )
        wall = self.clock.wall()
        lockers = None if self.bank is None else LockerBank(self.bank.settings, beginning, wall)
        return Agent(settings, beginning, boot, wall, in_force.signer, self._room_keys, self._random.random, lockers)

    def _end(self) -> None:
        self._life = self._kept = None
        if self.bank is not None:
            self.bank.end()
        self.board.close()
        self.watch.end()

    def _post_of(self, life: int) -> Post:
        """What was begun in one life is never answered in another."""
        return lambda fact: self._post(fact) if life == self._lives else None

    def _post(self, fact: Fact) -> None:
        self.watch.posted(fact)
        if self._life is not None:
            self._life.post(fact)
        elif not isinstance(fact, LinkUp | LinkDown):
            self._early.append(fact)

    def _refusal(self) -> str | None:
        return None if self._renewer is None else self._renewer.refusal()

    def _bank(self, setup: BankSetup, seed: int) -> WorldBank:
        return WorldBank(setup, self.id, seed, self.board, self._true_clock, self.after)

    def _contact(self, name: str, seed: int) -> Contact:
        zone = next(zone for zone in self.setup.zones if zone.name == name)
        random, profile = Random(f"{seed} {self.id} {name}"), PROFILES[self.setup.bounce]
        if zone.normally_closed:
            return Contact(self.board, random, None, zone.pin, profile)
        return Contact(self.board, random, zone.pin, zone.pin_nc, profile)
