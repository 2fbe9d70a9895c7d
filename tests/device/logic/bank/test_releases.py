"""From asking for a door to what became of it: the table of outcomes, and the duty of the locks."""

from dataclasses import replace

import pytest

from device.logic.bank.attempt import T_OPEN_NS
from device.logic.bank.readings import CONSENT_NS
from device.logic.bank.settings import DoorSettings, Reed
from device.logic.units import MS
from drivers.lock_ports import PulseBegan, PulseEnd, PulseOver
from tests.device.logic.bank.cabinet import BOTH, LATCH, PULSE_MS, REED, Cabinet, both, latched

ACKNOWLEDGED, UNANSWERED = PulseEnd.ACKNOWLEDGED, PulseEnd.UNANSWERED
REFUSED, NOT_SENT = PulseEnd.REFUSED, PulseEnd.NOT_SENT
T_OPEN_MS = T_OPEN_NS // MS


def _ending(*ends: PulseEnd, springs: bool = False) -> Cabinet:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.ends["left/1/1"] = list(ends)
    if springs:
        cabinet.springs("01")
    cabinet.release("01")
    return cabinet


def _opened_and_shut(times: int) -> Cabinet:
    """Door 21 is released so often, each time as soon as it was opened and shut again."""
    cabinet = Cabinet(REED).at(1_000)
    cabinet.springs("21")
    for opening in range(times):
        cabinet.release("21", str(opening))
        while len(cabinet.released) <= opening:
            cabinet.later(50)
        cabinet.shut("21")
    return cabinet


def _results(cabinet: Cabinet) -> list[str]:
    return [result for _, _, result in cabinet.results()]


@pytest.mark.parametrize("end", [ACKNOWLEDGED, UNANSWERED])
def test_release_that_opens_the_door_says_so_with_the_door_and_not_with_the_answer(end: PulseEnd) -> None:
    cabinet = _ending(end, springs=True)
    assert cabinet.state() == "releasing"
    assert cabinet.at(1_164).released == []
    cabinet.at(1_165)
    assert cabinet.state() == "open"
    (released,) = cabinet.released
    assert (released.result, released.at_ns, released.pulses, released.detail) == (
        "opened",
        1_105 * MS,
        1,
        {"after_ms": 105},
    )
    opened = cabinet.find("01 door.opened reported")
    assert (opened.at_ms, opened.detail["released"], opened.detail["after_ms"]) == (1_105, "jti", 105)
    assert cabinet.at(170_000).names() == []


@pytest.mark.parametrize("door", [BOTH, LATCH, REED])
def test_door_that_stays_closed_is_jammed_after_one_retry(door: DoorSettings) -> None:
    cabinet = Cabinet(door).at(1_000)
    (name,) = cabinet.doors
    cabinet.release(name)
    cabinet.at(1_000 + 2 * T_OPEN_MS - 1)
    assert cabinet.released == []
    assert cabinet.state(name) == "releasing"
    cabinet.later(1)
    assert [at_ms for _, at_ms in cabinet.pulses] == [1_000, 1_000 + T_OPEN_MS]
    assert _results(cabinet) == ["jammed"]
    assert cabinet.released[0].pulses == 2
    assert cabinet.names() == [f"{name} trouble.jammed raised"]
    assert cabinet.state(name) == "jammed"
    cabinet.at(600_000)
    assert len(cabinet.pulses) == 2


def test_retry_that_opens_the_door_is_an_opening() -> None:
    cabinet = _ending()
    cabinet.at(5_000)
    cabinet.springs("01")
    cabinet.at(15_000)
    assert _results(cabinet) == ["opened"]
    assert cabinet.released[0].pulses == 2
    assert cabinet.names() == []


def test_door_that_opens_at_the_last_moment_is_waited_for() -> None:
    cabinet = _ending()
    cabinet.at(1_000 + T_OPEN_MS - 30)
    cabinet.pull("01")
    cabinet.at(30_000)
    assert _results(cabinet) == ["opened"]
    assert len(cabinet.pulses) == 1


