"""Every kind of fault: how it begins, how it ends, and how long it lasts in the field. Pure; chance is handed in."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from device.logic.units import MS, S
from sim.acts.model import (
    Act,
    Battery,
    Broker,
    Brownout,
    Chatter,
    Clock,
    Contact,
    Disk,
    Glitch,
    Hold,
    Mains,
    Network,
    Power,
    Release,
    Restart,
    Room,
    Swap,
    Wire,
)
from sim.acts.words import BrokerState, ContactState, DiskState, Leg, NetworkState, OnOff, RoomState, Time, WireFault
from sim.control_room.mischief import Wrongness
from sim.explore.moments import HOUR_NS, MINUTE_NS, between
from sim.scenario.model import Shop
from sim.world.setup import BATTERY, BELL, BUTTON, MAINS, PHONE, TAMPER

HANDS_ON = (BUTTON, BELL, PHONE, TAMPER)
"""Zones that somebody can move."""
_ONE_WIRE = (BELL, PHONE, MAINS, BATTERY, TAMPER)
_DAY_NS = 24 * HOUR_NS


@dataclass(frozen=True, slots=True)
class Fault:
    """What begins and ends it. `lasts_ns`: in between; `begin` and `end` are done one after the other, at once."""

    begin: tuple[Act, ...]
    end: tuple[Act, ...] = ()
    lasts_ns: int = 0


Draw = Callable[[Random, Shop, int], Fault]
"""From chance, a store and the number of brokers."""


def network(random: Random, _shop: Shop, brokers: int) -> Fault:
    state = random.choice([state for state in NetworkState if state is not NetworkState.UP])
    broker = random.randint(0, brokers)
    begin = Network(
        state=state,
        broker=broker,
        delay_ns=between(random, 50 * MS, 4 * S),
        loss_percent=random.choice((5, 30, 60)),
        period_ns=between(random, 2 * S, 2 * MINUTE_NS),
    )
    end = Network(state=NetworkState.UP, broker=broker)
    return Fault((begin,), (end,), between(random, 300 * MS, 2 * HOUR_NS))


def broker(random: Random, _shop: Shop, brokers: int) -> Fault:
    number = random.randint(0, brokers)
    state = random.choice([state for state in BrokerState if state is not BrokerState.UP])
    begin = Broker(state=state, broker=number, delay_ns=between(random, 100 * MS, 20 * S))
    if state is BrokerState.RESTARTING:
        return Fault((begin,), (), begin.delay_ns)
    return Fault((begin,), (Broker(state=BrokerState.UP, broker=number),), between(random, S, HOUR_NS))


def room(random: Random, _shop: Shop, _brokers: int) -> Fault:
    state = random.choice([state for state in RoomState if state is not RoomState.PROMPT])
    begin = Room(state=state, delay_ns=between(random, 100 * MS, MINUTE_NS), lie=random.choice(list(Wrongness)))
    return Fault((begin,), (Room(state=RoomState.PROMPT),), between(random, S, HOUR_NS))


def lie(random: Random, _shop: Shop, _brokers: int) -> Fault:
    begin = Room(state=RoomState.LYING, lie=random.choice(list(Wrongness)))
    return Fault((begin,), (Room(state=RoomState.PROMPT),), between(random, S, HOUR_NS))


def power(random: Random, _shop: Shop, _brokers: int) -> Fault:
    return Fault((Power(state=OnOff.OFF),), (Power(state=OnOff.ON),), between(random, 100 * MS, HOUR_NS))


def mains(random: Random, shop: Shop, _brokers: int) -> Fault:
    """Longer than the battery lasts, or shorter; the battery may be nearly empty already."""
    charge = random.choice((100, 50, 21, 5))
    low = (Battery(charge_percent=charge),) if shop.written.battery_ns and charge < 100 else ()
    lasts_ns = between(random, S, max(2 * shop.written.battery_ns, MINUTE_NS))
    return Fault((*low, Mains(state=OnOff.OFF)), (Mains(state=OnOff.ON),), lasts_ns)


def brownout(random: Random, _shop: Shop, _brokers: int) -> Fault:
    dips, length_ns, gap_ns = random.randint(1, 5), between(random, 20 * MS, 2 * S), between(random, 50 * MS, 20 * S)
    return Fault((Brownout(dips=dips, length_ns=length_ns, gap_ns=gap_ns),), (), dips * (length_ns + gap_ns))


def restart(_random: Random, _shop: Shop, _brokers: int) -> Fault:
    return Fault((Restart(),))


def disk(random: Random, _shop: Shop, _brokers: int) -> Fault:
    state = random.choice([state for state in DiskState if state is not DiskState.GOOD])
    begin = Disk(state=state, delay_ns=between(random, 20 * MS, 30 * S))
    if state is DiskState.CORRUPT:
        return Fault((begin,), (), between(random, S, MINUTE_NS))
    return Fault((begin,), (Disk(state=DiskState.GOOD),), between(random, S, HOUR_NS))


def clock(random: Random, _shop: Shop, _brokers: int) -> Fault:
    jump_ns = random.choice((-1, 1)) * between(random, 500 * MS, 40 * _DAY_NS)
    begin = random.choice(
        (
            Clock(state=Time.UNSET),
            Clock(state=Time.UNSYNCED),
            Clock(jump_ns=jump_ns),
            Clock(state=Time.UNSYNCED, jump_ns=jump_ns),
            Clock(drift_ppm=random.choice((-500, 60, 20_000))),
        )
    )
    return Fault((begin,), (Clock(state=Time.SYNCED),), between(random, S, HOUR_NS))


def wire(random: Random, _shop: Shop, _brokers: int) -> Fault:
    zone = random.choice(HANDS_ON)
    leg = random.choice(list(Leg)) if zone == BUTTON else Leg.COMMON
    fault = random.choice((WireFault.CUT, WireFault.SHORTED))
    begin = Wire(zone=zone, state=fault, leg=leg)
    return Fault((begin,), (Wire(zone=zone, state=WireFault.WHOLE, leg=leg),), between(random, 50 * MS, HOUR_NS))


def swap(random: Random, _shop: Shop, _brokers: int) -> Fault:
    zone, other = random.sample(_ONE_WIRE, 2)
    exchange = Swap(zone=zone, other=other)
    return Fault((exchange,), (exchange,), between(random, S, HOUR_NS))


def contact(random: Random, shop: Shop, _brokers: int) -> Fault:
    zone = random.choice(HANDS_ON)
    state = random.choice([state for state in ContactState if state.value != shop.written.bounce])
    end = Contact(zone=zone, state=ContactState(shop.written.bounce))
    return Fault((Contact(zone=zone, state=state),), (end,), between(random, MINUTE_NS, 3 * HOUR_NS))


def chatter(random: Random, _shop: Shop, _brokers: int) -> Fault:
    edges, period_ns = 2 * random.randint(1, 300), between(random, 200_000, 120 * MS)
    begin = Chatter(zone=random.choice(HANDS_ON), edges=edges, period_ns=period_ns)
    return Fault((begin,), (), edges * period_ns * 2)


def glitch(random: Random, _shop: Shop, _brokers: int) -> Fault:
    pulses, gap_ns = random.randint(1, 200), between(random, 50_000, 200 * MS)
    begin = Glitch(
        zone=random.choice(HANDS_ON), pulses=pulses, length_ns=between(random, 1_000, 15 * MS), gap_ns=gap_ns
    )
    return Fault((begin,), (), pulses * (begin.length_ns + gap_ns) * 2)


def hand(random: Random, _shop: Shop, _brokers: int) -> Fault:
    """Somebody presses and stays."""
    zone = random.choice(HANDS_ON)
    return Fault((Hold(zone=zone),), (Release(zone=zone),), between(random, 100 * MS, 10 * MINUTE_NS))


FAULTS: tuple[tuple[Draw, int], ...] = (
    (network, 8),
    (broker, 6),
    (room, 3),
    (lie, 3),
    (power, 6),
    (mains, 4),
    (brownout, 2),
    (restart, 2),
    (disk, 5),
    (clock, 2),
    (wire, 2),
    (swap, 1),
    (contact, 1),
    (chatter, 2),
    (glitch, 1),
    (hand, 3),
)
"""And how often each of them is drawn."""
