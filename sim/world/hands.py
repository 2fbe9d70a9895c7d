"""Performs acts on a world in virtual time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, assert_never

from device.logic.receipt import Answer as Answered
from drivers.ports import Place, StoreFault
from sim.acts import model as act
from sim.acts.bank import BankAct, Inspect, OpenAll, Unlock
from sim.acts.model import Act, StoreAct
from sim.acts.reading import needs_store, word_of
from sim.acts.words import BrokerState, DiskState, NetworkState, OnOff, RoomState
from sim.board import touch
from sim.board.bounce import PROFILES

if TYPE_CHECKING:
    from sim.world.store import Store
    from sim.world.world import World

Action = Callable[[], None]
T = TypeVar("T")

_BROKEN = {
    DiskState.READ_ONLY: StoreFault.READ_ONLY,
    DiskState.FAILED: StoreFault.FAILED,
}
_FULL_PERCENT = 100


def refuses(world: "World", asked: Act, store: str | None) -> str | None:
    """Why an act cannot be done in this world; None if it can."""
    broker = getattr(asked, "broker", 0)
    if broker > len(world.brokers):
        return f"broker = {broker}: 0–{len(world.brokers)} is allowed, 0 for all"
    if not needs_store(type(asked)):
        return None if store is None else f'store = "{store}": this is done to all stores; no store is allowed'
    known = ", ".join(f'"{name}"' for name in world.stores)
    if store is None:
        return _knows(_only(world), asked) if len(world.stores) == 1 else f"store: missing; one of {known} is required"
    if store not in world.stores:
        return f'store = "{store}": one of {known} is allowed'
    return _knows(world.stores[store], asked)


def place_of(world: "World", asked: Act, store: str | None) -> str:
    """Where the chronicle says that it happens."""
    if needs_store(type(asked)):
        return store or _only(world).id
    return f"broker {asked.broker or 'all'}" if isinstance(asked, act.Broker) else "room"


def perform(world: "World", asked: Act, store: str | None) -> None:
    """`refuses` has been asked."""
    match asked:
        case act.Room():
            world.room.become(asked.state, asked.delay_ns, asked.lie)
        case act.Broker():
            for broker in _chosen(world.brokers, asked.broker):
                broker.become(asked.state, asked.delay_ns)
        case act.Answer():
            _answer(world, world.stores[store] if store else _only(world), asked)
        case Unlock() | Inspect() | OpenAll():
            world.command(world.stores[store] if store else _only(world), asked)
        case _ if isinstance(asked, BankAct):
            _at_bank(world.stores[store] if store else _only(world), asked)
        case _:
            _at_store(world.stores[store] if store else _only(world), asked)


def mend(world: "World") -> None:
    """End every fault, in an order in which each end can be told."""
    world.room.become(RoomState.PROMPT)
    for broker in world.brokers:
        broker.become(BrokerState.UP, 0)
    for store in world.stores.values():
        _mend(store)


def _mend(store: "Store") -> None:
    for way in store.link.ways:
        way.become(NetworkState.UP)
    _disk(store, act.Disk(state=DiskState.GOOD))
    store.clock.sync()
    store.unswap()
    for name, contact in store.contacts.items():
        contact.profile = PROFILES[store.setup.bounce]
        for wire in (contact.common, contact.wire, contact.wire_nc):
            wire.mend()
        if not store.is_supply_zone(name):
            contact.release()
    if store.bank is not None:
        store.bank.mend()
    store.supply.set_charge(_FULL_PERCENT)
    store.supply.set_mains(on=True)
    store.switch_on()


def _at_store(store: "Store", asked: StoreAct) -> None:
    if isinstance(asked, act.Answer | BankAct):
        raise TypeError("an answer is given by the room, and this is not done at a bank")
    match asked:
        case act.Press() | act.Hold() | act.Release() | act.Chatter() | act.Glitch() | act.Contact():
            touch.move(store.contacts[asked.zone], asked, store.after)
        case act.Wire():
            touch.damage(store.contacts[asked.zone], asked)
        case act.Swap():
            store.swap(asked.zone, asked.other)
        case act.Power() | act.Mains() | act.Battery() | act.Brownout() | act.Restart():
            _supply(store, asked)
        case act.Clock():
            touch.set_clock(store.clock, asked)
        case act.Disk():
            _disk(store, asked)
        case act.Network():
            for way in _chosen(store.link.ways, asked.broker):
                way.become(asked.state, asked.delay_ns, asked.loss_percent, asked.period_ns)
        case _:
            assert_never(asked)


def _at_bank(store: "Store", asked: BankAct) -> None:
    if store.bank is None:
        raise TypeError("a store has no bank")
    store.bank.perform(asked)


def _supply(store: "Store", asked: act.Power | act.Mains | act.Battery | act.Brownout | act.Restart) -> None:
    match asked:
        case act.Power():
            (store.switch_on if asked.state is OnOff.ON else store.switch_off)()
        case act.Mains():
            store.supply.set_mains(asked.state is OnOff.ON)
        case act.Battery():
            store.supply.set_charge(asked.charge_percent)
        case act.Brownout():
            for dip in range(asked.dips):
                begins_ns = dip * (asked.length_ns + asked.gap_ns)
                store.after(begins_ns, store.switch_off)
                store.after(begins_ns + asked.length_ns, store.switch_on)
        case act.Restart():
            store.restart()
        case _:
            assert_never(asked)


def _disk(store: "Store", asked: act.Disk) -> None:
    disk = store.disk
    if asked.state is DiskState.CORRUPT:
        disk.corrupt()
        store.witness.harm()
        return
    store.store_delay_ns = asked.delay_ns if asked.state is DiskState.SLOW else 0
    disk.broken = _BROKEN.get(asked.state)
    disk.room = None
    if asked.state is DiskState.FULL:
        disk.fill()


def _answer(world: "World", store: "Store", asked: act.Answer) -> None:
    """Nothing if the control room has no such event: a person sees no alarm to act on."""
    place = _newest(world, store) if asked.event == "newest" else _place(asked.event)
    if place is None or world.ledger.find(store.id, place) is None:
        world.chronicle.add("room", "act", f"{store.id} has no such event to answer: {asked.event}")
        return
    world.room.operate(store.id, place, Answered(asked.state.value), asked.reason)


def _newest(world: "World", store: "Store") -> Place | None:
    raised = (event for event in reversed(world.ledger.events(store.id)) if event.phase.value == "raised")
    return next((event.place for event in raised if event.type.startswith("ansim.alarm.")), None)


def _place(text: str) -> Place:
    epoch, _, seq = text.partition("-")
    return Place(epoch, int(seq))


def _chosen(items: list[T], number: int) -> list[T]:
    return items if number == 0 else [items[number - 1]]


def _only(world: "World") -> "Store":
    return next(iter(world.stores.values()))


def _knows(store: "Store", asked: Act) -> str | None:
    if isinstance(asked, BankAct):
        return _bank_knows(store, asked)
    named = [name for name in (getattr(asked, "zone", None), getattr(asked, "other", None)) if name is not None]
    if isinstance(asked, act.Swap) and store.bank is not None and store.bank.has_doors(named):
        return None
    lost = next((name for name in named if name not in store.contacts), None)
    if lost is not None:
        known = ", ".join(f'"{name}"' for name in store.contacts)
        return f'zone = "{lost}": {store.id} has {known}'
    if isinstance(asked, act.Swap) and len({len(store.pins_of(name)) for name in named}) > 1:
        return f'other = "{asked.other}": a zone with as many wires as "{asked.zone}" is allowed'
    return None


def _bank_knows(store: "Store", asked: BankAct) -> str | None:
    if store.bank is None:
        return f'do = "{word_of(asked)}": {store.id} has no locker bank'
    return store.bank.refuses(asked)
