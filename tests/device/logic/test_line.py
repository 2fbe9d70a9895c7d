import pytest

from device.logic.debounce import Change
from device.logic.line import LINE_FAULT_NS, Line
from device.logic.units import MS

NO, NC = 0, 1


def _changeover(*, at_rest: bool = True) -> Line:
    line = Line(20 * MS, normally_closed=False, supervised=True)
    line.feed(NO, not at_rest, 0)
    line.feed(NC, at_rest, 0)
    assert line.tick(20 * MS) == [Change(not at_rest, 0, first=True)]
    return line


def _told(line: Line, *at_ms: int) -> list[Change]:
    return [change for each in at_ms for change in line.tick(each * MS)]


def test_plain_contact_is_active_when_closed() -> None:
    line = Line(20 * MS, normally_closed=False, supervised=False)
    line.feed(0, True, 0)
    assert line.tick(20 * MS) == [Change(True, 0, first=True)]


def test_normally_closed_contact_is_active_when_open() -> None:
    line = Line(20 * MS, normally_closed=True, supervised=False)
    line.feed(0, True, 0)
    assert line.tick(20 * MS) == [Change(False, 0, first=True)]
    line.feed(0, False, 100 * MS)
    assert line.tick(120 * MS) == [Change(True, 100 * MS, first=False)]


def test_transit_of_the_blade_is_one_movement_from_its_first_edge() -> None:
    line = _changeover()
    line.feed(NC, False, 100 * MS)
    line.feed(NO, True, 108 * MS)
    assert _told(line, 120, 128, 900) == [Change(True, 100 * MS, first=False)]
    assert line.fault is None
    assert line.due_ns() is None


def test_late_tick_sees_the_same_movement() -> None:
    line = _changeover()
    line.feed(NC, False, 100 * MS)
    line.feed(NO, True, 108 * MS)
    assert _told(line, 5_000) == [Change(True, 100 * MS, first=False)]
    assert line.fault is None


def test_legs_that_do_not_contradict_each_other_are_a_fault() -> None:
    for leg, closed, fault in ((NC, False, "open"), (NO, True, "short")):
        line = _changeover()
        line.feed(leg, closed, 100 * MS)
        line.tick(120 * MS)
        assert line.due_ns() == 100 * MS + LINE_FAULT_NS
        assert _told(line, 199) == []
        assert line.fault is None
        assert _told(line, 200) == []
        assert line.fault == fault
        assert line.active is False
        assert line.due_ns() is None


@pytest.mark.parametrize("rest_ms", [5, 15, 60, 99])
def test_fault_counts_from_the_last_movement_of_either_leg(rest_ms: int) -> None:
    line = _changeover()
    line.feed(NC, False, 100 * MS)
    line.tick(120 * MS)
    line.feed(NO, True, 150 * MS)
    line.feed(NO, False, 155 * MS)
    line.feed(NC, True, (155 + rest_ms) * MS)
    line.feed(NC, False, (160 + rest_ms) * MS)
    _told(line, 160 + rest_ms + 99)
    assert line.fault is None
    assert line.due_ns() == (160 + rest_ms) * MS + LINE_FAULT_NS
    _told(line, 160 + rest_ms + 100)
    assert line.fault == "open"
    assert line.doubt_ns == 100 * MS


def test_leg_that_still_moves_is_no_fault_however_long() -> None:
    line = _changeover()
    line.feed(NC, False, 100 * MS)
    for at_ms in range(108, 3_000, 15):
        assert _told(line, at_ms) == []
        line.feed(NO, (at_ms - 108) % 2 == 0, at_ms * MS)
    assert line.fault is None


def test_leg_that_is_not_believed_yet_is_no_fault_where_levels_must_last_longer() -> None:
    line = _changeover()
    line.settle_for(250 * MS)
    line.feed(NC, False, 100 * MS)
    line.feed(NO, True, 180 * MS)
    assert _told(line, 350, 429) == []
    assert _told(line, 430) == [Change(True, 100 * MS, first=False)]
    assert line.fault is None


def test_blade_that_rests_between_its_bounces_is_no_fault() -> None:
    line = _changeover()
    line.feed(NC, False, 100 * MS)
    line.feed(NO, True, 104 * MS)
    line.feed(NO, False, 110 * MS)
    assert _told(line, 130, 190) == []
    line.feed(NO, True, 200 * MS)
    assert [change.closed for change in _told(line, 220)] == [True]
    assert line.fault is None


def test_fault_ends_with_both_legs_at_rest() -> None:
    line = _changeover()
    line.feed(NC, False, 100 * MS)
    _told(line, 120, 600)
    line.feed(NC, True, 2_000 * MS)
    assert _told(line, 2_020) == []
    assert line.fault is None


def test_every_press_is_heard_with_its_own_time_while_the_other_leg_is_cut() -> None:
    line = _changeover()
    line.feed(NC, False, 100 * MS)
    _told(line, 120, 600)
    presses = (86_400_000, 86_400_200, 86_500_000)
    for at_ms in presses:
        line.feed(NO, True, at_ms * MS)
        assert _told(line, at_ms + 20) == [Change(True, at_ms * MS, first=False)]
        line.feed(NO, False, (at_ms + 100) * MS)
        assert _told(line, at_ms + 120) == [Change(False, (at_ms + 100) * MS, first=False)]
        assert line.fault == "open"


def test_disagreement_at_start_is_a_fault_and_a_later_press_is_not_from_the_start() -> None:
    line = Line(20 * MS, normally_closed=False, supervised=True)
    line.feed(NO, False, 0)
    line.feed(NC, False, 0)
    assert _told(line, 20, 99) == []
    assert line.active is None
    _told(line, 100)
    assert line.fault == "open"
    line.feed(NO, True, 9_000 * MS)
    assert _told(line, 9_020) == [Change(True, 9_000 * MS, first=False)]


def test_cut_while_pressed_ends_the_activity_and_is_a_fault() -> None:
    line = _changeover(at_rest=False)
    line.feed(NO, False, 100 * MS)
    assert _told(line, 120) == [Change(False, 100 * MS, first=False)]
    _told(line, 600)
    assert line.fault == "open"


def test_longer_settling_is_asked_of_both_legs() -> None:
    line = _changeover()
    line.settle_for(250 * MS)
    line.feed(NC, False, 100 * MS)
    line.feed(NO, True, 100 * MS)
    assert line.moving_ns == 100 * MS
    assert _told(line, 349) == []
    assert _told(line, 350) == [Change(True, 100 * MS, first=False)]
