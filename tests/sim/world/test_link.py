"""Connections, ways and brokers, as a device sees them."""

from collections.abc import Iterator

import pytest

from sim.acts.model import Broker, Hold, Network, Power, Press, Room
from sim.acts.words import BrokerState, NetworkState, OnOff, RoomState
from sim.control_room.values import Presence
from sim.world.setup import BELL, BUTTON, DEVICE, WorldSetup
from sim.world.store import Store
from sim.world.world import World

_HALF_OPEN = (NetworkState.HALF_OPEN_UP, NetworkState.HALF_OPEN_DOWN)


@pytest.fixture
def world() -> Iterator[World]:
    with World(WorldSetup(brokers=2)) as world:
        world.start()
        world.run_for(40)
        yield world


@pytest.fixture
def store(world: World) -> Store:
    return world.stores[DEVICE]


def _alarms(world: World) -> list[str]:
    events = world.ledger.events(DEVICE)
    return [event.subject for event in events if event.type.startswith("ansim.alarm.") and event.phase == "raised"]


@pytest.mark.parametrize("state", [NetworkState.BLACK, *_HALF_OPEN])
def test_a_way_that_does_not_pass_is_noticed_within_one_and_a_half_keepalives(
    world: World, store: Store, state: NetworkState
) -> None:
    world.perform(Network(state=state, broker=1))
    world.run_for(14.9)
    assert store.link.broker == 0

    world.run_for(0.2)
    assert store.link.broker is None

    world.run_for(30)

    assert store.link.broker == 1


def test_a_short_darkness_ends_no_connection_and_loses_nothing(world: World, store: Store) -> None:
    connection = store.link.connections
    world.perform(Network(state=NetworkState.BLACK, broker=1))
    world.perform(Press(zone=BUTTON))
    world.run_for(2)
    assert _alarms(world) == []

    world.perform(Network(state=NetworkState.UP))
    world.run_for(0.1)

    assert _alarms(world) == [BUTTON]
    assert store.link.connections == connection


def test_half_open_upwards_brings_the_alarm_and_no_receipt(world: World, store: Store) -> None:
    world.perform(Network(state=NetworkState.HALF_OPEN_UP))
    world.perform(Press(zone=BUTTON))
    world.run_for(2)

    assert _alarms(world) == [BUTTON]
    assert store.agent.outbox_depth > 0


def test_a_slow_way_takes_its_time_and_a_lossy_one_delivers_in_the_end(world: World) -> None:
    world.perform(Network(state=NetworkState.SLOW, delay_ns=700_000_000))
    world.perform(Press(zone=BUTTON))
    world.run_for(0.6)
    assert _alarms(world) == []
    world.run_for(5)
    world.perform(Network(state=NetworkState.LOSSY, loss_percent=80))
    world.perform(Press(zone=BELL))
    world.run_for(120)

    assert _alarms(world) == [BUTTON, BELL]


def test_a_flapping_way_is_up_and_down_in_turn(world: World) -> None:
    world.perform(Network(state=NetworkState.FLAPPING, period_ns=10_000_000_000))
    world.run_for(60)

    link = [entry.text for entry in world.chronicle.entries if entry.kind == "link"]
    assert sum("reset" in text for text in link) >= 3
    assert sum(text.startswith("up") for text in link) >= 3


def test_a_broker_that_restarts_is_back_and_has_forgotten(world: World, store: Store) -> None:
    world.perform(Broker(state=BrokerState.RESTARTING, broker=1, delay_ns=5_000_000_000))
    world.run_for(1)
    assert store.link.broker == 1

    world.run_for(120)

    assert store.link.broker == 0


def test_a_forgetful_broker_acknowledges_what_never_arrives_until_it_is_well(world: World, store: Store) -> None:
    world.perform(Broker(state=BrokerState.FORGETFUL))
    world.perform(Press(zone=BUTTON))
    world.run_for(60)
    assert _alarms(world) == []
    assert store.look == "fault"

    world.perform(Broker(state=BrokerState.UP))
    world.run_for(60)

    assert _alarms(world) == [BUTTON]


def test_what_a_slow_broker_passes_on_arrives_late(world: World) -> None:
    world.perform(Broker(state=BrokerState.SLOW, delay_ns=2_000_000_000))
    world.perform(Press(zone=BUTTON))
    world.run_for(1.9)
    assert _alarms(world) == []

    world.run_for(1)

    assert _alarms(world) == [BUTTON]


def test_receipts_wait_at_the_broker_for_a_device_that_is_away(world: World, store: Store) -> None:
    world.perform(Room(state=RoomState.SLOW, delay_ns=20_000_000_000))
    world.perform(Press(zone=BUTTON))
    world.run_for(2)
    world.perform(Network(state=NetworkState.REFUSED))
    world.run_for(25)
    assert store.look == "fault"

    world.perform(Room(state=RoomState.SILENT))
    world.perform(Network(state=NetworkState.UP))
    world.run_for(60)

    assert store.look == "received"


def test_the_will_of_a_store_without_power_is_published(world: World) -> None:
    world.perform(Power(state=OnOff.OFF))
    world.run_for(14)
    before = world.ledger.status(DEVICE)
    world.run_for(2)
    after = world.ledger.status(DEVICE)

    assert before is not None
    assert after is not None
    assert (before.presence, after.presence) == (Presence.ONLINE, Presence.OFFLINE)


def test_nothing_that_was_asked_of_the_disk_happens_after_the_power_is_cut(world: World, store: Store) -> None:
    store.store_delay_ns = 500_000_000
    world.perform(Hold(zone=BUTTON))
    world.run_for(0.1)
    world.perform(Power(state=OnOff.OFF))
    world.run_for(10)

    assert store.disk.contents is not None
    assert store.disk.contents.events == {}
