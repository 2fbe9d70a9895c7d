"""Banks with every fault keep every rule; an agent with a mistake breaks the one that the mistake is against."""

from dataclasses import replace
from pathlib import Path

import pytest

from device.logic.units import S
from sim.acts.bank import BankAct, BenchAct, CommandAct, Unlock
from sim.acts.words import AdapterState, CommandState, LockBoardState, MechanismState
from sim.cli import main
from sim.explore.bank_draw import draw_bank
from sim.explore.bank_faults import BOARD_ILLS
from sim.explore.draw import SHORTEST_NS
from sim.explore.explore import Outcome, Plan, explore, play
from sim.explore.reduce import Reducer
from sim.scenario.model import Deed, Scenario
from sim.scenario.reading import parse
from sim.scenario.writing import write_scenario
from sim.world.world import World
from tests.sim.explore.bank_mutations import BANK_MUTATIONS
from tests.sim.explore.mutations import Mutation

_LENGTH_NS = 1_200 * S
_SHORT_NS = SHORTEST_NS
_FEW_DOORS = 8
_WORLDS = 12


def _deeds(scenario: Scenario) -> list[Deed]:
    return [step for step in scenario.steps if isinstance(step, Deed)]


def test_agent_of_a_bank_keeps_every_rule_for_twenty_minutes() -> None:
    outcomes = list(play(Plan(range(2), _LENGTH_NS, doors=24)))

    assert [outcome.findings for outcome in outcomes] == [()] * 2


def test_agent_of_a_small_bank_keeps_every_rule() -> None:
    outcomes = list(play(Plan(range(6), _SHORT_NS, doors=_FEW_DOORS)))

    assert [outcome.findings for outcome in outcomes] == [()] * 6


@pytest.mark.parametrize("mutation", BANK_MUTATIONS, ids=lambda mutation: mutation.name.replace(" ", "-"))
def test_mistake_in_the_agent_of_a_bank_is_found(mutation: Mutation) -> None:
    with mutation():
        assert mutation.rule in _found(mutation).rules


def _found(mutation: Mutation) -> Outcome:
    for seed in range(mutation.first, mutation.first + _WORLDS):
        for outcome in explore(Plan(range(seed, seed + 1), _SHORT_NS, doors=_FEW_DOORS)):
            if mutation.rule in outcome.rules:
                return outcome
    pytest.fail(f"{_WORLDS} banks do not show that {mutation.name}")


def test_what_is_left_of_a_day_is_a_scenario_of_a_bank() -> None:
    mutation = next(mutation for mutation in BANK_MUTATIONS if mutation.rule == "doors")
    with mutation():
        drawn = draw_bank(_found(mutation).seed, _SHORT_NS, _FEW_DOORS)
        reducer = Reducer(drawn, mutation.rule, most_plays=25)
        small = reducer.reduce()

    assert len(small.steps) < len(drawn.steps) // 4
    read = parse(write_scenario(small), "small.toml")
    assert replace(read, shops=()) == replace(small, shops=())
    assert read.shops[0].setup().bank == small.shops[0].setup().bank


# ---------------------------------------------------------------- what is drawn


def test_one_seed_gives_one_day_of_a_bank() -> None:
    assert draw_bank(7, _LENGTH_NS, 24) == draw_bank(7, _LENGTH_NS, 24)
    assert draw_bank(7, _LENGTH_NS, 24) != draw_bank(8, _LENGTH_NS, 24)
    assert draw_bank(7, _LENGTH_NS, 24) != draw_bank(7, _LENGTH_NS, 25)


def test_everything_that_can_happen_to_a_bank_is_drawn() -> None:
    drawn = [deed.act for seed in range(60) for deed in _deeds(draw_bank(seed, _LENGTH_NS, 24))]

    assert {type(act) for act in drawn} >= set(BankAct.__args__)
    states = {getattr(act, "state", None) for act in drawn if isinstance(act, BenchAct | CommandAct)}
    assert states >= {*AdapterState, *BOARD_ILLS, LockBoardState.WELL, *CommandState}
    assert {getattr(act, "state", None) for act in drawn} >= set(MechanismState)


@pytest.mark.parametrize("doors", [4, 24, 128])
def test_everything_can_be_done_to_the_bank_and_is_over_before_the_end(doors: int) -> None:
    for seed in range(6):
        day = draw_bank(seed, _LENGTH_NS, doors)
        with World(day.setup()) as world:
            assert [world.refuses(deed.act, deed.store) for deed in _deeds(day)] == [None] * len(day.steps)
        assert min(step.at_ns for step in day.steps) >= 0
        assert max(step.at_ns for step in day.steps) < _LENGTH_NS


def test_day_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 300 s"):
        draw_bank(0, SHORTEST_NS - 1, 24)


def test_most_orders_are_good_ones() -> None:
    orders = [deed.act for seed in range(20) for deed in _deeds(draw_bank(seed, _LENGTH_NS, 24))]
    states = [act.state for act in orders if isinstance(act, Unlock)]

    assert states.count(CommandState.GOOD) > len(states) // 2


def test_command_plays_banks(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    explored = ["explore", "--bank", "4", "--seeds", "1", "--hours", "0.1", "-j", "1", "--out", str(tmp_path)]
    assert main(explored) == 0

    assert capsys.readouterr().out.startswith("1 worlds of 0.1 h")


@pytest.mark.parametrize("doors", ["3", "129", "x"])
def test_bank_of_a_wrong_size_is_refused(doors: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["explore", "--bank", doors])

    assert ended.value.code == 64
    assert "a whole number 4 to 128" in capsys.readouterr().err
