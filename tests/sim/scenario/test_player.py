"""Acts are done in time; expectations are true when they must be; what is not so is told with the reason."""

from dataclasses import replace

import pytest

from device.logic.event import Phase
from device.logic.units import S
from sim.acts.model import Hold, Network, Power, Press, Swap
from sim.acts.words import NetworkState, OnOff
from sim.control_room.values import Presence as PresenceWord
from sim.scenario import player
from sim.scenario.expectations import Arrived, Broker, Lamp, Outbox, Presence, Told, Trouble, Zone
from sim.scenario.expectations import Power as Powered
from sim.scenario.model import Expected
from sim.scenario.player import play
from sim.scenario.sight import look
from sim.scenario.tables import End, Excuse
from sim.scenario.verdict import Ground, Verdict
from sim.scenario.words import LampLook, TroubleState, ZoneWord
from sim.world.invariants import SETTLE_NS, Breach
from sim.world.world import World
from tests.sim.scenario.nights import deed, expected, night, played

RAISED = Arrived(what="alarm.holdup", phase=Phase.RAISED)
NO_ALARM = Told(what="alarm", count=0)
RECEIVED = Lamp(is_=LampLook.RECEIVED)
DARK = Lamp(is_=LampLook.DARK)
ONLINE = Presence(is_=PresenceWord.ONLINE)
NO_NETWORK = Network(state=NetworkState.REFUSED)


def when(verdict: Verdict) -> list[tuple[int | None, float]]:
    """Which steps failed, and when that was clear, in seconds."""
    return [(failure.step, failure.at_ns / S) for failure in verdict.failures]


# ---------------------------------------------------------------- at, within, during


def test_at_is_that_moment_and_no_other() -> None:
    verdict = played(deed(10), expected(9.9, NO_ALARM), expected(10.5, NO_ALARM))

    assert when(verdict) == [(3, 10.5)]


def test_within_is_fulfilled_by_a_moment_in_between() -> None:
    assert played(deed(10), expected(10, Lamp(is_=LampLook.SENDING), within_s=5)).passed


def test_within_fails_when_its_time_is_over_and_not_before() -> None:
    verdict = played(deed(10, NO_NETWORK), deed(11), expected(11, RAISED, within_s=3))

    assert when(verdict) == [(3, 14.0)]
    assert verdict.failures[0].seen == "0 arrived"


def test_during_fails_at_the_first_moment_that_is_different() -> None:
    verdict = played(deed(10), expected(9, DARK, during_s=20))

    assert [step for step, _ in when(verdict)] == [2]
    assert 10 < when(verdict)[0][1] < 10.1


def test_during_may_see_its_end_change() -> None:
    assert played(deed(10), expected(5, DARK, during_s=5)).passed


def test_steps_happen_in_the_order_of_their_times() -> None:
    assert played(expected(30, RAISED), deed(20), expected(5, NO_ALARM)).passed


def test_steps_of_one_moment_happen_in_the_order_of_the_file() -> None:
    off, on = Power(state=OnOff.OFF), Power(state=OnOff.ON)

    assert played(deed(10, off), expected(10, Powered(is_=OnOff.OFF)), deed(10, on)).passed
    assert not played(deed(10, off), deed(10, on), expected(10, Powered(is_=OnOff.OFF))).passed


def test_a_failure_does_not_end_the_night() -> None:
    verdict = played(deed(10), expected(11, NO_ALARM), expected(12, RECEIVED), expected(13, DARK))

    assert [step for step, _ in when(verdict)] == [2, 4]


# ---------------------------------------------------------------- what can be expected


def test_numbers_say_exactly_at_least_or_at_most() -> None:
    told = Told(what="alarm", phase=Phase.RAISED)
    right = [replace(told, count=2), replace(told, at_least=2), replace(told, at_most=2), told]
    wrong = [replace(told, count=1), replace(told, at_least=3), replace(told, at_most=1)]

    verdict = played(deed(10), deed(20), *(expected(50, numbers) for numbers in (*right, *wrong)))

    assert [step for step, _ in when(verdict)] == [7, 8, 9]


def test_zone_presence_outbox_and_broker_are_what_the_status_says() -> None:
    verdict = played(
        deed(10, Hold(zone="tamper")),
        expected(10, Zone(zone="tamper", is_=ZoneWord.RAISED), within_s=1),
        expected(20, ONLINE),
        expected(20, Outbox(at_most=0)),
        expected(20, Broker(is_=1)),
        deed(30, Power(state=OnOff.OFF)),
        expected(30, Presence(is_=PresenceWord.OFFLINE), within_s=20),
        expected(59, ONLINE),
    )

    assert when(verdict) == [(8, 59.0)]
    assert verdict.failures[0].seen == "offline"


