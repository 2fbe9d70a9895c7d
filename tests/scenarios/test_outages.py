"""A store without a network for hours and days."""

from device.logic.lamp import Look
from sim.acts.words import NetworkState
from tests.scenarios.conftest import NightOf
from tests.scenarios.night import BUTTON, MAINS, Night

_HOUR_S = 3_600


def test_router_dead_all_night_loses_nothing(night_of: NightOf) -> None:
    night = night_of(lamps=False)
    night.store.link.set_network(0, NetworkState.REFUSED)
    for hour in range(8):
        night.press(BUTTON, at_s=hour * _HOUR_S + 60)
    night.run_for(90)
    assert night.look() is Look.FAULT
    night.run_for(8 * _HOUR_S)
    night.store.link.set_network(0, NetworkState.UP)
    night.run_for(90)

    assert night.told("trouble.link") == ["trouble.link raised", "trouble.link restored"]
    assert night.zone(BUTTON) == "restored"
    night.check()


def test_new_alarm_does_not_wait_for_the_backoff(night: Night) -> None:
    night.store.link.set_network(0, NetworkState.REFUSED)
    night.run_for(_HOUR_S)
    night.store.link.set_network(0, NetworkState.UP)
    night.press(BUTTON)
    night.run_for(0.1)

    assert night.look() is Look.RECEIVED


def test_three_days_without_a_network_keep_ten_thousand_events(night_of: NightOf) -> None:
    night = night_of(lamps=False)
    night.store.link.set_network(0, NetworkState.REFUSED)
    for number in range(5_000):
        night.press(MAINS, for_s=20, at_s=number * 50)
    night.press(BUTTON, at_s=2 * 24 * _HOUR_S)
    night.run_for(3 * 24 * _HOUR_S)
    night.store.link.set_network(0, NetworkState.UP)
    night.run_for(300)

    assert len(night.arrived("trouble.mains")) == 10_000
    night.check()
    others = [event.place for event in night.arrived("trouble.mains")]
    assert others == sorted(others)


def test_alarm_of_the_outage_arrives_before_the_troubles_of_days(night_of: NightOf) -> None:
    night = night_of(lamps=False)
    night.store.link.set_network(0, NetworkState.REFUSED)
    for number in range(500):
        night.press(MAINS, for_s=20, at_s=number * 50)
    night.run_for(500 * 50)
    night.press(BUTTON)
    night.run_for(0.5)
    night.store.link.set_network(0, NetworkState.UP)
    night.run_for(120)

    behind = [event.type for event in night.arrived()[1:3]]
    assert behind == ["ansim.alarm.holdup", "ansim.alarm.holdup"]
    night.check()
