"""What is written reads back as the same."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from sim.scenario.library import library
from sim.scenario.model import Scenario
from sim.scenario.reading import load, parse
from sim.scenario.writing import describe_step, write_scenario
from tests.sim.scenario.nights import read
from tests.sim.scenario.strategies import scenarios


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(scenarios())
def test_every_scenario_reads_back_as_the_same(scenario: Scenario) -> None:
    assert parse(write_scenario(scenario), "night.toml") == scenario


@pytest.mark.parametrize("path", library(), ids=lambda path: path.stem)
def test_every_scenario_of_the_library_reads_back_as_the_same(path: Path) -> None:
    scenario = load(path)

    assert parse(write_scenario(scenario), str(path), path.parent) == scenario


def test_a_step_is_told_on_one_line_without_what_is_as_by_default() -> None:
    scenario = read(
        '[[step]]\nat = "1s"\ndo = "press"\nzone = "tamper"\nfor = "200ms"\n'
        '[[step]]\nat = "1s"\nexpect = "lamp"\nis = "dark"\nduring = "2s"\n'
    )

    assert [describe_step(step) for step in scenario.steps] == [
        "press zone=tamper",
        "expect lamp is=dark during=2s",
    ]
