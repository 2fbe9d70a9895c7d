from dataclasses import replace
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.kinds import ZoneType
from device.logic.units import MS
from device.logic.zone import LOOSE_FAULTS, PER_MINUTE, ZoneSettings
from drivers.ports import Pull
from tests.device.logic.hand import BUTTON, PHONE, SUPERVISED, Hand, Told

RAISED, RESTORED, COUNTED = "alarm.holdup raised", "alarm.holdup restored", "alarm.holdup reported"
CHATTER = ["trouble.chatter raised", "trouble.chatter restored"]
LINE = ["trouble.line raised", "trouble.line restored"]


def _wirings() -> list[ZoneSettings]:
    return [replace(BUTTON, normally_closed=nc, pull=pull) for nc in (False, True) for pull in Pull]


@pytest.mark.parametrize("wiring", _wirings(), ids=lambda each: f"nc={each.normally_closed}-{each.pull}")
@pytest.mark.parametrize("late", [False, True])
def test_press_of_32_ms_is_an_alarm_at_the_time_of_its_first_edge(wiring: ZoneSettings, late: bool) -> None:
    hand = Hand(wiring, late=late).start()
    hand.press(1_000, 32)
    assert hand.until(3_000) == [Told(RAISED, 1_000), Told(RESTORED, 1_032)]
    assert hand.zone.state == "normal"


def test_press_of_19_ms_is_not_heard() -> None:
    hand = Hand(BUTTON).start()
    hand.press(1_000, 19)
    assert hand.until(3_000) == []


def test_press_is_told_as_soon_as_it_is_believed() -> None:
    hand = Hand(BUTTON).start()
    hand.contact(1_000, closed=True)
    assert hand.until(1_019.9) == []
    assert hand.until(1_020) == [Told(RAISED, 1_000)]
    assert hand.zone.state == "raised"


def test_bouncing_press_and_release_are_one_alarm() -> None:
    hand = Hand(BUTTON).start()
    hand.edges([1_000, 1_000.5, 1_001, 1_003, 1_004])
    hand.edges([1_100, 1_101, 1_102.5, 1_104, 1_110], closed=False)
    assert hand.until(3_000) == [Told(RAISED, 1_000), Told(RESTORED, 1_100)]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(20, 300), st.integers(20, 300)), max_size=PER_MINUTE), st.booleans())
def test_every_press_is_its_own_alarm(presses: list[tuple[int, int]], late: bool) -> None:
    hand, at_ms = Hand(BUTTON, late=late).start(), 1_000
    expected = []
    for length_ms, gap_ms in presses:
        hand.press(at_ms, length_ms)
        expected += [Told(RAISED, at_ms), Told(RESTORED, at_ms + length_ms)]
        at_ms += length_ms + gap_ms
    assert hand.until(at_ms + 1_000) == expected


def test_button_held_at_start_is_an_alarm_that_says_so() -> None:
    hand = Hand(BUTTON).start(active=True)
    assert hand.until(20) == [Told(RAISED, 0, (("at_start", True),))]


