"""What holds whatever is heard, asked and waited for."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.bank.bank import Bank, BankOutcome
from device.logic.bank.duty import PULSES, PULSES_WINDOW_NS, REST_NS
from device.logic.bank.release import Released
from device.logic.bank.settings import BankSettings, DoorSettings, Night, Reed, Spot
from device.logic.effects import Pulse
from device.logic.event import Happening, Phase
from device.logic.units import MS, S
from drivers.lock_ports import BoardRead, BoardSilent, BusDown, BusUp, LockFact, PulseBegan, PulseEnd, PulseOver
from drivers.ports import Edge, WallClock
from tests.device.logic.bank.cabinet import NOON_NS

DOORS = (
    *(DoorSettings(f"0{n}", f"left/1/{n}", Spot("left", 1, n), Reed(f"GPIO{n}"), fits_person=n == 1) for n in (1, 2)),
    *(DoorSettings(f"1{n}", f"left/2/{n}", Spot("left", 2, n), None, fits_person=n == 1) for n in (1, 2)),
    DoorSettings("21", "GPIO16", None, Reed("reeds/3")),
    DoorSettings("31", "right/1/1", Spot("right", 1, 1), Reed("reeds/4", closed_when_shut=False)),
    DoorSettings("41", None, Spot("right", 1, 2)),
)
NAMES = [door.name for door in DOORS]
LOCKS = [door.lock for door in DOORS if door.lock is not None]
PINS = [door.reed.pin for door in DOORS if door.reed is not None]
SETTINGS = BankSettings(tuple(replace(door, pulse_ns=300 * MS) for door in DOORS), Night(0, 1439, 0))

buses = st.sampled_from(["left", "right", "reeds", "elsewhere"])
boards = st.integers(1, 3)
facts: st.SearchStrategy[Callable[[int], LockFact | Edge]] = st.one_of(
    st.builds(lambda pin, high: lambda at: Edge(at, pin, high), st.sampled_from([*PINS, "GPIO27"]), st.booleans()),
    st.builds(lambda bus, n, word: lambda at: BoardRead(at, bus, n, word), buses, boards, st.integers(0, 7)),
    st.builds(lambda bus, n, word: lambda at: BoardRead(at, bus, n, word), buses, boards, st.integers(0, 2**64)),
    st.builds(lambda bus, n: lambda at: BoardSilent(at, bus, n, "no answer"), buses, boards),
    st.builds(lambda bus: lambda at: BusDown(at, bus, "EIO"), buses),
    st.builds(lambda bus: lambda at: BusUp(at, bus), buses),
    st.builds(lambda lock: lambda at: PulseBegan(at, lock), st.sampled_from([*LOCKS, "left/9/9"])),
    st.builds(
        lambda lock, end: lambda at: PulseOver(at, lock, end),
        st.sampled_from([*LOCKS, "left/9/9"]),
        st.sampled_from(PulseEnd),
    ),
)
waits_ms = st.one_of(st.integers(0, 400), st.integers(0, 40_000), st.sampled_from([60, 250, 300, 700_000]))


class _Watch:
    """A bank whose every outcome is checked against what must always hold."""

    def __init__(self) -> None:
        self.bank = Bank(SETTINGS, 0, 1)
        self.now_ns = 0
        self.phases: dict[tuple[str, str], Phase] = {}
        self.asked: Counter[tuple[str, str]] = Counter()
        self.in_flight: tuple[str, int] | None = None
        self.pulses: list[tuple[str, int]] = []
        self.requests = 0

    def wait(self, ms: int) -> None:
        end_ns = self.now_ns + ms * MS
        while (due_ns := self.bank.due_ns()) is not None and due_ns <= end_ns:
            self.tick(max(due_ns, self.now_ns))
            due_ns = self.bank.due_ns()
            assert due_ns is None or due_ns > self.now_ns, "the bank would spin"
        self.tick(end_ns)

    def tick(self, now_ns: int) -> None:
        self.now_ns = now_ns
        self.take(self.bank.tick(now_ns, WallClock(now_ns, NOON_NS + now_ns, synced=True)))

    def say(self, fact: LockFact | Edge) -> None:
        if isinstance(fact, PulseOver) and self.in_flight is not None and fact.lock == self.in_flight[0]:
            self.in_flight = None
            if fact.end is PulseEnd.NOT_SENT:
                self.pulses.pop()
        self.take(self.bank.feed(fact, self.now_ns))

    def release(self, door: str) -> None:
        self.requests += 1
        self.asked[door, str(self.requests)] += 1
        self.bank.release(door, str(self.requests), self.now_ns, None)

    def take(self, outcomes: list[BankOutcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case Happening():
                    self._alternates(outcome)
                case Released():
                    self.asked[outcome.door, outcome.by] -= 1
                    assert self.asked[outcome.door, outcome.by] == 0, "answered once"
                    del self.asked[outcome.door, outcome.by]
                case Pulse(lock=lock):
                    self._is_allowed(lock)

    def _alternates(self, told: Happening) -> None:
        key = (told.subject, told.what)
        if told.phase is Phase.REPORTED:
            assert told.what in ("door.opened", "door.closed")
            return
        expected = Phase.RESTORED if self.phases.get(key) is Phase.RAISED else Phase.RAISED
        assert told.phase is expected, key
        self.phases[key] = told.phase

    def _is_allowed(self, lock: str) -> None:
        (door,) = (door.name for door in DOORS if door.lock == lock)
        assert self.in_flight is None or self.now_ns >= self.in_flight[1] + 10 * S, "two coils at once"
        self.in_flight = (lock, self.now_ns)
        earlier = [at_ns for each, at_ns in self.pulses if each == lock]
        assert not earlier or self.now_ns - earlier[-1] >= REST_NS
        assert len(earlier) < PULSES or self.now_ns - earlier[-PULSES] >= PULSES_WINDOW_NS
        self.pulses.append((lock, self.now_ns))
        if any(name == door for name, _ in self.asked):
            return
        rules = [self.phases.get((door, what)) for what in ("trouble.latched_open", "alarm.person_inside")]
        assert Phase.RAISED in rules, "nobody asked, and no rule"


acts: st.SearchStrategy[tuple[str, object]] = st.one_of(
    st.tuples(st.just("fact"), facts),
    st.tuples(st.just("wait"), waits_ms),
    st.tuples(st.just("release"), st.sampled_from(NAMES)),
    st.tuples(st.just("end"), st.sampled_from([PulseEnd.ACKNOWLEDGED, PulseEnd.UNANSWERED])),
    st.tuples(st.just("key"), st.booleans()),
    st.tuples(st.just("tamper"), st.booleans()),
)


def _play(watch: _Watch, script: list[tuple[str, object]]) -> None:
    for act, what in script:
        match act, what:
            case "fact", make if callable(make):
                watch.say(make(watch.now_ns))
            case "wait", int(ms):
                watch.wait(ms)
            case "release", str(door):
                watch.release(door)
            case "end", PulseEnd() as end if watch.in_flight is not None:
                watch.say(PulseOver(watch.now_ns, watch.in_flight[0], end))
            case "key", bool(is_on):
                watch.bank.key_turned(is_on)
            case "tamper", bool(is_on):
                watch.bank.tamper(is_on, watch.now_ns)
            case _:
                pass


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(acts, max_size=80))
def test_whatever_is_heard_and_asked_every_rule_holds(script: list[tuple[str, object]]) -> None:
    watch = _Watch()
    _play(watch, script)
    watch.wait(200_000)
    assert not watch.asked, "everybody who asked was answered"
    assert set(watch.bank.states) == set(NAMES)


class _Walk:
    """Doors, boards and drivers that do what such things do, at random: more happens than in a list of any facts."""

    def __init__(self, seed: int) -> None:
        self.watch = _Watch()
        self._random = Random(seed)
        self._high = {pin: pin == "reeds/4" for pin in PINS}
        self._words = {("left", 1): 3, ("left", 2): 3, ("right", 1): 3}
        for pin in PINS:
            self._toggle(pin, times=2)
        for place in self._words:
            self._read(place, times=2)

    def step(self) -> None:
        watch, random = self.watch, self._random
        match random.choices(range(7), [25, 20, 5, 10, 15, 1, 24])[0]:
            case 0:
                self._toggle(random.choice(PINS), times=1)
            case 1:
                place = random.choice(list(self._words))
                self._words[place] ^= random.choice([0, 1, 2])
                self._read(place, times=random.choice([1, 2, 2]))
            case 2:
                self._fall_silent()
            case 3:
                watch.release(random.choice(NAMES))
            case 4 if watch.in_flight is not None:
                watch.say(PulseOver(watch.now_ns, watch.in_flight[0], random.choice(list(PulseEnd))))
            case 5:
                watch.bank.tamper(random.random() < 0.5, watch.now_ns)
            case _:
                long = [3_000, 11_000, 40_000, 700_000] if random.random() < 0.2 else []
                watch.wait(random.choice([1, 20, 61, 100, 300, 500, *long]))

    def _toggle(self, pin: str, *, times: int) -> None:
        for _ in range(times):
            self._high[pin] = not self._high[pin]
            self.watch.say(Edge(self.watch.now_ns, pin, self._high[pin]))

    def _read(self, place: tuple[str, int], *, times: int) -> None:
        for _ in range(times):
            self.watch.say(BoardRead(self.watch.now_ns, *place, self._words[place]))

    def _fall_silent(self) -> None:
        now_ns, (bus, board) = self.watch.now_ns, self._random.choice([*self._words, ("reeds", 32)])
        silent, down, up = BoardSilent(now_ns, bus, board, "no answer"), BusDown(now_ns, bus, "EIO"), BusUp(now_ns, bus)
        self.watch.say(self._random.choice((silent, down, up)))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_doors_boards_and_drivers_do_every_rule_holds(seed: int) -> None:
    walk = _Walk(seed)
    for _ in range(300):
        walk.step()
    walk.watch.wait(200_000)
    assert not walk.watch.asked, "everybody who asked was answered"
    assert len(walk.watch.phases) >= 10
    assert walk.watch.pulses


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from(["01", "11"]), st.integers(0, 3_000), st.booleans()), min_size=5, max_size=40)
)
def test_duty_holds_for_every_sequence_of_releases(requests: list[tuple[str, int, bool]]) -> None:
    """The door is shut again at once by an eager hand, or left; the driver answers after a pulse of 300 ms."""
    watch = _Watch()
    for at in (0, 50):
        watch.now_ns = at * MS
        for board in (1, 2):
            watch.say(BoardRead(watch.now_ns, "left", board, 3))
    watch.say(Edge(watch.now_ns, "GPIO1", False))
    for door, wait_ms, opens in requests:
        watch.release(door)
        watch.wait(wait_ms)
        if watch.in_flight is not None:
            lock = watch.in_flight[0]
            watch.say(PulseBegan(watch.now_ns, lock))
            if opens and door == "01":
                watch.say(Edge(watch.now_ns, "GPIO1", True))
            watch.wait(300)
            watch.say(PulseOver(watch.now_ns, lock, PulseEnd.ACKNOWLEDGED))
            watch.say(Edge(watch.now_ns, "GPIO1", False))
    watch.wait(400_000)
    assert not watch.asked


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2_000)), max_size=40))
def test_board_changes_no_door_that_it_does_not_hold(readings: list[tuple[int, int]]) -> None:
    watch = _Watch()
    for pin in PINS:
        watch.say(Edge(0, pin, pin == "reeds/4"))
    for board in ("left", 1), ("left", 2), ("right", 1):
        watch.say(BoardRead(0, *board, 3))
        watch.say(BoardRead(1, *board, 3))
    watch.wait(5_000)
    others = [door.name for door in DOORS if door.latch is None or (door.latch.bus, door.latch.board) != ("left", 2)]
    before = {name: (watch.bank.states[name], watch.bank.revision(name)) for name in others}
    for word, wait_ms in readings:
        watch.say(BoardRead(watch.now_ns, "left", 2, word))
        watch.wait(wait_ms)
    watch.say(BoardSilent(watch.now_ns, "left", 2, "no answer"))
    watch.wait(5_000)
    assert {name: (watch.bank.states[name], watch.bank.revision(name)) for name in others} == before


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.integers(1, 50), st.integers(0, 2**50 - 1), st.data())
def test_word_that_changes_one_bit_changes_one_door(locks: int, word: int, data: st.DataObject) -> None:
    word &= (1 << locks) - 1
    bit = data.draw(st.integers(0, locks - 1))
    doors = tuple(DoorSettings(str(n), f"left/1/{n}", Spot("left", 1, n)) for n in range(1, locks + 1))
    bank = Bank(replace(SETTINGS, doors=doors), 0, 1)
    wall = WallClock(0, NOON_NS, synced=False)
    for at_ms in (0, 100):
        bank.feed(BoardRead(at_ms * MS, "left", 1, word), at_ms * MS)
    bank.tick(20 * S, wall)
    before = {door.name: (bank.states[door.name], bank.revision(door.name)) for door in doors}
    for at_ms in (30_000, 30_100):
        bank.feed(BoardRead(at_ms * MS, "left", 1, word ^ 1 << bit), at_ms * MS)
    bank.tick(40 * S, wall)
    changed = [name for name in before if (bank.states[name], bank.revision(name)) != before[name]]
    assert changed == [str(bit + 1)]
