"""Doors that open though nobody released them: forced, found open, or opened by the pulse of another."""

from dataclasses import replace

import pytest

from device.logic.bank.opening import FORCED_NS
from device.logic.bank.settings import DoorSettings, Spot
from device.logic.units import MS
from drivers.lock_ports import BoardSilent, PulseEnd
from drivers.ports import Edge
from tests.device.logic.bank.cabinet import BOTH, LATCH, REED, Cabinet, both, latched


@pytest.mark.parametrize("open_ms", [61, 150, 299])
def test_opening_of_less_than_300_ms_is_told_and_no_alarm(open_ms: int) -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.reed("01", shut=False)
    cabinet.later(open_ms)
    cabinet.reed("01", shut=True)
    cabinet.at(5_000)
    assert cabinet.names() == []
    assert cabinet.doors_told() == ["01 door.opened reported", "01 door.closed reported"]


def test_opening_of_less_than_60_ms_is_not_heard() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.reed("01", shut=False)
    cabinet.later(59)
    cabinet.reed("01", shut=True)
    assert cabinet.at(5_000).told == []


@pytest.mark.parametrize("door", [BOTH, REED])
def test_door_that_opens_without_a_release_is_forced_after_300_ms_since_its_first_movement(door: DoorSettings) -> None:
    cabinet = Cabinet(door).at(1_000)
    (name,) = cabinet.doors
    cabinet.reed(name, shut=False)
    assert cabinet.at(1_299).names() == []
    cabinet.at(1_000 + FORCED_NS / MS)
    assert cabinet.names() == [f"{name} alarm.forced raised"]
    assert cabinet.find(f"{name} alarm.forced raised").at_ms == 1_000
    assert cabinet.state(name) == "forced"


def test_door_that_a_bus_sees_is_forced_after_two_readings() -> None:
    cabinet = Cabinet(LATCH).at(1_000)
    cabinet.pull("11")
    assert cabinet.at(1_499).told == []
    cabinet.at(1_600)
    assert cabinet.names() == ["11 alarm.forced raised"]
    assert cabinet.find("11 alarm.forced raised").at_ms == 1_250


def test_forced_door_is_restored_once_when_it_is_shut() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.pull("01")
    cabinet.at(400_000)
    cabinet.shut("01")
    cabinet.at(410_000)
    assert cabinet.names() == ["01 alarm.forced raised", "01 alarm.forced restored"]
    closed = cabinet.find("01 door.closed reported")
    assert (closed.at_ms, closed.detail["released"], closed.detail["after_ms"]) == (400_000, None, 399_000)
    assert cabinet.state() == "secured"


def test_door_that_moves_when_it_is_to_be_judged_is_waited_for() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.reed("01", shut=False)
    cabinet.at(1_270)
    cabinet.reed("01", shut=True)
    assert cabinet.at(5_000).names() == []


def test_door_that_rattles_when_it_is_to_be_judged_is_not_waited_for_without_end() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.reed("01", shut=False)
    for step in range(20):
        cabinet.at(1_280 + 40 * step)
        cabinet.reed("01", shut=step % 2 == 0)
    assert cabinet.names() == ["01 alarm.forced raised"]


def test_door_that_was_shut_when_its_alarm_was_due_has_been_forced_all_the_same_however_late_it_is_asked() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    for at_ms, shut in ((1_100, False), (1_500, True)):
        cabinet._take(cabinet.bank.feed(Edge(at_ms * MS, "GPIO5", not shut), at_ms * MS))
    cabinet.at(9_000)
    assert cabinet.names() == ["01 alarm.forced raised", "01 alarm.forced restored"]


def test_door_that_is_opened_by_hand_while_the_key_is_turned_is_forced_and_says_so() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.bank.key_turned(True)
    cabinet.pull("01")
    cabinet.at(2_000)
    assert cabinet.find("01 alarm.forced raised").detail["service_key"] is True


@pytest.mark.parametrize(("late_ms", "is_forced"), [(0, False), (1, True)])
def test_pulse_explains_an_opening_until_thirty_seconds_after_it(late_ms: int, is_forced: bool) -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.release("01")
    cabinet.at(41_305 + late_ms)
    assert cabinet.pulses == [("left/1/1", 1_000), ("left/1/1", 11_000)]
    cabinet.reed("01", shut=False)
    cabinet.later(1_000)
    assert ("01 alarm.forced raised" in cabinet.names()) is is_forced
    assert cabinet.find("01 door.opened reported").detail["released"] == (None if is_forced else "jti")


def test_opening_before_the_pulse_is_not_explained_by_it() -> None:
    cabinet = Cabinet(LATCH).at(1_000)
    cabinet.hook("11", locked=False)
    cabinet.at(1_300)
    cabinet.release("11")
    cabinet.at(4_000)
    assert cabinet.names() == ["11 alarm.forced raised"]
    assert cabinet.results() == [("jti", "11", "already-open")]