@pytest.mark.parametrize(
    ("held_ms", "told"),
    [
        (30, ["short"]),
        (6_990, ["short"]),
        (7_000, ["alarm.hotline raised", "alarm.hotline restored"]),
        (7_019, ["alarm.hotline raised", "alarm.hotline restored"]),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_phone_that_is_lifted_for_seven_seconds_is_an_alarm(held_ms: int, told: list[str], late: bool) -> None:
    hand = Hand(PHONE, late=late).start()
    hand.press(1_000, held_ms)
    hand.until(20_000)
    assert hand.names() == told
    assert hand.told[0].at_ms == 1_000
    if told == ["short"]:
        assert hand.told[0].detail == (("held_ms", held_ms),)


def test_release_that_began_in_time_and_bounces_over_the_end_of_the_hold_is_short() -> None:
    hand = Hand(PHONE).start()
    hand.contact(1_000, closed=True)
    hand.edges([7_990, 7_995, 8_000, 8_010, 8_015], closed=False)
    hand.until(20_000)
    assert hand.names() == ["short"]


def test_release_that_never_settles_does_not_keep_an_alarm_back() -> None:
    hand = Hand(PHONE).start()
    hand.contact(1_000, closed=True)
    hand.edges([7_990 + 18 * step for step in range(40)], closed=False)
    assert hand.names() == ["alarm.hotline raised"]


def test_noise_is_not_a_lift() -> None:
    hand = Hand(PHONE).start()
    hand.edges(1_000 + 5.0 * step for step in range(2_001))  # ten seconds, then closed
    hand.contact(11_400, closed=False)
    hand.until(60_000)
    assert "alarm.hotline raised" not in hand.names()


def test_phone_left_off_the_hook_is_one_trouble_with_one_restoral() -> None:
    hand = Hand(PHONE).start()
    hand.contact(1_000, closed=True)
    hand.until(128_019)
    assert hand.zone.state == "stuck"
    hand.contact(900_000, closed=False)
    hand.until(901_000)
    assert hand.told == [
        Told("alarm.hotline raised", 1_000),
        Told("trouble.stuck raised", 128_000),
        Told("trouble.stuck restored", 900_000),
        Told("alarm.hotline restored", 900_000),
    ]


def test_held_button_is_one_alarm_and_never_stuck_where_that_is_switched_off() -> None:
    hand = Hand(replace(BUTTON, stuck_ns=0)).start()
    hand.contact(1_000, closed=True)
    assert hand.until(90_000_000) == [Told(RAISED, 1_000)]


def test_thirty_alarms_a_minute_and_the_rest_in_one_event() -> None:
    hand = Hand(BUTTON).start()
    for press in range(100):
        hand.press(1_000 + 400 * press, 100)
    hand.until(200_000)
    assert hand.count(RAISED) == hand.count(RESTORED) == PER_MINUTE
    assert [told.detail for told in hand.told if told.what == COUNTED] == [(("count", 70), ("window_s", 60))]
    assert hand.names()[-1] == COUNTED
    assert hand.told[-1].at_ms == 61_000


def test_next_minute_raises_again() -> None:
    hand = Hand(BUTTON).start()
    for press in range(31):
        hand.press(1_000 + 400 * press, 100)
    hand.press(61_100, 100)
    hand.until(200_000)
    assert hand.count(RAISED) == PER_MINUTE + 1
    assert hand.count(COUNTED) == 1


def _chatter(gaps_ms: list[float]) -> Hand:
    hand = Hand(BUTTON).start()
    hand.edges(accumulate(gaps_ms, initial=1_000.0))
    hand.until(500_000)
    return hand


@pytest.mark.parametrize("gap_ms", [0.1, 0.5, 1, 2, 3, 5])
def test_five_hundred_edges_of_chatter_are_one_trouble(gap_ms: float) -> None:
    hand = _chatter([gap_ms] * 499)
    assert hand.names() == CHATTER
    assert hand.told[1].detail == (("edges", 500),)


@pytest.mark.parametrize(("stable_ms", "gap_ms"), [(20, 18), (150, 100), (150, 149)])
def test_contact_that_never_settles_is_one_trouble_within_two_seconds(stable_ms: int, gap_ms: int) -> None:
    hand = Hand(replace(BUTTON, stable_ns=stable_ms * MS)).start()
    hand.edges(1_000 + gap_ms * step for step in range(500))
    assert hand.names() == CHATTER[:1]
    assert 3_000 <= hand.told[0].at_ms < 3_000 + gap_ms
    assert hand.zone.state == "chatter"
    hand.until(1_000 + gap_ms * 499 + 10_000)
    assert hand.names() == CHATTER
    assert hand.told[1].detail[0][0] == "edges"
    assert hand.zone.state == "normal"


def test_held_press_is_heard_though_the_contact_did_not_settle_before() -> None:
    hand = Hand(replace(BUTTON, stable_ns=150 * MS)).start()
    hand.edges(1_000 + 100 * step for step in range(31))
    hand.until(5_000)
    assert hand.told[-1].what == RAISED


def test_eight_presses_a_second_for_ten_seconds_are_no_chatter() -> None:
    hand = Hand(BUTTON).start()
    for press in range(80):
        hand.press(1_000 + 125 * press, 60)
    hand.until(100_000)
    assert hand.count(CHATTER[0]) == 0


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.integers(), st.integers(499, 500))
def test_chatter_of_any_spacing_up_to_5_ms_tells_at_most_six_events(seed: int, edges: int) -> None:
    random = Random(seed)
    gaps_ms = [random.uniform(0.1, 5) for _ in range(edges)]
    hand = _chatter(gaps_ms)
    assert len(hand.told) <= 6
    assert [name for name in hand.names() if "chatter" in name] == CHATTER
    told = next(told for told in hand.told if told.what == CHATTER[1])
    assert told.detail == (("edges", len(gaps_ms) + 1),)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.integers(), st.integers(499, 500), st.floats(5, 50))
