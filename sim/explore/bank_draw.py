"""Draw a locker bank and a day of it from a seed. Pure: the same seed, length and doors give the same scenario."""

from collections.abc import Iterator
from random import Random

from device.logic.units import MS, S
from drivers.locks.family import Family
from sim.acts.bank import Force, Inspect, Mechanism, OpenAll, Pull, Shut, Trip, Unlock, Untrip
from sim.acts.model import Act, Hold, Press, Release
from sim.acts.words import Breaks, CommandState, MechanismState
from sim.explore.bank_faults import BANK_FAULTS
from sim.explore.draw import LAST_NS, check_length
from sim.explore.moments import HOUR_NS, MINUTE_NS, anywhen, between, grained, near
from sim.scenario.model import Deed, Scenario, Shop
from sim.scenario.tables import StoreTable
from sim.world.setup import BANK_ZONES, KEY, PANIC

# People at the doors, others with a crowbar, and what breaks: so much in any case, and so much more an hour.
_VISITS, _VISITS_AN_HOUR = 8, 4.0
_VISITS_AN_HOUR_AND_DOOR = 0.05
_THEFTS, _THEFTS_AN_HOUR = 5, 1.0
_EPISODES, _EPISODES_AN_HOUR = 4, 0.7
# A relay board has eight locks: a larger bank of them would be asked for most of the time.
_MOST_RELAYS = 32
_WRONG = (CommandState.EXPIRED, CommandState.REPLAYED, CommandState.OTHER_REVISION, CommandState.UNSIGNED)
# Within the pulse, within the window behind it, and between two readings of a board.
_NEAR_PULSE_NS = (0, 5 * MS, 50 * MS, 150 * MS, 300 * MS, 400 * MS, 480 * MS, 600 * MS, S, 3 * S)


def draw_bank(seed: int, length_ns: int, doors: int) -> Scenario:
    """doors: 4–128. ValueError as `draw` raises it. Every fault has an end before the end."""
    check_length(length_ns)
    random = Random(f"explore bank {seed} {length_ns} {doors}")
    brokers = random.choice((1, 2))
    families = (Family.XOR8A, Family.XOR8A, Family.XOR8A, Family.KERONG_CU16)
    family = random.choice((*families, Family.MODBUS_RELAY) if doors <= _MOST_RELAYS else families)
    written = StoreTable(heartbeat_ns=600 * S, bank=family, doors=doors, night=random.random() < 0.3, remote_opens=20)
    shop = Shop(written, BANK_ZONES, has_lamp=False)
    deeds = sorted(_Day(random, length_ns, brokers, shop).deeds(), key=lambda deed: deed.at_ns)
    return Scenario(
        title=f"Explored: a bank of {doors} doors, seed {seed}",
        about="Drawn by ansim-sim explore.",
        steps=tuple(deeds),
        seed=seed,
        length_ns=length_ns,
        brokers=brokers,
        shops=(shop,),
    )


