"""Every row of the table of door states."""

from dataclasses import replace

from device.logic.bank.settings import DoorSettings
from device.logic.units import MS
from drivers.lock_ports import BoardSilent, PulseEnd
from tests.device.logic.bank.cabinet import BOTH, LATCH, REED, Cabinet, both


def _released() -> Cabinet:
    """Door 01 has been released and pulled open, at 1,105 ms."""
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(3_000)
    cabinet.pulsed.clear()
    assert cabinet.names() == []
    return cabinet


def test_door_that_is_shut_and_locked_is_secured() -> None:
    assert Cabinet(BOTH).at(1_000).state() == "secured"


def _not_caught(door: DoorSettings = BOTH) -> Cabinet:
    """Door 01 was free when it was first read, at 1,250 ms: nobody has seen its hook let go."""
    cabinet = Cabinet(door)
    cabinet.mute(1)
    cabinet.at(1_000)
    cabinet.hook("01", locked=False)
    cabinet.mute(1, is_mute=False)
    cabinet.at(1_600)
    cabinet.told.clear()
    return cabinet


def test_hook_that_lets_go_of_a_shut_door_without_a_release_is_told_as_soon_as_it_is_certain() -> None:
    """A magnet at the reed hides what is done to the lock."""
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.hook("01", locked=False)
    assert cabinet.at(3_249).told == []
    cabinet.at(3_250)
    assert cabinet.names() == ["01 trouble.unlatched raised"]
    assert cabinet.find("01 trouble.unlatched raised").detail == {"let_go": True}
    cabinet.hook("01", locked=True)
    cabinet.at(5_000)
    assert cabinet.names() == ["01 trouble.unlatched raised", "01 trouble.unlatched restored"]


def test_hook_that_a_release_has_freed_has_its_thirty_seconds() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.pulsed["left/1/1"] = lambda: cabinet.hook("01", locked=False)
    cabinet.release("01")
    cabinet.at(20_000)
    assert cabinet.names() == ["01 trouble.jammed raised"]
    cabinet.at(60_000)
    assert cabinet.find("01 trouble.unlatched raised").detail == {}


def test_door_whose_hook_is_free_is_closed_at_first_then_unlatched_then_a_trouble() -> None:
    cabinet = _not_caught()
    cabinet.at(2_000)
    assert cabinet.state() == "closed"
    cabinet.at(3_249)
    assert cabinet.state() == "closed"
    cabinet.at(3_250)
    assert cabinet.state() == "unlatched"
    assert cabinet.at(31_249).told == []
    cabinet.at(31_250)
    assert cabinet.names() == ["01 trouble.unlatched raised"]
    cabinet.hook("01", locked=True)
    cabinet.at(33_000)
    assert cabinet.names() == ["01 trouble.unlatched raised", "01 trouble.unlatched restored"]
    assert cabinet.state() == "secured"
    assert cabinet.pulses == []


def test_door_that_is_pulled_open_ends_being_unlatched() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.hook("01", locked=False)
    cabinet.at(40_000)
    cabinet.reed("01", shut=False)
    cabinet.at(41_000)
    assert cabinet.names()[1:] == ["01 trouble.unlatched restored", "01 alarm.forced raised"]


def test_unlatched_door_that_cannot_be_read_for_a_while_is_restored_when_it_is_locked() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.hook("01", locked=False)
    cabinet.at(40_000)
    cabinet.mute(1)
    cabinet.hook("01", locked=True)
    cabinet.at(60_000)
    assert cabinet.names() == ["01 trouble.unlatched raised", "left/1 trouble.board raised"]
    cabinet.mute(1, is_mute=False)
    cabinet.at(62_000)
    assert cabinet.names()[2:] == ["left/1 trouble.board restored", "01 trouble.unlatched restored"]


def test_door_that_is_open_with_its_hook_free_after_a_release_is_open() -> None:
    assert _released().state() == "open"


def test_hook_that_falls_while_the_door_is_open_is_reset_by_one_pulse_and_told() -> None:
    cabinet = _released()
    cabinet.hook("01", locked=True)
    cabinet.at(5_249)
    assert cabinet.state() == "open"
    cabinet.at(60_000)
    assert cabinet.state() == "latched-open"
    assert cabinet.names() == ["01 trouble.latched_open raised"]
    assert cabinet.pulses == [("left/1/1", 1_000), ("left/1/1", 5_250)]
    cabinet.hook("01", locked=False)
    cabinet.at(62_000)
    assert cabinet.state() == "open-long"
    cabinet.hook("01", locked=True)
    cabinet.at(70_000)
    assert cabinet.names()[1:] == ["01 trouble.latched_open restored", "01 trouble.latched_open raised"]
    assert len(cabinet.pulses) == 2, "one reset for each opening"
    assert cabinet.results() == [("jti", "01", "opened")]


