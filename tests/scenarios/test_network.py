"""What routers, brokers and providers do at night."""

from device.logic.lamp import Look
from sim.acts.words import NetworkState, RoomState
from sim.control_room.values import Presence
from sim.world.setup import DEVICE
from tests.scenarios.conftest import NightOf
from tests.scenarios.night import BUTTON, Night

_HOUR_S = 3_600


def test_line_that_swallows_everything_is_left_and_nothing_is_lost(night: Night) -> None:
    night.store.link.set_network(0, NetworkState.BLACK)
    for number in range(8):
        night.press(BUTTON, at_s=number)
    night.run_for(8)
    night.store.link.set_network(0, NetworkState.UP)
    night.run_for(90)

    assert len(night.arrived("alarm.")) == 16
    assert night.zone(BUTTON) == "restored"
    night.check()


def test_flapping_line_delivers_everything_once(night: Night) -> None:
    for flap in range(300):
        state = NetworkState.REFUSED if flap % 2 else NetworkState.BLACK if flap % 5 == 0 else NetworkState.UP
        night.store.link.set_network(0, state)
        if flap % 10 == 0:
            night.press(BUTTON, at_s=0.7)
        night.run_for(2)
    night.store.link.set_network(0, NetworkState.UP)
    night.run_for(120)

    assert len(night.arrived("alarm.")) == 60
    night.check()


def test_second_broker_takes_over_and_the_first_gets_its_place_back(night_of: NightOf) -> None:
    night = night_of(brokers=2)
    night.store.link.set_network(0, NetworkState.REFUSED)
    night.run_for(3)
    night.press(BUTTON)
    night.run_for(0.1)
    assert night.look() is Look.RECEIVED
    assert night.store.link.broker == 1

    night.store.link.set_network(0, NetworkState.UP)
    night.run_for(120)

    assert night.store.link.broker == 0
    night.check()


def test_broker_that_swallows_an_alarm_is_left_for_the_next(night_of: NightOf) -> None:
    night = night_of(brokers=2)
    night.store.link.set_network(0, NetworkState.BLACK)
    night.press(BUTTON)
    night.run_for(4)

    assert night.look() is Look.RECEIVED
    assert night.store.link.broker == 1


def test_silence_of_a_device_is_told_by_its_will(night: Night) -> None:
    night.store.switch_off()
    night.run_for(20)

    status = night.ledger.status(DEVICE)
    assert status is not None
    assert status.presence is Presence.OFFLINE


def test_will_of_a_replaced_connection_does_not_mark_the_device_dead(night: Night) -> None:
    night.store.link.set_network(0, NetworkState.BLACK)
    night.run_for(16)
    night.store.link.set_network(0, NetworkState.UP)
    night.run_for(60)

    status = night.ledger.status(DEVICE)
    assert status is not None
    assert status.presence is Presence.ONLINE


def test_alarms_while_the_control_room_is_away_arrive_in_order(night: Night) -> None:
    night.world.room.become(RoomState.AWAY)
    for number in range(100):
        night.press(BUTTON, at_s=number * 30)
    night.run_for(_HOUR_S)
    night.world.room.become(RoomState.PROMPT)
    night.run_for(120)

    assert len(night.arrived("alarm.")) == 200
    night.check_chain()