def test_opening_that_is_believed_during_the_pulse_and_began_before_it_is_not_explained_by_it() -> None:
    cabinet = Cabinet(BOTH).at(980)
    cabinet.reed("01", shut=False)
    cabinet.at(1_000)
    cabinet.release("01")
    cabinet.at(1_310)
    assert cabinet.results() == [("jti", "01", "already-open")]
    assert cabinet.names() == ["01 alarm.forced raised"]


@pytest.mark.parametrize("door", [BOTH, LATCH, REED])
def test_door_that_is_open_at_start_is_found_open_not_forced(door: DoorSettings) -> None:
    cabinet = Cabinet(door, open_=(door.name,)).at(2_000)
    (name,) = cabinet.doors
    assert cabinet.names() == [f"{name} alarm.found_open raised"]
    assert cabinet.find(f"{name} alarm.found_open raised").detail["at_start"] is True
    assert cabinet.state(name) == "found-open"
    assert cabinet.doors_told() == []
    cabinet.shut(name)
    cabinet.at(5_000)
    assert cabinet.names()[1:] == [f"{name} alarm.found_open restored"]
    assert cabinet.doors_told() == [f"{name} door.closed reported"]


def test_door_that_is_open_when_its_board_is_heard_again_is_found_open_and_says_since_when_it_was_unknown() -> None:
    cabinet = Cabinet(LATCH).at(2_000)
    cabinet.mute(2)
    cabinet.pull("11")
    assert cabinet.at(30_000).names() == ["left/2 trouble.board raised"], "no alarm for theft while it is blind"
    cabinet.mute(2, is_mute=False)
    cabinet.at(32_000)
    assert cabinet.names()[1:] == ["left/2 trouble.board restored", "11 alarm.found_open raised"]
    detail = cabinet.find("11 alarm.found_open raised").detail
    assert (detail["at_start"], detail["unknown_ms"]) == (False, 28_250)


def test_door_that_was_open_before_its_board_fell_silent_is_still_open_after_it() -> None:
    cabinet = Cabinet(LATCH).at(1_000)
    cabinet.springs("11")
    cabinet.release("11")
    cabinet.at(10_000)
    cabinet.mute(2)
    assert cabinet.at(200_000).names() == ["left/2 trouble.board raised"], "nobody sees that it is left open"
    cabinet.mute(2, is_mute=False)
    cabinet.at(202_000)
    assert cabinet.names()[2:] == ["11 alarm.left_open raised"]
    assert cabinet.find("11 alarm.left_open raised").at_ms == 200_500
    assert cabinet.state("11") == "left-open"


def test_opening_that_is_lost_from_sight_before_it_is_judged_is_no_alarm_when_the_door_is_seen_shut() -> None:
    cabinet = Cabinet(REED).at(1_000)
    cabinet.reed("21", shut=False)
    cabinet.at(1_100)
    cabinet.say(BoardSilent(cabinet.now_ns, "reeds", 32, "EIO"))
    cabinet.at(5_000)
    cabinet.reed("21", shut=True)
    cabinet.at(9_000)
    assert cabinet.names() == ["reeds/32 trouble.board raised", "reeds/32 trouble.board restored"]
    assert cabinet.doors_told() == ["21 door.opened reported", "21 door.closed reported"]


def test_door_that_was_forced_before_the_bus_fell_is_restored_when_it_is_seen_shut() -> None:
    cabinet = Cabinet(LATCH).at(1_000)
    cabinet.pull("11")
    cabinet.at(3_000)
    cabinet.unplug()
    cabinet.shut("11")
    assert cabinet.at(9_000).state("11") == "unknown"
    cabinet.plug()
    cabinet.at(11_000)
    assert cabinet.names() == [
        "11 alarm.forced raised",
        "left trouble.bus raised",
        "left trouble.bus restored",
        "11 alarm.forced restored",
    ]


def test_door_that_was_released_while_it_could_not_be_seen_is_not_found_open() -> None:
    cabinet = Cabinet(LATCH).at(1_000)
    cabinet.mute(2)
    cabinet.springs("11")
    cabinet.release("11")
    cabinet.at(5_000)
    cabinet.mute(2, is_mute=False)
    cabinet.at(7_000)
    assert cabinet.names() == ["left/2 trouble.board raised", "left/2 trouble.board restored"]
    assert cabinet.results() == [("jti", "11", "opened")]


@pytest.mark.parametrize("victim", [both(2), latched(1)])
def test_door_that_opens_instead_of_the_released_one_is_a_wrong_door(victim: DoorSettings) -> None:
    cabinet = Cabinet(BOTH, victim).at(1_000)
    name = victim.name
    cabinet.pulsed["left/1/1"] = lambda: cabinet.later_do(100, lambda: cabinet.pull(name))
    cabinet.release("01")
    cabinet.at(60_000)
    assert cabinet.names() == [f"{name} alarm.wrong_door raised"]
    assert cabinet.find(f"{name} alarm.wrong_door raised").detail["pulsed"] == "01"
    assert cabinet.state(name) == "wrong-door"
    assert cabinet.results() == [("jti", "01", "wrong-door")]
    assert cabinet.pulses == [("left/1/1", 1_000)], "nothing more is tried"
    assert cabinet.state() == "secured"


