"""Doors that are left open, and those that are shut after too long."""

from dataclasses import replace

import pytest

from device.logic.bank.opening import LEFT_OPEN_NIGHT_NS, LEFT_OPEN_NS, OPEN_LONG_NS, PERSON_NS
from device.logic.bank.settings import Night
from device.logic.units import MS, S
from drivers.lock_ports import PulseEnd
from tests.device.logic.bank.cabinet import BOTH, LATCH, NOON_NS, REED, Cabinet, both

NIGHT = Night(22 * 60, 6 * 60, 0)
MIDNIGHT_NS = NOON_NS + 12 * 3600 * S


def _released(*, night: Night | None = None, utc_ns: int = NOON_NS) -> Cabinet:
    """Door 01 has been released and pulled open, at 1,105 ms."""
    cabinet = Cabinet(BOTH, night=night, utc_ns=utc_ns).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(3_000)
    cabinet.pulsed.clear()
    assert cabinet.names() == []
    return cabinet


def test_open_door_is_open_long_after_60_s() -> None:
    cabinet = _released()
    cabinet.at(1_105 + OPEN_LONG_NS / MS - 1)
    assert cabinet.state() == "open"
    cabinet.later(1)
    assert cabinet.state() == "open-long"
    assert cabinet.names() == []


@pytest.mark.parametrize(
    ("utc_ns", "limit_ns"), [(NOON_NS, LEFT_OPEN_NS), (MIDNIGHT_NS, LEFT_OPEN_NIGHT_NS)], ids=["day", "night"]
)
def test_open_door_is_left_open_after_180_s_and_after_90_s_at_night(utc_ns: int, limit_ns: int) -> None:
    cabinet = _released(night=NIGHT, utc_ns=utc_ns)
    cabinet.at(1_105 + limit_ns / MS - 1)
    assert cabinet.names() == []
    cabinet.later(1)
    assert cabinet.names() == ["01 alarm.left_open raised"]
    assert cabinet.find("01 alarm.left_open raised").at_ms == 1_105 + limit_ns / MS
    assert cabinet.state() == "left-open"
    cabinet.shut("01")
    cabinet.later(5_000)
    assert cabinet.names() == ["01 alarm.left_open raised", "01 alarm.left_open restored"]
    assert cabinet.state() == "secured"


def test_door_is_left_open_when_night_falls_over_it() -> None:
    cabinet = _released(night=NIGHT, utc_ns=NOON_NS + 10 * 3600 * S - 120 * S)
    assert cabinet.at(119_999).names() == []
    cabinet.at(120_000)
    assert cabinet.find("01 alarm.left_open raised").at_ms == 120_000


def test_clock_that_nobody_trusts_says_day() -> None:
    cabinet = Cabinet(BOTH, night=NIGHT, utc_ns=MIDNIGHT_NS, synced=False).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    assert cabinet.at(120_000).names() == []
    assert cabinet.at(182_000).names() == ["01 alarm.left_open raised"]


def test_forced_door_is_not_left_open_too() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.pull("01")
    assert cabinet.at(900_000).names() == ["01 alarm.forced raised"]


def _unattended(open_ms: float, *, fits_person: bool = True) -> Cabinet:
    cabinet = Cabinet(replace(BOTH, fits_person=fits_person)).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(1_105 + open_ms)
    cabinet.told.clear()
    cabinet.pulses.clear()
    cabinet.pulsed.clear()
    cabinet.shut("01")
    return cabinet


def test_large_door_that_closes_after_ten_minutes_unattended_is_released_again_at_once() -> None:
    cabinet = _unattended(PERSON_NS / MS + 1)
    cabinet.springs("01")
    cabinet.later(55)
    cabinet.later(10)
    assert cabinet.names()[-1] == "01 alarm.person_inside raised"
    assert cabinet.state() == "person-inside"
    (pulse,) = cabinet.pulses
    assert pulse[1] == pytest.approx(1_105 + PERSON_NS / MS + 61)
    cabinet.later(1_000)
    assert cabinet.names()[-1] == "01 alarm.person_inside restored"
    assert cabinet.state() == "open"
    assert cabinet.results() == [("jti", "01", "opened")], "nobody asked for the second one"


@pytest.mark.parametrize(
    ("open_ms", "fits_person"), [(PERSON_NS / MS, True), (PERSON_NS / MS + 60_000, False)], ids=["in time", "small"]
)
def test_no_person_is_suspected_within_ten_minutes_or_in_a_small_compartment(open_ms: float, fits_person: bool) -> None:
    cabinet = _unattended(open_ms, fits_person=fits_person)
    cabinet.later(60_000)
    assert cabinet.names() == ["01 alarm.left_open restored"]
    assert cabinet.pulses == []


