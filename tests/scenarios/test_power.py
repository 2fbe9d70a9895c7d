"""What power cuts, disks, clocks and wires do."""

import pytest

from device.logic.lamp import Look
from device.logic.units import MS, S
from drivers.ports import StoreFault
from sim.control_room.core import Prompt, Silent
from sim.control_room.ledger import Ledger
from tests.scenarios.night import BUTTON, MAINS, Night


@pytest.mark.parametrize("after_ms", range(0, 60, 1))
def test_power_cut_at_any_moment_loses_no_alarm_that_the_lamp_confirmed(ledger: Ledger, after_ms: int) -> None:
    night = Night(ledger)
    night.rig.link.latency_ns = 3 * MS
    night.rig.store_delay_ns = 5 * MS
    night.rig.press(BUTTON, for_s=0.01 + 0.001 * after_ms)
    night.rig.run_for(0.001 * after_ms)
    confirmed = night.look() in (Look.SENDING, Look.RECEIVED)
    received = night.look() is Look.RECEIVED
    taken = len(night.arrived("alarm."))
    night.rig.cut_power()
    night.rig.run_for(1)
    night.rig.power_on()
    night.rig.run_for(30)

    alarms = [event for event in night.arrived("alarm.") if event.phase.value == "raised"]
    assert not confirmed or len(alarms) >= 1
    assert not received or night.rig.arrivals_of(alarms[0].place) == 1
    assert len(night.arrived("alarm.")) >= taken
    assert not night.ledger.conflicts("store-0042")
    night.check_chain()


def test_alarm_without_a_receipt_is_sent_after_the_power_returns(night: Night) -> None:
    night.room.answering = Silent()
    night.rig.press(BUTTON)
    night.rig.run_for(2)
    night.rig.cut_power()
    night.room.answering = Prompt()
    night.rig.run_for(600)
    night.rig.power_on()
    night.rig.run_for(10)

    night.check()


def test_person_pressing_while_the_power_returns_is_heard(night: Night) -> None:
    night.rig.cut_power()
    night.rig.press(BUTTON, for_s=10)
    night.rig.run_for(2)
    night.rig.power_on()
    night.rig.run_for(0.1)

    raised = [told for told in night.rig.told if told.what == "alarm.holdup"]
    assert [told.detail for told in raised] == [{"at_start": True}]
    assert night.look() is Look.RECEIVED


def test_time_that_is_wrong_after_a_power_cut_is_marked_and_nothing_is_dropped(night: Night) -> None:
    night.rig.cut_power()
    night.rig.clock.set_wall(0, synced=False)
    night.rig.power_on()
    night.rig.press(BUTTON)
    night.rig.run_for(1_000)
    night.rig.clock.set_wall(1_893_456_000 * S, synced=True)
    night.rig.run_for(60)

    assert [event.time_ns < 10 * S for event in night.arrived("alarm.")] == [True, True]
    assert night.told("trouble.clock") == ["trouble.clock raised", "trouble.clock reported", "trouble.clock restored"]
    night.check()


@pytest.mark.parametrize("fault", [StoreFault.READ_ONLY, StoreFault.FAILED])
def test_dying_card_takes_no_alarm_with_it(night: Night, fault: StoreFault) -> None:
    night.rig.disk.broken = fault
    night.rig.press(BUTTON)
    night.rig.run_for(1)
    assert night.look() is Look.RECEIVED
    assert night.told("trouble.") == ["trouble.storage raised"]

    night.rig.disk.broken = None
    night.rig.run_for(60)

    assert night.told("trouble.") == ["trouble.storage raised", "trouble.storage restored"]
    night.check()


def test_full_card_still_takes_alarms_away(night: Night) -> None:
    night.rig.disk.fill()
    for number in range(20):
        night.rig.press(BUTTON, at_s=number * 3)
    night.rig.run_for(90)

    assert night.look() is Look.RECEIVED
    assert len(night.arrived("alarm.")) == 40


def test_corrupt_store_is_kept_aside_and_told(night: Night) -> None:
    night.rig.disk.corrupt()
    night.rig.press(BUTTON)
    night.rig.run_for(60)

    assert night.told("trouble.") == ["trouble.storage raised", "trouble.storage restored"]
    assert list(night.rig.disk.kept_aside) == ["events.db.corrupt-1"]
    assert night.look() is Look.RECEIVED
    night.check()


def test_slow_card_delays_neither_lamp_nor_alarm(night: Night) -> None:
    night.rig.store_delay_ns = 500 * MS
    night.rig.press(BUTTON)
    night.rig.run_for(0.025)

    assert night.rig.lamp.is_on
    assert [event.type for event in night.arrived("alarm.")] == ["ansim.alarm.holdup"]


def test_wire_cut_by_a_burglar_is_known_within_a_second(night: Night) -> None:
    night.rig.contacts[BUTTON].common.cut()
    night.rig.run_for(1)
    assert night.told("trouble.") == ["trouble.line raised"]
    assert night.told("alarm.") == []

    night.rig.contacts[BUTTON].common.mend()
    night.rig.run_for(5)

    assert night.told("trouble.") == ["trouble.line raised", "trouble.line restored"]
    night.check()


def test_press_is_heard_on_the_leg_that_still_moves(night: Night) -> None:
    night.rig.contacts[BUTTON].wire_nc.cut()
    night.rig.run_for(2)
    night.rig.press(BUTTON)
    night.rig.run_for(2)

    assert night.told("alarm.") == ["alarm.holdup raised", "alarm.holdup restored"]


def test_contact_that_chatters_all_night_is_one_trouble(night: Night) -> None:
    for number in range(20):
        night.rig.chatter(MAINS, edges=1_000, period_ns=2 * MS, at_s=number * 5)
    night.rig.run_for(120)

    assert night.told("trouble.chatter") == ["trouble.chatter raised", "trouble.chatter restored"]
    assert len(night.rig.told) <= 6
    night.check()


def test_two_quiet_days_are_two_quiet_days(ledger: Ledger) -> None:
    night = Night(ledger, lamps=False)
    night.rig.run_for(48 * 3_600)

    assert night.told() == ["system.started reported"]
