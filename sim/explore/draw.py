"""Draw a world and what happens in it from a seed. Pure: the same seed and length give the same scenario."""

from collections.abc import Iterator
from random import Random

from device.logic.units import MS, S
from sim.acts.model import Act, Answer, Mains, Press
from sim.acts.reading import needs_store
from sim.acts.words import Disposal, OnOff
from sim.explore.faults import FAULTS, HANDS_ON, Fault
from sim.explore.moments import HOUR_NS, MINUTE_NS, anywhen, between, grained, near
from sim.scenario.model import Deed, Scenario, Shop
from sim.scenario.tables import StoreTable
from sim.world.setup import BELL, BUTTON, DEVICE, PHONE, TAMPER

SHORTEST_NS = 5 * MINUTE_NS
# What goes on in a store and what goes wrong with it: so much in any case, and so much more an hour.
_DAILY, _DAILY_AN_HOUR = 4, 0.5
_EPISODES, _EPISODES_AN_HOUR = 3, 0.35
# Nothing begins this late, so that whatever there is has an end before the end.
LAST_NS = 30 * S
_BOUNCES = ("good", "good", "good", "good", "clean", "worn", "dirty", "slow")
_HEARTBEATS_S = (180, 300, 600, 900)
_BATTERIES_NS = (0, 0, 2 * MINUTE_NS, 15 * MINUTE_NS)


def draw(seed: int, length_ns: int) -> Scenario:
    """ValueError if `length_ns` is below SHORTEST_NS. Every fault has an end; the last of it comes before the end."""
    check_length(length_ns)
    random = Random(f"explore {seed} {length_ns}")
    brokers = random.choice((1, 2, 2))
    shops = _shops(random)
    steps = sorted(_Day(random, length_ns, brokers, shops).deeds(), key=lambda deed: deed.at_ns)
    return Scenario(
        title=f"Explored: seed {seed}",
        about="Drawn by ansim-sim explore.",
        steps=tuple(steps),
        seed=seed,
        length_ns=length_ns,
        brokers=brokers,
        shops=shops,
    )


def check_length(length_ns: int) -> None:
    """ValueError below SHORTEST_NS."""
    if length_ns < SHORTEST_NS:
        raise ValueError(f"{length_ns / S:.0f} s: at least {SHORTEST_NS // S} s are needed")


def _shops(random: Random) -> tuple[Shop, ...]:
    stores = random.choice((1, 1, 2))
    return tuple(
        Shop(
            StoreTable(
                id=DEVICE if stores == 1 else f"store-{number:04}",
                heartbeat_ns=random.choice(_HEARTBEATS_S) * S,
                bounce=random.choice(_BOUNCES),
                battery_ns=random.choice(_BATTERIES_NS),
            ),
            # What the agent's lamp says is judged all the same; that it blinks costs half of the time.
            has_lamp=False,
        )
        for number in range(1, stores + 1)
    )


