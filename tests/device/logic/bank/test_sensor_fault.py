"""Sensors that say too much; and the number that changes with all that is believed."""

from collections.abc import Callable

from drivers.lock_ports import BoardRead
from tests.device.logic.bank.cabinet import BOTH, LATCH, REED, Cabinet, latched


def _flutter(cabinet: Cabinet, changes: int, gap_ms: float = 100, door: str = "01") -> None:
    for change in range(changes):
        cabinet.reed(door, shut=change % 2 == 1)
        cabinet.later(gap_ms)


def _flutter_latch(cabinet: Cabinet, changes: int) -> None:
    for change in range(changes):
        cabinet.hook("01", locked=change % 2 == 1)
        cabinet.later(600)


def test_six_changes_in_ten_seconds_are_somebody_playing() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    _flutter(cabinet, 6)
    assert cabinet.at(90_000).names() == []
    assert len(cabinet.doors_told()) == 6


def test_seven_changes_in_ten_seconds_are_a_sensor_fault_with_one_restoral() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    _flutter(cabinet, 101)
    assert cabinet.state() == "sensor-fault"
    assert cabinet.names() == ["01 trouble.sensor raised"]
    assert cabinet.find("01 trouble.sensor raised").detail == {"sensor": "reed", "changes": 7}
    assert cabinet.bank.revision("01") == Cabinet(BOTH).at(1_000).bank.revision("01") + 7
    cabinet.later(5_000)
    assert cabinet.names() == ["01 trouble.sensor raised"], "a forced door is not told meanwhile"
    cabinet.reed("01", shut=True)
    cabinet.later(60_059)
    assert cabinet.state() == "sensor-fault"
    cabinet.later(61)
    assert cabinet.names() == ["01 trouble.sensor raised", "01 trouble.sensor restored"]
    assert cabinet.state() == "secured"
    assert len(cabinet.doors_told()) == 6


def test_door_that_is_open_when_its_sensor_is_quiet_again_is_found_open() -> None:
    cabinet = Cabinet(REED).at(1_000)
    _flutter(cabinet, 21, door="21")
    cabinet.later(61_000)
    assert cabinet.names()[1:] == ["21 trouble.sensor restored", "21 alarm.found_open raised"]
    assert cabinet.find("21 alarm.found_open raised").detail == {"unknown_ms": 0, "at_start": False}


def test_hook_that_lets_go_while_the_reed_flutters_has_opened_the_door() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    _flutter(cabinet, 21)
    cabinet.hook("01", locked=False)
    cabinet.later(2_000)
    assert cabinet.names() == ["01 trouble.sensor raised", "01 alarm.forced raised"]
    assert cabinet.state() == "forced"


def test_reed_is_believed_while_the_latch_flutters() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    _flutter_latch(cabinet, 8)
    assert cabinet.state() == "sensor-fault"
    cabinet.reed("01", shut=False)
    cabinet.later(1_000)
    assert cabinet.names()[-1] == "01 alarm.forced raised"
    assert cabinet.find("01 alarm.forced raised").detail == {"latch": "locked"}
    cabinet.reed("01", shut=True)
    cabinet.later(1_000)
    assert cabinet.names()[-1] == "01 alarm.forced restored"


def test_door_that_was_open_when_its_reed_began_to_flutter_is_not_judged_by_its_hook() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(3_000)
    _flutter(cabinet, 21)
    assert cabinet.state() == "sensor-fault"
    assert cabinet.names() == ["01 trouble.sensor raised"]


def test_alarm_that_was_raised_before_the_fault_is_restored_after_it() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.pull("01")
    cabinet.at(5_000)
    _flutter(cabinet, 20)
    cabinet.shut("01")
    cabinet.later(70_000)
    assert cabinet.names().count("01 alarm.forced raised") == cabinet.names().count("01 alarm.forced restored")
    assert cabinet.state() == "secured"


def test_reed_that_never_settles_is_a_sensor_fault() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    _flutter(cabinet, 200, gap_ms=20)
    assert cabinet.names() == ["01 trouble.sensor raised"]


def test_latch_that_never_settles_is_a_sensor_fault_of_its_own_door() -> None:
    cabinet = Cabinet(latched(1), latched(2)).at(1_000)
    for reading in range(14):
        cabinet.later(250)
        cabinet.say(BoardRead(cabinet.now_ns, "left", 2, 0b11 ^ reading % 2))
    assert cabinet.names() == ["11 trouble.sensor raised"]
    assert cabinet.state("12") == "closed"


def test_revision_changes_with_every_change_and_every_release() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    revisions = [cabinet.bank.revision("01")]
    acts: list[Callable[[], None]] = [
        lambda: cabinet.release("01"),
        lambda: cabinet.reed("01", shut=False),
        lambda: cabinet.hook("01", locked=False),
        lambda: cabinet.reed("01", shut=True),
        lambda: cabinet.hook("01", locked=True),
    ]
    for act in acts:
        act()
        cabinet.later(2_000)
        revisions.append(cabinet.bank.revision("01"))
    assert revisions == sorted(set(revisions))


def test_revision_of_a_later_run_is_greater_than_any_of_an_earlier_one() -> None:
    earlier = Cabinet(BOTH, starts=0xFFFF).at(1_000)
    for _ in range(50):
        earlier.pull("01")
        earlier.later(11_000)
        earlier.shut("01")
        earlier.later(11_000)
    assert Cabinet(BOTH, starts=0x10000).bank.revision("01") > earlier.bank.revision("01")
    assert Cabinet(BOTH, starts=0xFFFFFFFF).bank.revision("01") < 2**53, "a JSON number"


def test_reading_that_was_wrong_once_is_forgotten() -> None:
    """Long afterwards the door is forced: that is no fault of its sensor."""
    cabinet = Cabinet(LATCH).at(1_000)
    cabinet.hook("11", locked=False)
    cabinet.later(250)
    cabinet.hook("11", locked=True)
    cabinet.later(600_000)
    assert cabinet.told == []
    cabinet.hook("11", locked=False)
    cabinet.later(40_000)
    assert cabinet.names() == ["11 alarm.forced raised"]


def test_hook_that_lets_go_while_the_reed_never_settles_has_opened_the_door() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    _flutter(cabinet, 150, gap_ms=20)
    cabinet.hook("01", locked=False)
    _flutter(cabinet, 150, gap_ms=20)
    assert cabinet.names() == ["01 trouble.sensor raised", "01 alarm.forced raised"]
