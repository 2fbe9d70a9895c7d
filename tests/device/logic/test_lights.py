from itertools import permutations

import pytest

from device.logic.effects import Light
from device.logic.lamp import Look, Shows
from device.logic.lights import FAULT_NS, SHOWN_NS, AlarmLook, Lights
from device.logic.receipt import Answer
from device.logic.units import MS
from drivers.ports import Place

ONE, TWO = Place("e", 1), Place("e", 2)


def _heard(*places: Place) -> AlarmLook:
    look = AlarmLook()
    for index, place in enumerate(places):
        look.heard(place, index)
    return look


def _look(alarms: AlarmLook) -> Look:
    return alarms.look


def test_alarm_is_heard_then_sending_then_received() -> None:
    alarms = _heard(ONE)
    assert _look(alarms) == Look.HEARD
    alarms.saved(ONE)
    assert _look(alarms) == Look.SENDING
    alarms.answered(ONE, Answer.RECEIVED, 9)
    assert _look(alarms) == Look.RECEIVED
    alarms.saved(ONE)
    assert _look(alarms) == Look.RECEIVED


@pytest.mark.parametrize("order", list(permutations([Answer.RECEIVED, Answer.ACKNOWLEDGED, Answer.DISPATCHED])))
def test_old_receipt_that_comes_again_takes_nothing_back(order: tuple[Answer, ...]) -> None:
    alarms = _heard(ONE)
    for answer in order:
        alarms.answered(ONE, answer, 9)
    assert _look(alarms) == Look.HELP


def test_closed_alarm_is_dark_and_stays_so() -> None:
    alarms = _heard(ONE)
    alarms.answered(ONE, Answer.CLOSED, 9)
    alarms.answered(ONE, Answer.ON_SCENE, 9)
    alarms.saved(ONE)
    assert _look(alarms) == Look.DARK


def test_rejected_alarm_is_a_fault() -> None:
    alarms = _heard(ONE)
    alarms.answered(ONE, Answer.REJECTED, 9)
    assert _look(alarms) == Look.FAULT


@pytest.mark.parametrize("saved", [True, False])
def test_alarm_without_an_answer_is_a_fault_until_it_has_one(saved: bool) -> None:
    alarms = _heard(ONE)
    if saved:
        alarms.saved(ONE)
    assert alarms.due_ns() == FAULT_NS
    alarms.tick(FAULT_NS - 1)
    assert _look(alarms) != Look.FAULT
    alarms.tick(FAULT_NS)
    assert _look(alarms) == Look.FAULT
    alarms.answered(ONE, Answer.RECEIVED, FAULT_NS)
    assert _look(alarms) == Look.RECEIVED
    assert alarms.due_ns() == FAULT_NS + SHOWN_NS
    alarms.tick(FAULT_NS + SHOWN_NS)
    assert _look(alarms) == Look.DARK
    assert alarms.due_ns() is None


def test_alarm_that_nobody_answered_shows_its_fault_for_as_long_as_it_takes() -> None:
    alarms = _heard(ONE)
    alarms.tick(FAULT_NS)
    assert alarms.due_ns() is None
    late_ns = 100 * SHOWN_NS
    alarms.tick(late_ns)
    assert _look(alarms) == Look.FAULT
    alarms.answered(ONE, Answer.RECEIVED, late_ns)
    alarms.tick(late_ns)
    assert _look(alarms) == Look.RECEIVED
    alarms.tick(late_ns + SHOWN_NS)
    assert _look(alarms) == Look.DARK


def test_rejected_alarm_goes_dark_in_time() -> None:
    alarms = _heard(ONE)
    alarms.answered(ONE, Answer.REJECTED, 5)
    alarms.tick(5 + SHOWN_NS - 1)
    assert _look(alarms) == Look.FAULT
    alarms.tick(5 + SHOWN_NS)
    assert _look(alarms) == Look.DARK


def test_only_news_is_shown_for_longer() -> None:
    alarms = _heard(ONE)
    alarms.answered(ONE, Answer.RECEIVED, 0)
    alarms.answered(ONE, Answer.DISPATCHED, SHOWN_NS - 1)
    alarms.answered(ONE, Answer.RECEIVED, SHOWN_NS)
    alarms.answered(ONE, Answer.DISPATCHED, SHOWN_NS)
    assert alarms.due_ns() == 2 * SHOWN_NS - 1


def test_older_alarm_that_nobody_answered_is_shown_again_after_a_newer_one_went_dark() -> None:
    alarms = _heard(ONE, TWO)
    alarms.answered(TWO, Answer.RECEIVED, 9)
    alarms.tick(FAULT_NS)
    assert _look(alarms) == Look.RECEIVED
    alarms.tick(9 + SHOWN_NS)
    assert _look(alarms) == Look.FAULT


def test_newest_alarm_is_shown_and_help_for_any_is_help() -> None:
    alarms = _heard(ONE, TWO)
    alarms.answered(ONE, Answer.DISPATCHED, 9)
    assert _look(alarms) == Look.HEARD
    alarms.answered(TWO, Answer.RECEIVED, 9)
    assert _look(alarms) == Look.HELP


def test_lights_change_at_once_and_only_then() -> None:
    lights = Lights((("counter", Shows.ALARM), ("box", Shows.HEALTH)))
    assert lights.switch(0, healthy=True) == [Light("box", on=True)]
    lights.alarms.heard(ONE, 1)
    assert lights.switch(1, healthy=True) == [Light("counter", on=True)]
    assert lights.switch(2, healthy=True) == []
    assert lights.due_ns(2) == 50 * MS
    assert lights.switch(50 * MS, healthy=True) == [Light("box", on=False)]
    assert lights.all_off() == [Light("counter", on=False), Light("box", on=False)]


def test_device_without_lights_still_follows_its_alarms_in_bounds() -> None:
    lights = Lights(())
    for seq in range(200):
        lights.alarms.heard(Place("e", seq), seq)
    assert lights.switch(1, healthy=False) == []
    assert lights.due_ns(1) is not None
    assert len(lights.alarms._alarms) == 64