def test_chatter_of_any_spacing_never_floods(seed: int, edges: int, widest_ms: float) -> None:
    random = Random(seed)
    hand = _chatter([random.uniform(0.1, widest_ms) for _ in range(edges)])
    assert hand.count(RAISED) <= PER_MINUTE
    assert hand.count(RAISED) - 1 <= hand.count(RESTORED) <= hand.count(RAISED)
    assert hand.count(COUNTED) <= 1
    assert hand.count(CHATTER[0]) == hand.count(CHATTER[1]) <= 1


def test_held_press_is_heard_while_the_contact_chatters() -> None:
    hand = Hand(BUTTON).start()
    hand.edges(1_000 + 2.0 * step for step in range(201))
    assert hand.zone.state == "chatter"
    hand.contact(2_000, closed=False)
    hand.contact(3_000, closed=True)
    hand.until(3_300)
    assert hand.told[-1] == Told(RAISED, 3_000)


def test_after_chatter_short_presses_are_heard_again() -> None:
    hand = Hand(BUTTON).start()
    hand.edges(1_000 + 2.0 * step for step in range(200))
    hand.until(30_000)
    hand.press(40_000, 32)
    hand.until(41_000)
    assert hand.told[-2:] == [Told(RAISED, 40_000), Told(RESTORED, 40_032)]


@pytest.mark.parametrize(("leg", "closed", "fault"), [(1, False, "open"), (0, True, "short")])
def test_cut_and_short_are_one_trouble_within_a_second_and_one_restoral(leg: int, closed: bool, fault: str) -> None:
    hand = Hand(SUPERVISED).start()
    hand.contact(1_000, closed=closed, leg=leg)
    hand.until(1_999)
    assert hand.told == [Told(LINE[0], 1_000, (("fault", fault),))]
    assert hand.zone.state == f"line-{fault}"
    hand.contact(90_000, closed=not closed, leg=leg)
    hand.until(90_100)
    assert hand.names() == LINE
    assert hand.zone.state == "normal"


def test_supervised_press_is_an_alarm_and_its_transit_no_fault() -> None:
    hand = Hand(SUPERVISED).start()
    hand.contact(1_000, closed=False, leg=1)
    hand.contact(1_006, closed=True)
    hand.contact(1_200, closed=False)
    hand.contact(1_204, closed=True, leg=1)
    assert hand.until(5_000) == [Told(RAISED, 1_000), Told(RESTORED, 1_200)]


@pytest.mark.parametrize("length_ms", [130, 200, 1_000])
@pytest.mark.parametrize(("leg", "fault"), [(1, "open"), (0, "short")], ids=["NO is cut", "NC touches ground"])
@pytest.mark.parametrize("late", [False, True])
def test_press_that_only_one_leg_tells_is_a_line_fault_raised_and_restored(
    leg: int, fault: str, length_ms: int, late: bool
) -> None:
    hand = Hand(SUPERVISED, late=late).start()
    for edge, after_ms in enumerate((0, 2, 7, 9, 10)):
        hand.contact(1_000 + after_ms, closed=(leg == 0) == (edge % 2 == 0), leg=leg)
    hand.contact(1_000 + length_ms, closed=leg == 1, leg=leg)
    hand.until(5_000)
    assert hand.names() == LINE
    assert hand.told[0] == Told(LINE[0], 1_000, (("fault", fault),))
    assert hand.told[1].detail == (("fault", fault),)
    assert hand.zone.state == "normal"


def test_press_of_90_ms_on_a_cut_leg_is_silent() -> None:
    hand = Hand(SUPERVISED).start()
    hand.contact(1_000, closed=False, leg=1)
    hand.contact(1_090, closed=True, leg=1)
    assert hand.until(5_000) == []


