"""What a coil may do to its neighbours' sensors, and what may happen meanwhile."""

from dataclasses import replace

import pytest

from device.logic.bank.blanking import BLANKING_NS, BUS_LAG_NS, LOST_NS, Blanking
from device.logic.bank.settings import DoorSettings
from device.logic.units import MS
from drivers.lock_ports import BoardRead, PulseEnd
from tests.device.logic.bank.cabinet import BOTH, PULSE_MS, REED, Cabinet, both, latched

BEGIN_MS, ON_MS, OFF_MS = 1_000, 1_005, 1_305
END_MS = OFF_MS + BLANKING_NS // MS


def _pulsing(*others: DoorSettings, long_pulse_ms: int = PULSE_MS) -> Cabinet:
    """Door 01 is about to be pulsed, from 1,005 ms to 1,305 ms, and will stay closed. long_pulse_ms: of the others."""
    longer = (replace(other, pulse_ns=long_pulse_ms * MS) for other in others)
    cabinet = Cabinet(BOTH, *longer).at(BEGIN_MS)
    cabinet.release("01")
    return cabinet


@pytest.mark.parametrize("glitch", [(1_006, 1_008), (1_010, 1_304), (1_006, 1_454), (1_300, 1_330)])
def test_glitch_on_all_reeds_while_a_coil_is_live_is_nothing(glitch: tuple[int, int]) -> None:
    others = [both(number) for number in range(2, 24)]
    cabinet = _pulsing(*others)
    for at_ms, shut in zip(glitch, (False, True), strict=True):
        cabinet.at(at_ms)
        for other in others:
            cabinet.reed(other.name, shut=shut)
    assert cabinet.at(9_000).told == []


def test_glitch_on_a_whole_board_while_a_coil_is_live_is_nothing() -> None:
    cabinet = _pulsing(*(latched(number) for number in range(1, 24)))
    for at_ms in (1_010, 1_100, 1_200, 1_310, 1_400):
        cabinet.at(at_ms)
        cabinet.say(BoardRead(cabinet.now_ns, "left", 2, 0))
    assert cabinet.at(9_000).told == []


@pytest.mark.parametrize("moved_ms", [1_006, 1_100, 1_304, 1_400, 1_454])
def test_reed_that_opens_in_the_window_and_stays_open_is_told_after_it_with_its_own_time(moved_ms: int) -> None:
    cabinet = _pulsing(both(2)).at(moved_ms)
    cabinet.reed("02", shut=False)
    assert cabinet.at(END_MS - 1).told == []
    cabinet.at(max(END_MS, moved_ms + 300))
    assert cabinet.find("02 alarm.wrong_door raised").at_ms == moved_ms


@pytest.mark.parametrize("moved_ms", [1_010, 1_200, 1_304, 1_400])
def test_latch_that_opens_in_the_window_is_told_within_six_hundred_milliseconds_after_it(moved_ms: int) -> None:
    cabinet = _pulsing(latched(1)).at(moved_ms)
    cabinet.hook("11", locked=False)
    assert cabinet.at(END_MS).told == []
    cabinet.at(END_MS + 600)
    assert cabinet.names() == ["11 alarm.wrong_door raised"]


def test_reading_in_the_window_says_when_a_latch_began_to_move() -> None:
    cabinet = _pulsing(latched(1)).at(1_200)
    cabinet.hook("11", locked=False)
    cabinet.at(4_000)
    assert cabinet.find("11 alarm.wrong_door raised").at_ms == 1_250


def test_opening_that_had_begun_before_the_pulse_is_forced_and_told_after_the_window() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(BEGIN_MS - 20)
    cabinet.reed("02", shut=False)
    cabinet.at(BEGIN_MS)
    cabinet.release("01")
    assert cabinet.at(END_MS - 1).told == []
    cabinet.at(END_MS)
    assert cabinet.find("02 alarm.forced raised").at_ms == BEGIN_MS - 20


def test_alarm_that_is_due_in_the_window_of_another_door_waits_for_its_end() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(BEGIN_MS - 100)
    cabinet.reed("02", shut=False)
    cabinet.at(BEGIN_MS)
    cabinet.release("01")
    assert cabinet.at(END_MS - 1).names() == []
    assert cabinet.at(END_MS).names() == ["02 alarm.forced raised"]


def test_edge_of_the_window_that_is_heard_after_it_is_held_no_longer() -> None:
    cabinet = _pulsing(both(2)).at(END_MS + 10)
    late = BoardRead((END_MS - 5) * MS, "left", 1, 0b11)
    cabinet.say(late)
    cabinet.pull("02")
    cabinet.at(5_000)
    assert cabinet.names() == ["02 alarm.forced raised"]


def test_pulsed_door_itself_is_believed_in_its_own_window() -> None:
    cabinet = _pulsing()
    cabinet.springs("01", after_ms=10)
    cabinet.at(1_075)
    assert cabinet.doors_told() == ["01 door.opened reported"]


def test_hook_that_the_coil_holds_open_is_no_opening() -> None:
    """A door seen by its hook alone reads open while the coil is live; it has opened if it still does after it."""
    cabinet = Cabinet(latched(1)).at(BEGIN_MS)
    cabinet.pulsed["left/2/1"] = lambda: cabinet.hook("11", locked=False)
    cabinet.later_do(OFF_MS - BEGIN_MS, lambda: cabinet.hook("11", locked=True))
    cabinet.release("11")
    cabinet.at(1_200)
    cabinet.say(BoardRead(cabinet.now_ns, "left", 2, 0))
    cabinet.at(5_000)
    assert cabinet.told == []
    assert cabinet.released == []