class _Day:
    """Deeds, in no order."""

    def __init__(self, random: Random, length_ns: int, brokers: int, shops: tuple[Shop, ...]) -> None:
        self._random = random
        self._brokers = brokers
        self._shops = shops
        self._last_ns = length_ns - LAST_NS
        self._hours = length_ns / HOUR_NS

    def deeds(self) -> Iterator[Deed]:
        for shop in self._shops:
            for _ in range(_DAILY + round(self._hours * _DAILY_AN_HOUR)):
                yield from self._daily(shop, anywhen(self._random, 0, self._last_ns))
            for _ in range(_EPISODES + round(self._hours * _EPISODES_AN_HOUR)):
                yield from self._episode(shop, anywhen(self._random, 0, self._last_ns))
            if self._random.random() < 0.3:
                yield from self._flood(shop)

    # ------------------------------------------------------------ what goes on

    def _daily(self, shop: Shop, at_ns: int) -> Iterator[Deed]:
        match self._random.choice(("alarm", "alarm", "alarm", "phone", "lid", "leaning", "flicker")):
            case "alarm":
                zone = self._random.choice((BUTTON, BUTTON, BELL))
                yield self._deed(shop, at_ns, Press(zone=zone, for_ns=between(self._random, 60 * MS, 3 * S)))
                yield from self._answers(shop, at_ns)
            case "phone":
                lifted_ns = between(self._random, S, 3 * MINUTE_NS)
                yield self._deed(shop, at_ns, Press(zone=PHONE, for_ns=lifted_ns))
                yield from self._answers(shop, at_ns + 8 * S)
            case "lid":
                yield self._deed(shop, at_ns, Press(zone=TAMPER, for_ns=between(self._random, 2 * S, 10 * MINUTE_NS)))
            case "leaning":
                yield self._deed(shop, at_ns, Press(zone=BUTTON, for_ns=between(self._random, S, 5 * MINUTE_NS)))
            case _:
                yield self._deed(shop, at_ns, Mains(state=OnOff.OFF))
                back_ns = at_ns + between(self._random, 20 * MS, 5 * S)
                yield self._deed(shop, back_ns, Mains(state=OnOff.ON))

    def _answers(self, shop: Shop, at_ns: int) -> Iterator[Deed]:
        """People in the control room do something about it, or do not, or turn it away."""
        if self._random.random() < 0.4:
            return
        if self._random.random() < 0.1:
            reject = Answer(state=Disposal.REJECTED, reason="a drill")
            yield self._deed(shop, at_ns + between(self._random, 10 * MS, MINUTE_NS), reject)
            return
        for state in (Disposal.ACKNOWLEDGED, Disposal.DISPATCHED, Disposal.ON_SCENE, Disposal.CLOSED):
            at_ns += between(self._random, 10 * MS, 10 * MINUTE_NS)
            if self._random.random() < 0.8:
                yield self._deed(shop, at_ns, Answer(state=state))

    # ------------------------------------------------------------ what goes wrong

    def _episode(self, shop: Shop, at_ns: int) -> Iterator[Deed]:
        """Some faults that overlap, and somebody who needs help when they begin, while they last, or as they end."""
        draws, weights = zip(*FAULTS, strict=True)
        for fault_draw in self._random.choices(draws, weights, k=self._random.choice((1, 1, 2, 2, 3))):
            fault = fault_draw(self._random, shop, self._brokers)
            begin_ns = near(self._random, at_ns)
            end_ns = begin_ns + max(min(fault.lasts_ns, self._last_ns - begin_ns), 0)
            yield from self._fault(shop, fault, begin_ns, end_ns)
            yield from self._presses(shop, begin_ns, end_ns)
            at_ns = self._random.choice((begin_ns, anywhen(self._random, begin_ns, end_ns), end_ns))

    def _fault(self, shop: Shop, fault: Fault, begin_ns: int, end_ns: int) -> Iterator[Deed]:
        yield from (self._deed(shop, begin_ns, act) for act in fault.begin)
        yield from (self._deed(shop, end_ns, act) for act in fault.end)

    def _presses(self, shop: Shop, begin_ns: int, end_ns: int) -> Iterator[Deed]:
        for _ in range(self._random.choice((0, 1, 1, 2, 3))):
            moment_ns = self._random.choice((begin_ns, begin_ns, anywhen(self._random, begin_ns, end_ns), end_ns))
            # A press is believed after 20 ms: then its alarm is on its way, and the receipt 2 ms later.
            at_ns = near(self._random, max(moment_ns - self._random.choice((0, 0, 20 * MS, 22 * MS, 24 * MS)), 0))
            zone = self._random.choice(HANDS_ON)
            yield self._deed(shop, at_ns, Press(zone=zone, for_ns=between(self._random, 40 * MS, 20 * S)))

    def _flood(self, shop: Shop) -> Iterator[Deed]:
        """Somebody presses again and again, as fast as a child or as slowly as fits under the limit."""
        begin_ns, zone = anywhen(self._random, 0, self._last_ns), self._random.choice((BUTTON, BELL))
        every_ns = between(self._random, 150 * MS, 4 * S)
        for number in range(self._random.randint(20, 90)):
            at_ns = begin_ns + grained(number * every_ns)
            if at_ns < self._last_ns:
                yield self._deed(shop, at_ns, Press(zone=zone, for_ns=min(every_ns // 2 // 1_000 * 1_000, 200 * MS)))
        outage = Fault((), ())
        if self._random.random() < 0.7:
            outage = self._random.choice(FAULTS[:2])[0](self._random, shop, self._brokers)
        yield from self._fault(shop, outage, begin_ns, min(begin_ns + outage.lasts_ns, self._last_ns))

    def _deed(self, shop: Shop, at_ns: int, act: Act) -> Deed:
        is_named = len(self._shops) > 1 and needs_store(type(act))
        return Deed(min(max(at_ns, 0), self._last_ns), act, shop.written.id if is_named else None)