def test_no_person_is_suspected_behind_a_door_that_was_released_again_meanwhile() -> None:
    cabinet = Cabinet(replace(BOTH, fits_person=True)).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(400_000)
    cabinet.release("01", "courier")
    cabinet.at(700_000)
    cabinet.shut("01")
    cabinet.at(760_000)
    assert "01 alarm.person_inside raised" not in cabinet.names()
    assert len(cabinet.pulses) == 2


def test_reed_whose_wire_was_cut_and_mended_does_not_open_the_compartment() -> None:
    """The hook has held all the time."""
    cabinet = Cabinet(replace(BOTH, fits_person=True)).at(1_000)
    cabinet.reed("01", shut=False)
    cabinet.at(700_000)
    cabinet.reed("01", shut=True)
    cabinet.at(760_000)
    assert cabinet.find("01 alarm.person_inside raised").detail == {"open_s": 699, "released_again": False}
    assert cabinet.pulses == []


def test_single_sensor_that_says_open_without_a_release_does_not_open_the_compartment() -> None:
    cabinet = Cabinet(replace(REED, fits_person=True)).at(1_000)
    cabinet.reed("21", shut=False)
    cabinet.at(700_000)
    cabinet.reed("21", shut=True)
    cabinet.at(760_000)
    assert cabinet.names()[-1] == "21 alarm.person_inside raised"
    assert cabinet.pulses == []


def test_door_that_was_shut_while_nobody_could_see_it_is_not_opened_by_the_bank() -> None:
    """It may have been shut with a parcel in it, ten minutes ago."""
    cabinet = Cabinet(replace(LATCH, fits_person=True)).at(1_000)
    cabinet.springs("11")
    cabinet.release("11")
    cabinet.at(5_000)
    cabinet.unplug()
    cabinet.shut("11")
    cabinet.at(700_000)
    cabinet.plug()
    cabinet.at(760_000)
    assert "11 alarm.person_inside raised" in cabinet.names()
    assert len(cabinet.pulses) == 1


def test_release_for_a_person_is_tried_twice_and_then_told() -> None:
    cabinet = _unattended(PERSON_NS / MS + 1)
    cabinet.later(600_000)
    assert cabinet.names() == [
        "01 alarm.left_open restored",
        "01 alarm.person_inside raised",
        "01 trouble.jammed raised",
    ]
    assert len(cabinet.pulses) == 2
    assert cabinet.state() == "person-inside"


@pytest.mark.parametrize("end", [PulseEnd.NOT_SENT, PulseEnd.REFUSED])
def test_release_for_a_person_that_cannot_be_carried_out_is_told(end: PulseEnd) -> None:
    cabinet = _unattended(PERSON_NS / MS + 1)
    cabinet.ends["left/1/1"] = [end, end]
    cabinet.later(60_000)
    assert cabinet.names()[1:] == ["01 alarm.person_inside raised", "01 trouble.jammed raised"]
    assert cabinet.find("01 trouble.jammed raised").detail["result"] == end.value


def test_door_that_opens_by_itself_before_it_is_released_for_a_person_is_not_pulsed_when_it_is_shut_again() -> None:
    cabinet = Cabinet(replace(BOTH, fits_person=True), both(2)).at(1_000)
    cabinet.pull("01")
    cabinet.at(700_000)
    cabinet.shut("01")
    cabinet.later(30)
    cabinet.release("02")
    cabinet.at(700_500)
    assert cabinet.state() == "person-inside", "and its lock waits for the supply"
    cabinet.pull("01")
    cabinet.at(700_565)
    cabinet.shut("01")
    cabinet.later(60_000)
    assert [lock for lock, _ in cabinet.pulses].count("left/1/1") == 0
    assert cabinet.names().count("01 alarm.person_inside restored") == 1


def test_person_goes_before_everybody_who_waits() -> None:
    cabinet = Cabinet(replace(BOTH, fits_person=True), *(both(number) for number in range(2, 9))).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(700_000)
    for number in range(2, 9):
        cabinet.release(f"{number:02}", f"jti-{number}")
    cabinet.later(100)
    cabinet.shut("01")
    cabinet.later(3_000)
    assert cabinet.pulses[2][0] == "left/1/1"


def test_door_without_a_lock_tells_of_a_person_and_pulses_nothing() -> None:
    cabinet = Cabinet(replace(BOTH, lock=None, fits_person=True)).at(1_000)
    cabinet.pull("01")
    cabinet.at(700_000)
    cabinet.shut("01")
    cabinet.at(710_000)
    assert cabinet.names()[-1] == "01 alarm.person_inside raised"
    assert cabinet.pulses == []