def test_reset_that_works_ends_the_trouble() -> None:
    cabinet = _released()
    cabinet.pulsed["left/1/1"] = lambda: cabinet.hook("01", locked=False)
    cabinet.hook("01", locked=True)
    cabinet.at(8_000)
    assert cabinet.names() == ["01 trouble.latched_open raised", "01 trouble.latched_open restored"]
    assert cabinet.state() == "open"


def test_reset_that_is_shut_off_by_the_door_is_not_pulsed_any_more() -> None:
    """Its lock must rest first; meanwhile the door is shut, and a door that is secured is not pulsed."""
    cabinet = _released()
    cabinet.hook("01", locked=True)
    cabinet.release("01", "again")
    cabinet.at(3_700)
    assert cabinet.results()[1:] == [("again", "01", "already-open")]
    cabinet.at(5_500)
    cabinet.reed("01", shut=True)
    cabinet.at(30_000)
    assert cabinet.pulses == [("left/1/1", 1_000), ("left/1/1", 3_305)]
    assert cabinet.state() == "secured"


def test_reset_that_the_board_refuses_is_not_tried_again() -> None:
    cabinet = _released()
    cabinet.ends["left/1/1"] = [PulseEnd.REFUSED]
    cabinet.hook("01", locked=True)
    cabinet.at(60_000)
    assert len(cabinet.pulses) == 2
    assert cabinet.names() == ["01 trouble.latched_open raised"]


def test_release_that_is_asked_for_while_a_reset_waits_is_carried_out_even_if_the_door_is_shut_meanwhile() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(3_000)
    cabinet.hook("01", locked=True)
    cabinet.at(5_100)
    cabinet.release("02")
    cabinet.at(5_300)
    assert cabinet.names() == [], "its time is not judged while a coil is live"
    cabinet.at(5_555)
    cabinet.release("01", "again")
    cabinet.reed("01", shut=True)
    cabinet.at(9_000)
    assert ("again", "01", "opened") in cabinet.results()


def test_hook_that_falls_while_a_forced_door_is_open_is_never_pulsed() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.pull("01")
    cabinet.at(5_000)
    cabinet.hook("01", locked=True)
    cabinet.at(60_000)
    assert cabinet.names() == ["01 alarm.forced raised"]
    assert cabinet.pulses == []


def test_unlatched_door_that_is_being_released_is_no_trouble_until_that_is_over() -> None:
    cabinet = _not_caught()
    cabinet.at(25_000)
    cabinet.release("01")
    cabinet.at(64_999)
    assert cabinet.names() == ["01 trouble.jammed raised"]
    cabinet.at(65_000)
    assert cabinet.find("01 trouble.unlatched raised").at_ms == 65_000


def test_unlatched_door_that_could_not_be_seen_has_its_time_from_when_it_can() -> None:
    cabinet = _not_caught(replace(BOTH, reed=REED.reed))
    cabinet.at(5_000)
    cabinet.say(BoardSilent(cabinet.now_ns, "reeds", 32, "EIO"))
    cabinet.at(50_000)
    cabinet.reed("01", shut=True)
    cabinet.at(80_059)
    assert "01 trouble.unlatched raised" not in cabinet.names()
    assert cabinet.at(80_060).find("01 trouble.unlatched raised").at_ms == 80_060


def test_door_that_was_open_and_latched_without_a_release_is_forced_and_never_pulsed() -> None:
    """A strike can be torn off: the hook is where it was, and the door is open."""
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.reed("01", shut=False)
    cabinet.at(60_000)
    assert cabinet.names() == ["01 alarm.forced raised"]
    assert cabinet.find("01 alarm.forced raised").detail == {"latch": "locked"}
    assert cabinet.state() == "forced"
    assert cabinet.pulses == []


def test_door_with_a_reed_alone_is_closed_and_open() -> None:
    cabinet = Cabinet(REED).at(1_000)
    assert cabinet.state("21") == "closed"
    cabinet.springs("21")
    cabinet.release("21")
    assert cabinet.at(2_000).state("21") == "open"


def test_door_with_a_latch_alone_is_closed_and_open() -> None:
    cabinet = Cabinet(LATCH).at(1_000)
    assert cabinet.state("11") == "closed"
    cabinet.springs("11")
    cabinet.release("11")
    assert cabinet.at(2_000).state("11") == "open"