def test_board_that_is_not_read_again_is_not_believed_by_what_it_said_in_the_window() -> None:
    """Its answers are lost: what it said while a coil was live may have been the coil."""
    cabinet = Cabinet(REED, latched(1)).at(BEGIN_MS)
    cabinet.retells = False
    cabinet.release("21")
    cabinet.at(1_200)
    cabinet.hook("11", locked=False)
    cabinet.tell(2)
    assert cabinet.at(9_000).told == []
    cabinet.tell(2)
    cabinet.later(250)
    cabinet.tell(2)
    cabinet.later(400)
    assert cabinet.names() == ["11 alarm.wrong_door raised"]


def test_opening_before_the_request_has_left_is_forced() -> None:
    cabinet = _pulsing(both(2)).at(1_001)
    cabinet.reed("02", shut=False)
    cabinet.at(9_000)
    assert cabinet.names()[0] == "02 alarm.forced raised"


def test_opening_while_a_pulse_waits_for_its_line_is_told_at_once() -> None:
    """Who disturbs the line must not hide what is done to the doors meanwhile."""
    cabinet = Cabinet(BOTH, both(2)).at(BEGIN_MS)
    cabinet.drives = False
    cabinet.release("01")
    cabinet.at(1_010)
    cabinet.reed("02", shut=False)
    assert cabinet.at(1_309).names() == []
    assert cabinet.at(1_310).names() == ["02 alarm.forced raised"]


def test_latch_that_is_forced_during_a_short_pulse_is_not_held_for_the_longest_one() -> None:
    cabinet = _pulsing(latched(1), long_pulse_ms=1_000).at(1_010)
    cabinet.hook("11", locked=False)
    cabinet.at(END_MS + 600)
    assert cabinet.names() == ["11 alarm.wrong_door raised"]


def test_reading_counts_while_a_pulse_waits_that_is_never_sent() -> None:
    cabinet = Cabinet(REED, latched(1)).at(BEGIN_MS)
    cabinet.ends["GPIO16"] = [PulseEnd.NOT_SENT]
    cabinet.release("21")
    cabinet.at(BEGIN_MS + 2)
    cabinet.hook("11", locked=False)
    cabinet.tell(2)
    cabinet.at(BEGIN_MS + 250)
    cabinet.tell(2)
    cabinet.at(BEGIN_MS + 600)
    assert cabinet.names() == ["11 alarm.forced raised"]


def _pulsed(blanking: Blanking, door: DoorSettings, begin_ms: int, end: PulseEnd = PulseEnd.ACKNOWLEDGED) -> None:
    """Ordered at `begin_ms`, on the line 5 ms later; over after 300 ms."""
    assert door.lock is not None
    blanking.begin(door, door.lock, begin_ms * MS)
    blanking.began(door.lock, (begin_ms + 5) * MS)
    blanking.over(door.lock, end, (begin_ms + 305) * MS)


FIRST, THIRD = both(1), both(3)


@pytest.mark.parametrize("over_ms", [30, 1_505])
def test_window_is_as_long_as_the_coil_is_live_whenever_the_answer_comes(over_ms: int) -> None:
    blanking = Blanking()
    blanking.begin(FIRST, "left/1/1", 0)
    blanking.began("left/1/1", 5 * MS)
    blanking.over("left/1/1", PulseEnd.ACKNOWLEDGED, over_ms * MS)
    assert blanking.end_ns == 305 * MS + BLANKING_NS
    assert blanking.holds(305 * MS + BLANKING_NS - 1, "02")
    assert not blanking.holds(305 * MS + BLANKING_NS, "02")
    assert not blanking.holds(10 * MS, "01")
    assert not blanking.holds(4 * MS, "02")


def test_pulse_that_waits_for_its_line_or_is_never_sent_blanks_nothing() -> None:
    blanking = Blanking()
    blanking.begin(FIRST, "left/1/1", 0)
    assert not blanking.holds(10 * MS)
    assert blanking.lost_ns() == LOST_NS
    blanking.over("left/1/1", PulseEnd.NOT_SENT, 20 * MS)
    assert not blanking.holds(20 * MS)
    assert blanking.lost_ns() is None
    assert blanking.beside("02", 10 * MS, on_bus=False) is None


def test_pulse_that_a_board_declines_blanks_nothing_any_more() -> None:
    blanking = Blanking()
    blanking.begin(FIRST, "left/1/1", 0)
    blanking.began("left/1/1", 5 * MS)
    assert blanking.holds(29 * MS)
    blanking.over("left/1/1", PulseEnd.REFUSED, 30 * MS)
    assert not blanking.holds(30 * MS)
    assert blanking.clear_ns == 30 * MS
    assert blanking.beside("02", 10 * MS, on_bus=False) is None


def test_door_on_a_bus_is_seen_late_and_still_blames_the_pulse_before_the_last() -> None:
    blanking = Blanking()
    _pulsed(blanking, FIRST, 0)
    _pulsed(blanking, THIRD, 700)
    assert blanking.beside("02", 454 * MS, on_bus=False) == "01"
    assert blanking.beside("02", 455 * MS, on_bus=False) is None
    assert blanking.beside("02", 455 * MS, on_bus=True) == "01"
    assert blanking.beside("02", 800 * MS, on_bus=True) == "03"
    assert blanking.beside("03", 800 * MS, on_bus=True) == "01", "no door is opened instead of itself"
    assert blanking.beside("02", 1_155 * MS + BUS_LAG_NS, on_bus=True) is None