def test_hook_that_has_let_go_is_not_pulsed_again_when_nobody_pulls() -> None:
    cabinet = _ending()
    cabinet.pulsed["left/1/1"] = lambda: cabinet.hook("01", locked=False)
    cabinet.at(60_000)
    assert _results(cabinet) == ["jammed"]
    assert cabinet.find("01 trouble.jammed raised").detail == {"result": "jammed", "pulses": 1, "latch": "unlocked"}
    assert cabinet.names() == ["01 trouble.jammed raised", "01 trouble.unlatched raised"]
    assert cabinet.find("01 trouble.unlatched raised").at_ms == 41_000


def test_jam_is_over_when_the_door_opens() -> None:
    cabinet = _ending().at(25_000)
    cabinet.pull("01")
    cabinet.at(27_000)
    assert cabinet.names() == ["01 trouble.jammed raised", "01 trouble.jammed restored"]
    assert cabinet.state() == "open", "within thirty seconds of a pulse"


@pytest.mark.parametrize("ends", [(REFUSED, ACKNOWLEDGED), (REFUSED, UNANSWERED)])
def test_board_that_refuses_is_asked_once_more_after_two_seconds(ends: tuple[PulseEnd, ...]) -> None:
    cabinet = _ending(*ends, springs=True)
    cabinet.at(5_000)
    assert [at_ms for _, at_ms in cabinet.pulses] == [1_000, 3_025]
    assert _results(cabinet) == ["opened"]


def test_board_that_refuses_twice_has_refused_and_nothing_is_jammed() -> None:
    cabinet = _ending(REFUSED, REFUSED).at(60_000)
    assert _results(cabinet) == ["refused"]
    assert len(cabinet.pulses) == 2
    assert cabinet.names() == []
    assert cabinet.state() == "secured"


def test_pulse_that_was_not_sent_is_told_at_once_and_not_tried_again() -> None:
    cabinet = _ending(NOT_SENT)
    cabinet.at(1_006)
    assert _results(cabinet) == ["not-sent"]
    assert cabinet.released[0].pulses == 0
    cabinet.at(60_000)
    assert len(cabinet.pulses) == 1
    assert cabinet.names() == []


@pytest.mark.parametrize("second", [REFUSED, NOT_SENT])
def test_retry_that_fails_leaves_what_the_door_says_of_the_first_pulse(second: PulseEnd) -> None:
    cabinet = _ending(ACKNOWLEDGED, second).at(60_000)
    assert _results(cabinet) == ["jammed"]


def test_door_that_cannot_be_read_is_pulsed_and_its_outcome_is_unknown() -> None:
    cabinet = Cabinet(LATCH).at(1_000)
    cabinet.mute(2)
    cabinet.ends["left/2/1"] = [UNANSWERED]
    cabinet.release("11")
    cabinet.at(60_000)
    assert len(cabinet.pulses) == 1, "only a door that reads closed is tried again"
    assert _results(cabinet) == ["unknown"]


def test_door_that_falls_silent_before_its_retry_is_unknown() -> None:
    cabinet = Cabinet(LATCH, *(both(number) for number in (1, 2))).at(1_000)
    cabinet.release("11")
    cabinet.at(10_900)
    cabinet.release("01")
    cabinet.release("02")
    cabinet.at(11_600)
    assert [lock for lock, _ in cabinet.pulses] == ["left/2/1", "left/1/1", "left/1/2"], "its retry waits"
    cabinet.mute(2)
    cabinet.at(14_000)
    assert cabinet.results() == [("jti", "11", "unknown")]
    cabinet.at(60_000)
    assert [lock for lock, _ in cabinet.pulses].count("left/2/1") == 1


def test_door_whose_time_is_over_while_a_coil_is_live_is_read_again_before_it_is_judged() -> None:
    cabinet = Cabinet(LATCH, latched(2)).at(1_000)
    cabinet.release("11")
    cabinet.at(20_700)
    cabinet.release("12")
    cabinet.at(20_800)
    cabinet.hook("11", locked=False)
    cabinet.at(22_000)
    assert cabinet.results() == [("jti", "11", "opened")]
    assert [lock for lock, _ in cabinet.pulses] == ["left/2/1", "left/2/1", "left/2/2"]
    assert cabinet.names() == []