def test_door_of_which_nothing_is_known_yet_is_unknown() -> None:
    cabinet = Cabinet(BOTH, LATCH)
    assert set(cabinet.bank.states.values()) == {"unknown"}
    assert not cabinet.bank.all_known
    assert cabinet.at(1_000).bank.all_known


def test_door_whose_board_is_silent_is_unknown_and_keeps_what_was_known() -> None:
    cabinet = Cabinet(LATCH).at(2_000)
    cabinet.mute(2)
    cabinet.at(10_000)
    view = cabinet.bank.view("11")
    assert (view.state, view.last, view.seen_ns, view.latch) == ("unknown", "closed", 2_000 * MS, "unknown")
    assert cabinet.names() == ["left/2 trouble.board raised"]


def test_reed_that_still_sees_is_believed_while_the_bus_is_down() -> None:
    """Who cuts the cable of the boards does not blind the contacts on the doors."""
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.unplug()
    assert cabinet.at(2_000).state() == "closed"
    cabinet.reed("01", shut=False)
    cabinet.at(3_000)
    assert cabinet.names() == ["left trouble.bus raised", "01 alarm.forced raised"]
    assert cabinet.find("01 alarm.forced raised").detail == {"latch": "unknown"}


def _lose_reed(cabinet: Cabinet) -> None:
    cabinet.say(BoardSilent(cabinet.now_ns, "reeds", 32, "EIO"))


def test_door_whose_reed_is_lost_is_closed_as_far_as_its_hook_can_say() -> None:
    cabinet = Cabinet(replace(BOTH, reed=REED.reed)).at(1_000)
    _lose_reed(cabinet)
    assert cabinet.at(2_000).state() == "closed"
    assert cabinet.names() == ["reeds/32 trouble.board raised"]
    cabinet.reed("01", shut=True)
    assert cabinet.at(3_000).state() == "secured"
    assert cabinet.names()[1:] == ["reeds/32 trouble.board restored"]


def test_hook_that_lets_go_while_the_reed_is_lost_has_opened_the_door() -> None:
    """Who cuts the cable of the contacts does not blind the locks."""
    cabinet = Cabinet(replace(BOTH, reed=REED.reed)).at(1_000)
    _lose_reed(cabinet)
    cabinet.at(5_000)
    cabinet.hook("01", locked=False)
    cabinet.at(6_000)
    assert cabinet.names()[1:] == ["01 alarm.forced raised"]
    assert cabinet.state() == "forced"


def test_hook_that_was_free_when_the_reed_was_lost_says_nothing_of_the_door() -> None:
    cabinet = _not_caught(replace(BOTH, reed=REED.reed))
    _lose_reed(cabinet)
    cabinet.at(20_000)
    assert cabinet.state() == "unknown"
    assert cabinet.names() == ["reeds/32 trouble.board raised"]


def test_hook_of_a_torn_strike_does_not_shut_a_door_whose_reed_is_lost() -> None:
    cabinet = Cabinet(replace(BOTH, reed=REED.reed)).at(1_000)
    cabinet.reed("01", shut=False)
    cabinet.at(5_000)
    _lose_reed(cabinet)
    cabinet.at(60_000)
    assert cabinet.names() == ["01 alarm.forced raised", "reeds/32 trouble.board raised"]
    assert cabinet.state() == "unknown"


def test_hook_that_catches_after_the_reed_is_lost_has_shut_the_door() -> None:
    cabinet = Cabinet(replace(BOTH, reed=REED.reed)).at(1_000)
    cabinet.springs("01")
    cabinet.release("01")
    cabinet.at(5_000)
    _lose_reed(cabinet)
    cabinet.hook("01", locked=True)
    cabinet.at(10_000)
    assert cabinet.doors_told() == ["01 door.opened reported", "01 door.closed reported"]
    assert cabinet.state() == "closed"


def test_hook_that_a_release_has_freed_has_not_let_go_whatever_is_released_afterwards() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.pulsed["left/1/1"] = lambda: cabinet.hook("01", locked=False)
    cabinet.release("01", "first")
    cabinet.at(36_000)
    cabinet.release("01", "second")
    cabinet.at(120_000)
    assert cabinet.find("01 trouble.unlatched raised").detail == {}


def test_reed_that_has_never_been_heard_is_not_stood_for() -> None:
    """Found open is found open, whichever of its two sensors speaks first at a start."""
    cabinet = Cabinet(replace(BOTH, reed=REED.reed), hears_reeds=False).at(2_000)
    assert cabinet.state() == "unknown"
    cabinet.reed("01", shut=False)
    cabinet.at(3_000)
    assert cabinet.names() == ["01 alarm.found_open raised"]
