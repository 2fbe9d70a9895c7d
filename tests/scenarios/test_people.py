"""What people do at the counter, at the phone and in the control room."""

import pytest

from device.logic.lamp import Look
from device.logic.receipt import Answer
from sim.control_room.core import Prompt, Silent, Slow, Wrong
from sim.control_room.mischief import Wrongness
from sim.world.setup import DEVICE
from tests.scenarios.night import BELIEF_S, BUTTON, PHONE, Night


def test_chased_person_is_heard_and_sees_that_help_comes(night: Night) -> None:
    assert night.look() is Look.DARK
    night.press(BUTTON, for_s=0.3)
    night.run_for(BELIEF_S)
    assert night.store.lamp.is_on
    night.run_for(0.05)
    assert night.look() is Look.RECEIVED

    night.operate(night.newest(), Answer.ACKNOWLEDGED)
    night.run_for(0.1)
    assert night.look() is Look.RECEIVED
    night.operate(night.newest(), Answer.DISPATCHED)
    night.run_for(0.1)
    assert night.look() is Look.HELP
    night.operate(night.newest(), Answer.CLOSED)
    night.run_for(0.1)

    assert night.look() is Look.DARK
    assert not night.store.lamp.is_on
    night.check()


def test_second_person_presses_while_help_is_on_its_way(night: Night) -> None:
    night.press(BUTTON)
    night.run_for(1)
    night.operate(night.newest(), Answer.DISPATCHED)
    night.run_for(1)

    night.press(BUTTON)
    night.run_for(BELIEF_S)
    assert night.look() in (Look.HEARD, Look.SENDING)
    night.run_for(1)

    assert night.look() is Look.HELP
    assert night.told("alarm.").count("alarm.holdup raised") == 2
    night.check()


def test_clerk_leaning_on_the_button_is_one_alarm_and_one_trouble(night: Night) -> None:
    night.press(BUTTON, for_s=300)
    night.run_for(400)

    assert night.told()[1:] == [
        "alarm.holdup raised",
        "trouble.stuck raised",
        "trouble.stuck restored",
        "alarm.holdup restored",
    ]
    night.check()


def test_cleaner_lifting_the_phone_is_recorded_and_not_sent(night: Night) -> None:
    night.press(PHONE, for_s=6.9)
    night.run_for(30)

    assert night.told("alarm.") == []
    assert night.store.notes == ("hotline: active for 6900 ms, shorter than hold_ms",)


def test_phone_off_the_hook_is_an_alarm_and_later_a_trouble(night: Night) -> None:
    night.press(PHONE, for_s=600)
    night.run_for(7 + BELIEF_S)
    assert night.told("alarm.") == ["alarm.hotline raised"]
    night.run_for(700)

    assert night.told("trouble.") == ["trouble.stuck raised", "trouble.stuck restored"]
    assert night.zone(PHONE) == "restored"
    night.check()


def test_panic_of_fifty_presses_is_thirty_alarms_and_a_count(night: Night) -> None:
    for number in range(50):
        night.press(BUTTON, for_s=0.1, at_s=number * 0.5)
    night.run_for(90)

    assert night.told("alarm.").count("alarm.holdup raised") == 30
    assert [told.detail["count"] for told in night.store.told if "count" in told.detail] == [20]
    night.check()


def test_silent_control_room_is_no_receipt_and_a_fault(night: Night) -> None:
    night.room.answering = Silent()
    night.press(BUTTON)
    night.run_for(1)
    assert night.look() is Look.SENDING
    night.run_for(25)
    assert night.look() is Look.FAULT

    night.room.answering = Prompt()
    night.run_for(60)

    assert night.look() is Look.RECEIVED
    night.check()


def test_slow_control_room_is_waited_for(night: Night) -> None:
    night.room.answering = Slow(3.0)
    night.press(BUTTON)
    night.run_for(2.9)
    assert night.look() is Look.SENDING
    night.run_for(0.5)

    assert night.look() is Look.RECEIVED
    night.run_for(60)
    night.check()


@pytest.mark.parametrize("kind", list(Wrongness))
def test_lying_control_room_is_not_believed(night: Night, kind: Wrongness) -> None:
    night.room.answering = Wrong(kind)
    night.press(BUTTON)
    night.run_for(15)
    assert night.look() is Look.SENDING

    night.room.answering = Prompt()
    night.run_for(90)

    assert night.look() is Look.RECEIVED
    night.check()


def test_rejected_alarm_is_a_fault_and_a_trouble(night: Night) -> None:
    night.room.answering = Silent()
    night.press(BUTTON)
    night.run_for(0.1)
    night.room.answering = Prompt()
    night.operate(night.newest(), Answer.REJECTED, "no such device here")
    night.run_for(1)

    assert night.look() is Look.FAULT
    assert night.told("trouble.")[0] == "trouble.rejected raised"
    assert night.ledger.status(DEVICE) is not None