@pytest.mark.parametrize("door", [BOTH, LATCH])
def test_door_that_reads_open_is_pulsed_all_the_same(door: DoorSettings) -> None:
    """A cable that is cut reads open for ever, and must not keep a parcel in."""
    cabinet = Cabinet(door, open_=("01", "11")).at(2_000)
    (name,) = cabinet.doors
    cabinet.release(name)
    cabinet.at(5_000)
    assert len(cabinet.pulses) == 1
    assert _results(cabinet) == ["already-open"]
    assert cabinet.state(name) == "found-open"


def test_two_who_ask_for_one_door_share_its_pulse_and_its_outcome() -> None:
    cabinet = _ending(springs=True)
    cabinet.release("01", "other")
    cabinet.release("01", "other")
    cabinet.at(60_000)
    assert cabinet.results() == [("jti", "01", "opened"), ("other", "01", "opened")]
    assert len(cabinet.pulses) == 1


def test_one_who_asks_while_the_hook_is_being_reset_shares_that_pulse() -> None:
    cabinet = _ending(springs=True).at(3_000)
    cabinet.pulsed.clear()
    cabinet.hook("01", locked=True)
    cabinet.at(5_260)
    assert len(cabinet.pulses) == 2
    cabinet.release("01", "other")
    cabinet.at(10_000)
    assert cabinet.results()[1:] == [("other", "01", "already-open")]
    assert len(cabinet.pulses) == 2


def test_door_without_a_lock_is_told_at_once() -> None:
    cabinet = Cabinet(replace(BOTH, lock=None)).at(1_000)
    cabinet.release("01")
    cabinet.at(1_001)
    assert _results(cabinet) == ["not-sent"]


def test_door_that_does_not_exist_is_refused_to_the_caller() -> None:
    with pytest.raises(KeyError):
        Cabinet(BOTH).release("99")


def test_driver_that_never_answers_does_not_stop_the_bank() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(1_000)
    cabinet.release("01")
    cabinet.drives = False
    cabinet.at(1_001)
    cabinet.release("02", "other")
    cabinet.at(60_000)
    assert [lock for lock, _ in cabinet.pulses] == ["left/1/1", "left/1/2", "left/1/1", "left/1/2"]
    assert _results(cabinet) == ["jammed", "jammed"]


def test_facts_about_a_pulse_that_is_not_under_way_change_nothing() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.say(PulseBegan(cabinet.now_ns, "left/1/1"))
    cabinet.say(PulseOver(cabinet.now_ns, "left/1/1", ACKNOWLEDGED))
    cabinet.pull("01")
    cabinet.at(5_000)
    assert cabinet.names() == ["01 alarm.forced raised"]
    cabinet.release("01")
    cabinet.later(1)
    cabinet.say(PulseOver(cabinet.now_ns, "left/1/2", NOT_SENT))
    assert cabinet.released == []


# ---------------------------------------------------------------- a release whose time ends


def test_pulse_may_be_sent_for_three_seconds_and_no_longer_than_it_is_wanted() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(1_000)
    cabinet.release("01", for_ms=10_000)
    cabinet.release("02", for_ms=1_500)
    cabinet.at(3_000)
    ordered_ms = [at_ms for _, at_ms in cabinet.pulses]
    assert cabinet.sent_by_ms == [ordered_ms[0] + 3_000, 2_500]


def test_release_whose_time_ends_before_its_lock_has_rested_is_not_pulsed() -> None:
    cabinet = _opened_and_shut(3)
    cabinet.later(5_000)
    cabinet.release("21", "late", for_ms=10_000)
    asked_ms = cabinet.now_ms
    cabinet.at(asked_ms + 9_999)
    assert cabinet.state("21") == "releasing"
    cabinet.at(asked_ms + 10_000)
    assert cabinet.results()[-1] == ("late", "21", "expired")
    assert (cabinet.released[-1].pulses, cabinet.state("21")) == (0, "closed")
    cabinet.at(120_000)
    assert len(cabinet.pulses) == 3
    assert cabinet.names() == []