class _Day:
    """Deeds, in no order."""

    def __init__(self, random: Random, length_ns: int, brokers: int, shop: Shop) -> None:
        self._random = random
        self._brokers = brokers
        self._shop = shop
        self._doors = tuple(f"{number:02}" for number in range(1, shop.written.doors + 1))
        self._last_ns = length_ns - LAST_NS
        self._hours = length_ns / HOUR_NS

    def deeds(self) -> Iterator[Deed]:
        an_hour = _VISITS_AN_HOUR + _VISITS_AN_HOUR_AND_DOOR * len(self._doors)
        for _ in range(_VISITS + round(self._hours * an_hour)):
            yield from self._visit(self._anywhen())
        for _ in range(_THEFTS + round(self._hours * _THEFTS_AN_HOUR)):
            yield from self._theft(self._anywhen())
        for _ in range(_EPISODES + round(self._hours * _EPISODES_AN_HOUR)):
            yield from self._episode(self._anywhen())
        if self._random.random() < 0.3:
            yield from self._open_all(self._anywhen())
        if self._random.random() < 0.3:
            yield self._deed(self._anywhen(), Press(zone=PANIC, for_ns=between(self._random, 60 * MS, 3 * S)))

    # ------------------------------------------------------------ what goes on

    def _visit(self, at_ns: int, door: str | None = None) -> Iterator[Deed]:
        """A door is released, and somebody is there, or not, and shuts it, or not."""
        door = door or self._door()
        if self._random.random() < 0.3:
            yield from self._odd(door, at_ns)
        yield self._deed(at_ns, Unlock(door=door))
        if self._random.random() < 0.9:
            at_ns += between(self._random, 200 * MS, 12 * S)
            yield self._deed(at_ns, Pull(door=door))
        if self._random.random() < 0.1:
            tripped_ns = at_ns + between(self._random, 100 * MS, 20 * S)
            yield self._deed(tripped_ns, Trip(door=door))
            if self._random.random() < 0.5:
                yield self._deed(tripped_ns + between(self._random, S, MINUTE_NS), Untrip(door=door))
        if self._random.random() < 0.85:
            yield self._deed(at_ns + between(self._random, 500 * MS, 20 * MINUTE_NS), Shut(door=door))
        if self._random.random() < 0.3:
            yield from self._theft(max(at_ns + self._random.choice((-1, 1)) * self._random.choice(_NEAR_PULSE_NS), 0))

    def _odd(self, door: str, at_ns: int) -> Iterator[Deed]:
        """An order that is wrong, or asks only."""
        odd: Act = self._random.choice(
            (
                Unlock(door=door, state=self._random.choice(_WRONG)),
                Unlock(door=door, state=CommandState.REPLAYED),
                Inspect(door=door),
                Inspect(),
            )
        )
        yield self._deed(near(self._random, at_ns), odd)

    def _theft(self, at_ns: int) -> Iterator[Deed]:
        """A door is prised open; later somebody comes and mends it."""
        door = self._door()
        breaks = Breaks.STRIKE if self._random.random() < 0.25 else Breaks.HOOK
        yield self._deed(at_ns, Force(door=door, breaks=breaks))
        mended_ns = at_ns + between(self._random, 100 * MS, 10 * MINUTE_NS)
        yield self._deed(mended_ns, Mechanism(door=door, state=MechanismState.GOOD))
        yield self._deed(mended_ns, Shut(door=door))

    def _open_all(self, at_ns: int) -> Iterator[Deed]:
        """With the key, or without it."""
        if self._random.random() < 0.8:
            yield self._deed(at_ns, Hold(zone=KEY))
            yield self._deed(at_ns + between(self._random, 5 * S, 3 * MINUTE_NS), Release(zone=KEY))
        yield self._deed(at_ns + S, OpenAll())
        shut_ns = at_ns + between(self._random, MINUTE_NS, 6 * MINUTE_NS)
        for door in self._doors:
            yield self._deed(grained(shut_ns + self._random.randrange(60 * S)), Shut(door=door))

    # ------------------------------------------------------------ what goes wrong

    def _episode(self, at_ns: int) -> Iterator[Deed]:
        """Some faults that overlap, and people and thieves when they begin, while they last, or as they end."""
        draws, weights = zip(*BANK_FAULTS, strict=True)
        for fault_draw in self._random.choices(draws, weights, k=self._random.choice((1, 1, 2, 2, 3))):
            fault = fault_draw(self._random, self._shop, self._brokers)
            begin_ns = near(self._random, at_ns)
            end_ns = begin_ns + max(min(fault.lasts_ns, self._last_ns - begin_ns), 0)
            yield from (self._deed(begin_ns, act) for act in fault.begin)
            yield from (self._deed(end_ns, act) for act in fault.end)
            touched = getattr(fault.begin[0], "door", None)
            for _ in range(self._random.choice((0, 1, 1, 2))):
                moment_ns = self._random.choice((begin_ns, anywhen(self._random, begin_ns, end_ns), end_ns))
                door = touched if self._random.random() < 0.5 else None
                yield from self._visit(near(self._random, max(moment_ns, 0)), door)
            at_ns = self._random.choice((begin_ns, anywhen(self._random, begin_ns, end_ns), end_ns))

    def _anywhen(self) -> int:
        return anywhen(self._random, 0, self._last_ns)

    def _door(self) -> str:
        return self._random.choice(self._doors)

    def _deed(self, at_ns: int, act: Act) -> Deed:
        return Deed(min(max(grained(at_ns), 0), self._last_ns), act)