@pytest.mark.parametrize("gap_ms", [3.5, 7, 15])
def test_worn_changeover_that_bounces_for_157_ms_is_an_alarm_and_no_line_fault(gap_ms: float) -> None:
    hand = Hand(SUPERVISED).start()
    bounces = [gap_ms * step for step in range(round(157 / gap_ms) // 2 * 2 + 1)]
    hand.contact(1_000, closed=False, leg=1)
    hand.edges(1_004 + after_ms for after_ms in bounces)
    hand.contact(4_000, closed=False)
    for edge, after_ms in enumerate(bounces):
        hand.contact(4_004 + after_ms, closed=edge % 2 == 0, leg=1)
    assert hand.until(9_000) == [Told(RAISED, 1_000), Told(RESTORED, 4_000)]


def test_every_press_is_an_alarm_while_the_resting_leg_is_cut() -> None:
    hand = Hand(SUPERVISED).start()
    hand.contact(1_000, closed=False, leg=1)
    for at_ms in (100_000, 100_300, 200_000):
        hand.press(at_ms, 100)
    hand.until(300_000)
    assert [told.at_ms for told in hand.told if told.what == RAISED] == [100_000, 100_300, 200_000]
    assert [name for name in hand.names() if "line" in name] == LINE[:1]


def test_cut_at_start_is_told() -> None:
    hand = Hand(SUPERVISED)
    hand.contact(0, closed=False)
    hand.contact(0, closed=False, leg=1)
    assert hand.zone.state == "unknown"
    assert hand.until(1_000) == [Told(LINE[0], 0, (("fault", "open"),))]


def test_supervised_button_held_at_start_says_so() -> None:
    hand = Hand(SUPERVISED).start(active=True)
    assert hand.until(100) == [Told(RAISED, 0, (("at_start", True),))]


def test_zone_without_a_person_is_no_alarm_light() -> None:
    assert Hand(BUTTON).zone.by_person
    assert not Hand(replace(BUTTON, type=ZoneType.MAINS)).zone.by_person


def test_worn_contact_is_heard_the_first_time_although_it_chatters() -> None:
    hand = Hand(BUTTON).start()
    hand.until(1_000)
    hand.edges([1_000 + 1.5 * edge for edge in range(101)])
    hand.until(1_250)
    assert hand.names() == ["trouble.chatter raised", "alarm.holdup raised"]


def test_quick_presses_on_a_bouncing_changeover_are_all_heard() -> None:
    hand = Hand(SUPERVISED).start()
    hand.until(1_000)
    for press in range(10):
        for movement, at_ms in ((0, 1_000 + press * 300), (1, 1_200 + press * 300)):
            first, second = (1, 0) if movement == 0 else (0, 1)
            hand.edges([at_ms + 0.3 * edge for edge in range(21)], closed=False, leg=first)
            hand.edges([at_ms + 8 + 0.3 * edge for edge in range(21)], closed=True, leg=second)
    hand.until(5_000)
    assert hand.names() == ["alarm.holdup raised", "alarm.holdup restored"] * 10


def test_wire_that_rattles_all_night_is_a_few_troubles() -> None:
    hand = Hand(SUPERVISED).start()
    # The wire to NC comes and goes, twice a second for a minute.
    for number in range(120):
        hand.contact(1_000 + number * 500, closed=False, leg=1)
        hand.contact(1_250 + number * 500, closed=True, leg=1)
    hand.until(120_000)

    assert hand.names() == LINE * (len(hand.told) // 2)
    assert len(hand.told) <= 4 * LOOSE_FAULTS
    assert hand.told[-1].at_ms == 60_770
    assert hand.zone.state == "normal"


def test_press_on_a_wire_that_rattles_is_heard() -> None:
    hand = Hand(SUPERVISED).start()
    for number in range(10):
        hand.contact(1_000 + number * 500, closed=False, leg=1)
        hand.contact(1_250 + number * 500, closed=True, leg=1)

    hand.contact(6_500, closed=False, leg=1)
    hand.contact(6_502, closed=True)
    hand.until(7_000)

    assert hand.names()[-1] == RAISED
