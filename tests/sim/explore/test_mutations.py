"""Exploring finds every mistake, and what it leaves of the night shows it: with the mistake, and not without."""

from pathlib import Path

import pytest

from device.logic.units import S
from sim.explore.draw import draw
from sim.explore.explore import Outcome, Plan, explore
from sim.explore.reduce import reduce
from sim.scenario.player import play
from sim.scenario.reading import load
from sim.scenario.writing import write_scenario
from tests.sim.explore.mutations import MUTATIONS, Mutation

_LENGTH_NS = 600 * S
_WORLDS = 12
_FEW_STEPS = 8


def _found(mutation: Mutation) -> Outcome:
    """The first world that breaks the rule; one that breaks only others shows another side of the mistake."""
    for seed in range(mutation.first, mutation.first + _WORLDS):
        for outcome in explore(Plan(range(seed, seed + 1), _LENGTH_NS)):
            if mutation.rule in outcome.rules:
                return outcome
    pytest.fail(f"{_WORLDS} worlds do not show that {mutation.name}")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name.replace(" ", "-"))
def test_mistake_is_found_and_what_is_left_of_the_night_shows_it(mutation: Mutation, tmp_path: Path) -> None:
    path = tmp_path / "small.toml"

    with mutation():
        small = reduce(draw(_found(mutation).seed, _LENGTH_NS), mutation.rule)
        path.write_text(write_scenario(small), encoding="utf-8")
        with_it = play(load(path), "small")
    without = play(load(path), "small")

    assert len(small.steps) <= _FEW_STEPS
    assert not with_it.passed
    assert list(without.lines()) == []