def test_trouble_is_what_the_newest_event_about_it_says() -> None:
    link = {state: Trouble(name="link", is_=state) for state in TroubleState}
    scenario = night(
        deed(10, NO_NETWORK),
        expected(20, link[TroubleState.NEVER]),
        deed(100, Network(state=NetworkState.UP)),
        expected(100, link[TroubleState.RAISED], within_s=70),
        expected(100, link[TroubleState.RESTORED], within_s=170),
        length_s=300,
    )

    assert play(scenario, "night").passed


def test_nothing_is_known_of_a_device_that_never_spoke() -> None:
    with World(night().setup()) as world:
        sight = look(ONLINE, world, "store-0042")

    assert (sight.holds, sight.seen) == (False, "the device has never spoken")


# ---------------------------------------------------------------- the verdict


def test_a_failure_shows_what_happened_around_it_and_marks_the_point() -> None:
    verdict = played(deed(10, NO_NETWORK), deed(11), expected(11, RAISED, within_s=3))

    lines = verdict.failures[0].timeline
    marked = [line for line in lines if line.startswith(">")]
    assert marked == [
        "> 00:00:14.000  store-0042    FAILED    expect arrived what=alarm.holdup phase=raised within=3s: 0 arrived"
    ]
    assert any("network, state refused" in line for line in lines)
    assert any("told" in line and "alarm.holdup raised" in line for line in lines)
    assert len(lines) <= 40


def test_a_long_night_around_a_failure_is_shortened() -> None:
    verdict = played(*(deed(10 + number) for number in range(20)), expected(10.5, DARK, within_s=40))

    assert any(line.endswith(" more …") for line in verdict.failures[0].timeline)
    assert len(verdict.failures[0].timeline) <= 40


def test_everything_is_mended_before_the_rules_are_looked_at() -> None:
    assert played(deed(10), deed(10.1, Power(state=OnOff.OFF)), deed(20, Hold(zone="tamper"))).passed


def test_a_broken_rule_fails_the_scenario_and_shows_the_event_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    event_id = _id_of_the_alarm()
    monkeypatch.setattr(
        player, "breaches", lambda world: [Breach("lost", "store-0042", f"{event_id} is gone", 240 * S)]
    )
    verdict = played(deed(10))

    assert [(failure.ground, failure.step) for failure in verdict.failures] == [(Ground.RULE, None)]
    marked = [line for line in verdict.failures[0].timeline if line.startswith(">")]
    assert [line.split()[3] for line in marked] == ["told", "arrived", "answered"]


def test_a_broken_rule_may_be_excused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "breaches", lambda world: [Breach("lost", "store-0042", "it is gone", 240 * S)])
    end = End(allow=(Excuse(rule="lost", why="the card was torn out"),))
    verdict = play(replace(night(deed(10)), end=end), "night")

    assert verdict.passed
    assert verdict.excused == ("lost, store-0042: it is gone",)


def test_an_act_that_cannot_be_done_is_a_failure_and_no_traceback() -> None:
    verdict = played(deed(10, Swap(zone="counter-button", other="tamper")))

    assert [failure.ground for failure in verdict.failures] == [Ground.ACT]
    assert "a zone with as many wires" in verdict.failures[0].seen


def test_a_breakdown_of_the_world_is_a_failure_with_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def collapse(world: World, act: object, store: str | None = None) -> None:
        raise ZeroDivisionError("the sky")

    monkeypatch.setattr(World, "perform", collapse)
    verdict = played(deed(10))

    assert [failure.ground for failure in verdict.failures] == [Ground.BREAKDOWN]
    assert "ZeroDivisionError: the sky" in verdict.failures[0].timeline[-1]


def test_without_invariants_the_night_ends_as_it_is() -> None:
    scenario = night(deed(10))

    assert play(scenario, "night").played_ns == 60 * S + SETTLE_NS
    assert play(replace(scenario, end=End(invariants=False)), "night").played_ns == 60 * S


def test_the_transcript_says_what_was_as_expected() -> None:
    verdict = played(deed(10), expected(10, RECEIVED, within_s=1))

    told = next(line for line in verdict.transcript if "  expected  " in line)
    assert told.endswith("expect lamp is=received within=1s")


def test_the_store_of_a_step_is_the_only_one_or_the_one_it_names() -> None:
    scenario = night(deed(1), Expected(S, DARK, "store-0043"))

    assert [scenario.store_of(step) for step in scenario.steps] == ["store-0042", "store-0043"]


def test_another_seed_bounces_differently() -> None:
    steps = (deed(10, Press(zone="counter-button")),)

    assert played(*steps, seed=1).transcript != played(*steps, seed=2).transcript


def _id_of_the_alarm() -> str:
    line = next(line for line in played(deed(10)).transcript if "alarm.holdup raised" in line)
    return line.split()[3]
