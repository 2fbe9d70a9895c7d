"""Every kind of fault of a locker bank, as sim.explore.faults has those of any device. Pure; chance is handed in."""

from random import Random

from device.logic.units import MS, S
from sim.acts.bank import Adapter, Cable, CoilNoise, LockBoard, Mechanism
from sim.acts.model import Hold, Press, Release, Swap
from sim.acts.words import SET_ONCE, AdapterState, CableEnd, CableState, LockBoardState, MechanismState, OnOff
from sim.explore import faults
from sim.explore.faults import Draw, Fault
from sim.explore.moments import HOUR_NS, MINUTE_NS, between
from sim.scenario.model import Shop
from sim.world.setup import BUS, KEY, TAMPER, BankSetup

# What is set once is found when the bank is commissioned, and does not come over a board at night.
BOARD_ILLS = tuple(state for state in LockBoardState if state not in (LockBoardState.WELL, *SET_ONCE))


def bank_of(shop: Shop) -> BankSetup:
    bank = shop.setup().bank
    if bank is None:
        raise ValueError(f"{shop.written.id} has no locker bank")
    return bank


def cable(random: Random, shop: Shop, _brokers: int) -> Fault:
    door = random.choice(bank_of(shop).names)
    has_reed = door in bank_of(shop).reed_pins
    end = random.choice([end for end in CableEnd if has_reed or end is not CableEnd.REED])
    state = random.choice((CableState.CUT, CableState.CUT, CableState.STUCK))
    mended = Cable(door=door, sensor=end, state=CableState.WHOLE)
    return Fault((Cable(door=door, sensor=end, state=state),), (mended,), between(random, 300 * MS, HOUR_NS))


def loose(random: Random, shop: Shop, brokers: int) -> Fault:
    """A plug that does not hold: too short for anybody to open a door."""
    fault = cable(random, shop, brokers)
    return Fault(fault.begin, fault.end, between(random, 5 * MS, 250 * MS))


def board(random: Random, shop: Shop, _brokers: int) -> Fault:
    number, state = random.randint(1, bank_of(shop).boards), random.choice(BOARD_ILLS)
    begin = LockBoard(bus=BUS, board=number, state=state, delay_ns=between(random, 50 * MS, 3 * S))
    end = LockBoard(bus=BUS, board=number, state=LockBoardState.WELL)
    return Fault((begin,), (end,), between(random, 300 * MS, 20 * MINUTE_NS))


def adapter(random: Random, _shop: Shop, _brokers: int) -> Fault:
    state = random.choice((AdapterState.OUT, AdapterState.OUT, AdapterState.ECHO))
    end = Adapter(bus=BUS, state=AdapterState.IN)
    return Fault((Adapter(bus=BUS, state=state),), (end,), between(random, 100 * MS, 10 * MINUTE_NS))


def noise(random: Random, _shop: Shop, _brokers: int) -> Fault:
    end = CoilNoise(bus=BUS, state=OnOff.OFF)
    return Fault((CoilNoise(bus=BUS, state=OnOff.ON),), (end,), between(random, MINUTE_NS, HOUR_NS))


def mechanism(random: Random, shop: Shop, _brokers: int) -> Fault:
    door, state = random.choice(bank_of(shop).names), random.choice((MechanismState.JAMMED, MechanismState.RESHUT))
    end = Mechanism(door=door, state=MechanismState.GOOD)
    return Fault((Mechanism(door=door, state=state),), (end,), between(random, MINUTE_NS, HOUR_NS))


def swap(random: Random, shop: Shop, _brokers: int) -> Fault:
    """An electrician was there: two locks' cables are exchanged."""
    one, other = random.sample(bank_of(shop).names, 2)
    exchange = Swap(zone=one, other=other)
    return Fault((exchange,), (exchange,), between(random, MINUTE_NS, HOUR_NS))


def key(random: Random, _shop: Shop, _brokers: int) -> Fault:
    """Somebody of the operator's is there."""
    return Fault((Hold(zone=KEY),), (Release(zone=KEY),), between(random, 2 * S, 10 * MINUTE_NS))


def lid(random: Random, _shop: Shop, _brokers: int) -> Fault:
    return Fault((Press(zone=TAMPER, for_ns=between(random, 2 * S, 10 * MINUTE_NS)),))


BANK_FAULTS: tuple[tuple[Draw, int], ...] = (
    (cable, 5),
    (loose, 4),
    (board, 6),
    (adapter, 3),
    (noise, 4),
    (mechanism, 4),
    (swap, 2),
    (key, 2),
    (lid, 1),
    (faults.power, 4),
    (faults.brownout, 1),
    (faults.restart, 3),
    (faults.disk, 2),
    (faults.clock, 1),
    (faults.network, 2),
    (faults.broker, 1),
    (faults.room, 1),
)
"""And how often each of them is drawn."""
