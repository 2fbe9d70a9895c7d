"""What people do at the counter, at the phone and in the control room."""

import pytest

from device.logic.lamp import Look
from device.logic.receipt import Answer
from sim.control_room.core import Prompt, Silent, Slow, Wrong
from sim.control_room.mischief import Wrongness
from tests.scenarios.night import BELIEF_S, BUTTON, DEVICE, PHONE, Night


def test_chased_person_is_heard_and_sees_that_help_comes(night: Night) -> None:
    assert night.look() is Look.DARK
    night.rig.press(BUTTON, for_s=0.3)
    night.rig.run_for(BELIEF_S)
    assert night.rig.lamp.is_on
    night.rig.run_for(0.05)
    assert night.look() is Look.RECEIVED

    night.rig.operate(night.newest(), Answer.ACKNOWLEDGED)
    night.rig.run_for(0.1)
    assert night.look() is Look.RECEIVED
    night.rig.operate(night.newest(), Answer.DISPATCHED)
    night.rig.run_for(0.1)
    assert night.look() is Look.HELP
    night.rig.operate(night.newest(), Answer.CLOSED)
    night.rig.run_for(0.1)

    assert night.look() is Look.DARK
    assert not night.rig.lamp.is_on
    night.check()


def test_second_person_presses_while_help_is_on_its_way(night: Night) -> None:
    night.rig.press(BUTTON)
    night.rig.run_for(1)
    night.rig.operate(night.newest(), Answer.DISPATCHED)
    night.rig.run_for(1)

    night.rig.press(BUTTON)
    night.rig.run_for(BELIEF_S)
    assert night.look() in (Look.HEARD, Look.SENDING)
    night.rig.run_for(1)

    assert night.look() is Look.HELP
    assert night.told("alarm.").count("alarm.holdup raised") == 2
    night.check()


def test_clerk_leaning_on_the_button_is_one_alarm_and_one_trouble(night: Night) -> None:
    night.rig.press(BUTTON, for_s=300)
    night.rig.run_for(400)

    assert night.told()[1:] == [
        "alarm.holdup raised",
        "trouble.stuck raised",
        "trouble.stuck restored",
        "alarm.holdup restored",
    ]
    night.check()


def test_cleaner_lifting_the_phone_is_recorded_and_not_sent(night: Night) -> None:
    night.rig.press(PHONE, for_s=6.9)
    night.rig.run_for(30)

    assert night.told("alarm.") == []
    assert night.rig.notes() == ("hotline: active for 6900 ms, shorter than hold_ms",)


def test_phone_off_the_hook_is_an_alarm_and_later_a_trouble(night: Night) -> None:
    night.rig.press(PHONE, for_s=600)
    night.rig.run_for(7 + BELIEF_S)
    assert night.told("alarm.") == ["alarm.hotline raised"]
    night.rig.run_for(700)

    assert night.told("trouble.") == ["trouble.stuck raised", "trouble.stuck restored"]
    assert night.zone(PHONE) == "restored"
    night.check()


def test_panic_of_fifty_presses_is_thirty_alarms_and_a_count(night: Night) -> None:
    for number in range(50):
        night.rig.press(BUTTON, for_s=0.1, at_s=number * 0.5)
    night.rig.run_for(90)

    assert night.told("alarm.").count("alarm.holdup raised") == 30
    assert [told.detail["count"] for told in night.rig.told if "count" in told.detail] == [20]
    night.check()


def test_silent_control_room_is_no_receipt_and_a_fault(night: Night) -> None:
    night.room.answering = Silent()
    night.rig.press(BUTTON)
    night.rig.run_for(1)
    assert night.look() is Look.SENDING
    night.rig.run_for(25)
    assert night.look() is Look.FAULT

    night.room.answering = Prompt()
    night.rig.run_for(60)

    assert night.look() is Look.RECEIVED
    night.check()


def test_slow_control_room_is_waited_for(night: Night) -> None:
    night.room.answering = Slow(3.0)
    night.rig.press(BUTTON)
    night.rig.run_for(2.9)
    assert night.look() is Look.SENDING
    night.rig.run_for(0.5)

    assert night.look() is Look.RECEIVED
    night.rig.run_for(60)
    night.check()


@pytest.mark.parametrize("kind", list(Wrongness))
def test_lying_control_room_is_not_believed(night: Night, kind: Wrongness) -> None:
    night.room.answering = Wrong(kind)
    night.rig.press(BUTTON)
    night.rig.run_for(15)
    assert night.look() is Look.SENDING

    night.room.answering = Prompt()
    night.rig.run_for(90)

    assert night.look() is Look.RECEIVED
    night.check()


def test_rejected_alarm_is_a_fault_and_a_trouble(night: Night) -> None:
    night.room.answering = Silent()
    night.rig.press(BUTTON)
    night.rig.run_for(0.1)
    night.room.answering = Prompt()
    night.rig.operate(night.newest(), Answer.REJECTED, "no such device here")
    night.rig.run_for(1)

    assert night.look() is Look.FAULT
    assert night.told("trouble.")[0] == "trouble.rejected raised"
    assert night.ledger.status(DEVICE) is not None