def test_door_is_not_pulsed_again_for_somebody_who_does_not_want_it_any_more() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.release("01", for_ms=T_OPEN_MS - 1)
    cabinet.at(60_000)
    assert [at_ms for _, at_ms in cabinet.pulses] == [1_000]
    assert _results(cabinet) == ["jammed"]
    assert cabinet.released[0].at_ns == (1_000 + T_OPEN_MS) * MS


def test_board_that_refuses_is_not_asked_again_for_somebody_who_does_not_want_it_any_more() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.ends["left/1/1"] = [REFUSED]
    cabinet.release("01", for_ms=2_000)
    cabinet.at(60_000)
    assert (len(cabinet.pulses), _results(cabinet)) == (1, ["refused"])
    assert cabinet.released[0].at_ns == 3_000 * MS


@pytest.mark.parametrize(("second_ms", "pulses"), [(5_000, 1), (20_000, 2), (None, 2)])
def test_door_that_several_want_is_pulsed_for_the_last_of_them(second_ms: float | None, pulses: int) -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.release("01", "first", for_ms=5_000)
    cabinet.release("01", "second", for_ms=second_ms)
    cabinet.at(60_000)
    assert len(cabinet.pulses) == pulses
    assert _results(cabinet) == ["jammed", "jammed"]


# ---------------------------------------------------------------- duty


def test_one_coil_at_a_time_and_the_next_after_every_board_was_read_again() -> None:
    cabinet = Cabinet(*(both(number) for number in range(1, 6))).at(1_000)
    cabinet.springs(*cabinet.doors)
    for name in cabinet.doors:
        cabinet.release(name, name)
    cabinet.at(20_000)
    assert cabinet.results() == [(name, name, "opened") for name in cabinet.doors]
    assert [lock for lock, _ in cabinet.pulses] == [f"left/1/{number}" for number in range(1, 6)]
    gaps_ms = [later - earlier for (_, earlier), (_, later) in zip(cabinet.pulses, cabinet.pulses[1:], strict=False)]
    assert all(PULSE_MS + 300 <= gap_ms <= PULSE_MS + 300 + 110 for gap_ms in gaps_ms)
    assert cabinet.names() == []


def test_next_pulse_waits_for_a_board_that_is_slow_to_be_read_again() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(1_000)
    cabinet.retells = False
    cabinet.release("01")
    cabinet.release("02")
    cabinet.at(1_305 + 150 + CONSENT_NS // MS - 1)
    assert len(cabinet.pulses) == 1
    cabinet.later(1)
    assert len(cabinet.pulses) == 2


def test_lock_rests_two_seconds_and_is_pulsed_three_times_in_thirty_seconds_at_most() -> None:
    cabinet = _opened_and_shut(5)
    assert [at_ms for _, at_ms in cabinet.pulses] == [1_000, 3_305, 5_610, 31_305, 33_610]


def test_lock_that_rests_does_not_keep_others_waiting() -> None:
    cabinet = Cabinet(BOTH, both(2)).at(1_000)
    cabinet.springs("01", "02")
    cabinet.release("01", "first")
    cabinet.at(2_000)
    cabinet.release("01", "second")
    cabinet.release("02", "third")
    cabinet.at(2_500)
    assert [lock for lock, _ in cabinet.pulses] == ["left/1/1", "left/1/2"]
    cabinet.at(4_000)
    assert [lock for lock, _ in cabinet.pulses] == ["left/1/1", "left/1/2", "left/1/1"]


def test_relays_wait_300_ms_between_two_doors() -> None:
    other = DoorSettings("22", "GPIO20", None, Reed("reeds/4"))
    cabinet = Cabinet(REED, other).at(1_000)
    cabinet.release("21")
    cabinet.release("22")
    cabinet.at(5_000)
    assert cabinet.pulses == [("GPIO16", 1_000), ("GPIO20", 1_305 + 300)]
