"""What power cuts, disks, clocks and wires do."""

import pytest

from device.logic.lamp import Look
from device.logic.units import MS, S
from drivers.ports import StoreFault
from sim.control_room.core import Prompt, Silent
from tests.scenarios.conftest import NightOf
from tests.scenarios.night import BUTTON, MAINS, Night


@pytest.mark.parametrize("after_ms", range(0, 60, 1))
def test_power_cut_at_any_moment_loses_no_alarm_that_the_lamp_confirmed(night: Night, after_ms: int) -> None:

    night.store.link.ways[0].latency_ns = 3 * MS
    night.store.store_delay_ns = 5 * MS
    night.press(BUTTON, for_s=0.01 + 0.001 * after_ms)
    night.run_for(0.001 * after_ms)
    confirmed = night.look() in (Look.SENDING, Look.RECEIVED)
    received = night.look() is Look.RECEIVED
    taken = len(night.arrived("alarm."))
    night.store.switch_off()
    night.run_for(1)
    night.store.switch_on()
    night.run_for(30)

    alarms = [event for event in night.arrived("alarm.") if event.phase.value == "raised"]
    assert not confirmed or len(alarms) >= 1
    assert not received or night.store.arrivals_of(alarms[0].place) == 1
    assert len(night.arrived("alarm.")) >= taken
    assert not night.ledger.conflicts("store-0042")
    night.check_chain()


def test_alarm_without_a_receipt_is_sent_after_the_power_returns(night: Night) -> None:
    night.room.answering = Silent()
    night.press(BUTTON)
    night.run_for(2)
    night.store.switch_off()
    night.room.answering = Prompt()
    night.run_for(600)
    night.store.switch_on()
    night.run_for(10)

    night.check()


def test_person_pressing_while_the_power_returns_is_heard(night: Night) -> None:
    night.store.switch_off()
    night.press(BUTTON, for_s=10)
    night.run_for(2)
    night.store.switch_on()
    night.run_for(0.1)

    raised = [told for told in night.store.told if told.what == "alarm.holdup"]
    assert [told.detail for told in raised] == [{"at_start": True}]
    assert night.look() is Look.RECEIVED


def test_time_that_is_wrong_after_a_power_cut_is_marked_and_nothing_is_dropped(night: Night) -> None:
    night.store.switch_off()
    night.store.clock.unset()
    night.store.switch_on()
    night.press(BUTTON)
    night.run_for(1_000)
    night.store.clock.sync()
    night.run_for(60)

    assert [event.time_ns < 10 * S for event in night.arrived("alarm.")] == [True, True]
    assert night.told("trouble.clock") == ["trouble.clock raised", "trouble.clock reported", "trouble.clock restored"]
    night.check()


@pytest.mark.parametrize("fault", [StoreFault.READ_ONLY, StoreFault.FAILED])
def test_dying_card_takes_no_alarm_with_it(night: Night, fault: StoreFault) -> None:
    night.store.disk.broken = fault
    night.press(BUTTON)
    night.run_for(1)
    assert night.look() is Look.RECEIVED
    assert night.told("trouble.") == ["trouble.storage raised"]

    night.store.disk.broken = None
    night.run_for(60)

    assert night.told("trouble.") == ["trouble.storage raised", "trouble.storage restored"]
    night.check()


def test_full_card_still_takes_alarms_away(night: Night) -> None:
    night.store.disk.fill()
    for number in range(20):
        night.press(BUTTON, at_s=number * 3)
    night.run_for(90)

    assert night.look() is Look.RECEIVED
    assert len(night.arrived("alarm.")) == 40


def test_corrupt_store_is_kept_aside_and_told(night: Night) -> None:
    night.store.disk.corrupt()
    night.press(BUTTON)
    night.run_for(60)

    assert night.told("trouble.") == ["trouble.storage raised", "trouble.storage restored"]
    assert list(night.store.disk.kept_aside) == ["events.db.corrupt-1"]
    assert night.look() is Look.RECEIVED
    night.check()


def test_slow_card_delays_neither_lamp_nor_alarm(night: Night) -> None:
    night.store.store_delay_ns = 500 * MS
    night.press(BUTTON)
    night.run_for(0.025)

    assert night.store.lamp.is_on
    assert [event.type for event in night.arrived("alarm.")] == ["ansim.alarm.holdup"]


def test_wire_cut_by_a_burglar_is_known_within_a_second(night: Night) -> None:
    night.store.contacts[BUTTON].common.cut()
    night.run_for(1)
    assert night.told("trouble.") == ["trouble.line raised"]
    assert night.told("alarm.") == []

    night.store.contacts[BUTTON].common.mend()
    night.run_for(5)

    assert night.told("trouble.") == ["trouble.line raised", "trouble.line restored"]
    night.check()


def test_press_is_heard_on_the_leg_that_still_moves(night: Night) -> None:
    night.store.contacts[BUTTON].wire_nc.cut()
    night.run_for(2)
    night.press(BUTTON)
    night.run_for(2)

    assert night.told("alarm.") == ["alarm.holdup raised", "alarm.holdup restored"]


def test_contact_that_chatters_all_night_is_one_trouble(night: Night) -> None:
    for number in range(20):
        night.chatter(MAINS, edges=1_000, period_ns=2 * MS, at_s=number * 5)
    night.run_for(120)

    assert night.told("trouble.chatter") == ["trouble.chatter raised", "trouble.chatter restored"]
    assert len(night.store.told) <= 6
    night.check()


def test_two_quiet_days_are_two_quiet_days(night_of: NightOf) -> None:
    night = night_of(lamps=False)
    night.run_for(48 * 3_600)

    assert night.told() == ["system.started reported"]
