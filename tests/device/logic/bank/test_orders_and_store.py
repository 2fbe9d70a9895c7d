"""Commands on a disk that fails, under a power that is cut: none is carried out twice, or late, or too often."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from device.logic.bank.kept import conclusion_of
from device.logic.bank.orders import OrderOutcome, Orders
from device.logic.bank.release import Released, ReleaseResult
from device.logic.command import Command
from device.logic.event import Happening
from device.logic.units import S
from drivers.command_ports import CommandKept, CommandNotKept, CommandState
from drivers.ports import Beginning, Fact, Place, Record, StoreFault, Urgency
from sim.disk import MemoryDisk, MemoryStore, Wiring, open_memory_store
from sim.schedule import Action, VirtualTime
from tests.device.logic.bank.order_desk import SETTINGS, PlayedBank

STEPS, SEEDS = 120, 150


class World:
    """A device with a bank, and a broker that brings commands again and again.

    corrupts: the disk does so. lies: somebody has the ear of the time server; the disk can be read at least.
    results: what becomes of doors.
    """

    def __init__(
        self,
        seed: int,
        *,
        corrupts: bool = False,
        lies: bool = False,
        results: tuple[ReleaseResult, ...] = tuple(ReleaseResult),
    ) -> None:
        self.random = Random(seed)
        self._results = results
        self._breaks = not lies
        self.time = VirtualTime()
        self.true = VirtualTime()
        self.disk = MemoryDisk()
        self.given: list[Command] = []
        self.released: list[tuple[str, int]] = []
        """Every jti with which a door was released, and when."""
        self.told: list[Happening] = []
        self._facts: list[Fact] = []
        self._life = 0
        self._acts = [self.give, self.give, self.bring, self.bring, self.wait, self.wait, self.answer, self.cut]
        self._acts += [self.spoil, self.mend, self.lose_time, self.find_time]
        self._acts += [self.corrupt] * corrupts + [self.turn_back] * lies
        self.start()

    def play(self) -> None:
        for _ in range(STEPS):
            self.random.choice(self._acts)()
            self._pass(0)

    # ------------------------------------------------------------ acts

    def give(self) -> None:
        """The control room gives a command; it may arrive."""
        now_s = self.true.clock.wall().utc_ns // S
        jti = f"c-{len(self.given)}"
        issued_s = now_s + self.random.randint(-5, 8)
        self.given.append(Command(jti, "door.unlock", issued_s, issued_s + 60, {"door": "07"}))
        if self.random.random() < 0.7:
            self._take(self.given[-1])

    def bring(self) -> None:
        if self.given:
            self._take(self.random.choice(self.given[-8:]) if self.random.random() < 0.8 else self.given[0])

    def wait(self) -> None:
        self._pass(self.random.choice((1, 1, 20, 70, 700)) * S)

    def answer(self) -> None:
        while self.bank.asked:
            door, jti = self.bank.asked.pop()
            result = self.random.choice(self._results)
            now_ns = self.time.clock.monotonic_ns()
            self._do(self.orders.released(Released(jti, door, result, now_ns), now_ns))

    def cut(self) -> None:
        self.store.cut()
        if self.random.random() < 0.5:
            self._pass(self.random.choice((1, 30, 300)) * S)
        self.start()

    def spoil(self) -> None:
        if self._breaks and self.random.random() < 0.5:
            self.disk.broken = StoreFault.FAILED
        else:
            self.disk.fill()

    def mend(self) -> None:
        self.disk.broken = self.disk.room = None

    def corrupt(self) -> None:
        self.disk.corrupt()

    def lose_time(self) -> None:
        """As after a start without a battery behind the clock."""
        slow_ns = self.random.choice((0, 10, 5000)) * S
        self.time.clock.set_wall(self.true.clock.wall().utc_ns - slow_ns, synced=False)

    def find_time(self) -> None:
        self.time.clock.set_wall(self.true.clock.wall().utc_ns, synced=True)

    def turn_back(self) -> None:
        """To when a command that was heard was still good."""
        if self.given:
            self.time.clock.set_wall(self.random.choice(self.given).issued_s * S + 9 * S, synced=True)

    # ------------------------------------------------------------ machinery

    def start(self) -> None:
        self._life += 1
        self._facts.clear()
        wiring = Wiring(self._facts.append, self.time.clock, self._plan)
        self.store: MemoryStore
        self.beginning: Beginning
        self.store, self.beginning = open_memory_store(self.disk, wiring, "boot", random_hex=f"{self._life:08x}")
        self.store.delay_ns = self.random.choice((0, S, 90 * S))
        self.bank = PlayedBank()
        self._seq = 0
        begun = self.beginning
        self.orders = Orders(self.bank, SETTINGS, begun.commands, self.time.clock.wall(), begun.commands_from_ns)
        self._do(list(self.orders.begin(self.time.clock.monotonic_ns())))

    def _take(self, command: Command) -> None:
        self._do(self.orders.take(command, self.time.clock.monotonic_ns(), self.time.clock.wall()))

    def _do(self, outcomes: list[OrderOutcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Happening):
                self.told.append(outcome)
                self._seq += 1
                place = Place(self.beginning.epoch, self._seq)
                self.store.save(Record(place, Urgency.NORMAL, str(place), b""), conclusion_of(outcome))
            else:
                self.store.keep_command(outcome.command)

    def _pass(self, span_ns: int) -> None:
        """Whatever the disk answers on the way is heard when it is said."""
        end_ns = self.time.clock.monotonic_ns() + span_ns
        while (next_ns := self.time.schedule.next_ns()) is not None and next_ns <= end_ns:
            self._move_to(max(next_ns, self.time.clock.monotonic_ns()))
        self._move_to(end_ns)

    def _move_to(self, at_ns: int) -> None:
        self.true.run_for(at_ns - self.time.clock.monotonic_ns())
        self.time.run_until(at_ns)
        facts, self._facts[:] = list(self._facts), []
        for fact in facts:
            if isinstance(fact, CommandKept | CommandNotKept):
                before = len(self.bank.asked)
                self._do(self.orders.feed(fact, at_ns))
                now_ns = self.true.clock.wall().utc_ns
                self.released += [(jti, now_ns) for _, jti in self.bank.asked[before:]]
        self._do(self.orders.tick(at_ns))

    def _plan(self, delay_ns: int, action: Action) -> None:
        self.time.schedule.at(self.time.clock.monotonic_ns() + delay_ns, action)


def played(seed: int, **kind: Any) -> World:
    world = World(seed, **kind)
    world.play()
    return world


@pytest.mark.parametrize(("corrupts", "lies"), [(False, False), (True, False), (False, True)])
def test_no_command_is_carried_out_twice(corrupts: bool, lies: bool) -> None:
    released = 0
    for seed in range(SEEDS):
        world = played(seed, corrupts=corrupts, lies=lies)
        twice = [jti for jti, times in Counter(jti for jti, _ in world.released).items() if times > 1]
        assert twice == [], seed
        released += len(world.released)

    assert released > SEEDS


@pytest.mark.parametrize("corrupts", [False, True])
def test_no_command_is_carried_out_late(corrupts: bool) -> None:
    for seed in range(SEEDS):
        world = played(seed, corrupts=corrupts)
        expiry_ns = {command.jti: command.expires_s * S for command in world.given}
        assert [jti for jti, at_ns in world.released if at_ns >= expiry_ns[jti]] == [], seed


def test_no_more_doors_are_opened_than_are_allowed_whatever_happens_to_the_power() -> None:
    """What a board declined, or never got, does not count; so something is sent for every command here."""
    most = 0
    for seed in range(SEEDS):
        world = played(seed, results=(ReleaseResult.OPENED, ReleaseResult.JAMMED, ReleaseResult.UNKNOWN))
        times = sorted(at_ns for _, at_ns in world.released)
        for at_ns in times:
            most = max(most, sum(1 for other_ns in times if at_ns <= other_ns < at_ns + 600 * S))

    assert most == SETTINGS.remote_opens


def test_every_command_that_was_carried_out_has_an_outcome_in_the_end() -> None:
    for seed in range(SEEDS):
        world = played(seed)
        world.mend()
        world.find_time()
        for _ in range(3):
            world.cut()
            world._pass(1000 * S)
        ended = {told.subject for told in world.told if told.detail.get("reason") != "seen before"}
        assert {jti for jti, _ in world.released} <= ended, seed
        assert all(
            command.state is not CommandState.TAKEN for command in world.store.crash("boot", "0" * 8)[1].commands
        )