def test_door_that_is_read_after_another_was_forced_has_opened_all_the_same() -> None:
    cabinet = Cabinet(LATCH, both(2)).at(1_000)

    def both_open() -> None:
        cabinet.later_do(50, lambda: cabinet.reed("02", shut=False))
        cabinet.later_do(900, lambda: cabinet.pull("11"))

    cabinet.pulsed["left/2/1"] = both_open
    cabinet.release("11")
    cabinet.at(60_000)
    assert cabinet.names()[0] == "02 alarm.wrong_door raised"
    assert cabinet.results() == [("jti", "11", "opened")]


def test_pulse_that_opens_two_doors_opens_the_right_one_and_a_wrong_one() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(1_000)
    cabinet.springs("01")
    cabinet.later_do(200, lambda: cabinet.pull("02"))
    cabinet.release("01")
    cabinet.at(5_000)
    assert cabinet.names() == ["02 alarm.wrong_door raised"]
    assert cabinet.results() == [("jti", "01", "opened")]


def test_door_that_opens_after_the_window_of_another_is_forced() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(1_460)
    cabinet.pull("02")
    assert cabinet.at(5_000).names() == ["02 alarm.forced raised"]


def test_release_that_is_asked_for_later_is_not_blamed_for_a_wrong_door() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(1_300)
    cabinet.pull("02")
    cabinet.at(1_400)
    cabinet.release("01", "again")
    cabinet.at(9_000)
    assert cabinet.names() == ["02 alarm.wrong_door raised"]
    assert cabinet.results() == [("jti", "01", "opened"), ("again", "01", "already-open")]


def test_board_that_refused_has_opened_no_wrong_door() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(1_000)
    cabinet.ends["left/1/1"] = [PulseEnd.REFUSED, PulseEnd.REFUSED]
    cabinet.release("01")
    cabinet.at(1_015)
    cabinet.pull("02")
    assert cabinet.at(5_000).names() == ["02 alarm.forced raised"]


def test_board_of_another_bus_of_the_same_number_is_another_board() -> None:
    cabinet = Cabinet(BOTH, replace(BOTH, name="51", latch=Spot("right", 1, 1), reed=None)).at(1_000)
    cabinet.hook("51", locked=False)
    cabinet.at(3_000)
    assert cabinet.names() == ["51 alarm.forced raised"]
    assert cabinet.state() == "secured"


def test_door_that_its_own_pulse_has_opened_and_hidden_is_released() -> None:
    """A coil that throws the adapter off the bus: the first reading is half a minute late, and says open."""
    cabinet = Cabinet(LATCH).at(1_000)
    cabinet.pulsed["left/2/1"] = lambda: cabinet.hook("11", locked=False)
    cabinet.release("11")
    cabinet.at(1_200)
    cabinet.unplug()
    cabinet.at(60_000)
    cabinet.plug()
    cabinet.at(65_000)
    assert cabinet.names() == ["left trouble.bus raised", "left trouble.bus restored"]
    assert cabinet.doors_told() == ["11 door.opened reported"]
    assert cabinet.state("11") == "open"


def test_pulse_that_has_opened_its_door_explains_no_second_opening_in_the_dark() -> None:
    cabinet = Cabinet(LATCH).at(1_000)
    cabinet.springs("11")
    cabinet.release("11")
    cabinet.at(3_000)
    cabinet.shut("11")
    cabinet.at(5_000)
    cabinet.unplug()
    cabinet.hook("11", locked=False)
    cabinet.at(60_000)
    cabinet.plug()
    cabinet.at(65_000)
    assert cabinet.names()[-1] == "11 alarm.found_open raised"


def test_pulse_that_has_opened_its_door_while_the_coil_was_live_explains_no_opening_in_the_dark() -> None:
    cabinet = Cabinet(REED).at(1_000)
    cabinet.springs("21")
    cabinet.release("21")
    cabinet.at(4_000)
    cabinet.shut("21")
    cabinet.at(10_000)
    cabinet.say(BoardSilent(cabinet.now_ns, "reeds", 32, "EIO"))
    cabinet.at(600_000)
    cabinet.reed("21", shut=False)
    cabinet.at(601_000)
    assert cabinet.names()[-1] == "21 alarm.found_open raised"


def test_opening_names_the_release_whose_pulse_is_behind_it() -> None:
    cabinet = Cabinet(REED).at(1_000)
    cabinet.springs("21")
    for at_ms, by in ((1_000, "first"), (41_000, "second")):
        cabinet.at(at_ms)
        cabinet.release("21", by)
        cabinet.at(at_ms + 3_000)
        cabinet.shut("21")
        cabinet.at(at_ms + 4_000)
    cabinet.pull("21")
    cabinet.at(46_000)
    assert [told.detail["released"] for told in cabinet.told if told.what == "21 door.opened reported"] == [
        "first",
        "second",
        "second",
    ]
