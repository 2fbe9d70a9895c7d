"""A scenario may be about a bank of lockers; each of the library fails where the bank does otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.acts.bank import BankAct
from sim.scenario.expectations import Told
from sim.scenario.library import library
from sim.scenario.model import Deed, Expected, Scenario
from sim.scenario.player import play
from sim.scenario.reading import load
from sim.scenario.tables import End
from sim.scenario.writing import write_scenario
from tests.sim.scenario.nights import read

_BANK = '[[store]]\nid = "bank-1"\nbank = "xor8a"\ndoors = 8\n'
_BANKS = [path for path in library() if path.stem.startswith("bank-")]
_LEFT_ALONE = next(path for path in _BANKS if path.stem == "bank-is-left-alone")


def _without_what_is_done(scenario: Scenario) -> Scenario:
    expected = tuple(step for step in scenario.steps if isinstance(step, Expected))
    return replace(scenario, steps=expected, end=End(invariants=False))


@pytest.mark.parametrize("path", [path for path in _BANKS if path != _LEFT_ALONE], ids=lambda path: path.stem)
def test_scenario_of_a_bank_fails_if_nothing_happens(path: Path) -> None:
    assert not play(_without_what_is_done(load(path)), path.stem).passed


def test_bank_that_is_left_alone_fails_if_it_is_not() -> None:
    forced = read('[[step]]\nat = "2m"\ndo = "force"\ndoor = "05"\n' + _BANK).steps

    scenario = load(_LEFT_ALONE)

    assert not play(replace(scenario, steps=(*forced, *scenario.steps)), "night").passed


def test_every_act_of_a_bank_is_in_the_library() -> None:
    done = {type(step.act) for path in _BANKS for step in load(path).steps if isinstance(step, Deed)}

    assert {kind.__name__ for kind in BankAct.__args__} - {kind.__name__ for kind in done} <= {"Inspect"}


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ('expect = "door"\ndoor = "05"\nis = "forced"\n', "secured"),
        ('expect = "leaf"\ndoor = "05"\nis = "open"\n', "shut"),
        ('expect = "told"\nwhat = "command.done"\nresult = "jammed"\n', "0 told"),
        ('expect = "arrived"\nwhat = "command.refused"\nresult = "other revision"\n', "0 arrived"),
    ],
)
def test_what_is_seen_instead_is_said(step: str, says: str) -> None:
    scenario = read(f'[[step]]\nat = "10s"\ndo = "unlock"\ndoor = "06"\n\n[[step]]\nat = "20s"\n{step}\n{_BANK}')

    (failure,) = play(scenario, "night").failures

    assert failure.seen == says


def test_result_of_an_order_is_found_by_its_word() -> None:
    steps = "".join(
        f'[[step]]\nat = "20s"\nexpect = "{verb}"\nwhat = "command"\nresult = "opened"\ncount = 1\n'
        for verb in ("told", "arrived")
    )

    assert play(read(f'[[step]]\nat = "10s"\ndo = "unlock"\ndoor = "05"\n{steps}{_BANK}'), "night").passed


def test_bank_is_written_as_it_was_read() -> None:
    text = f'[[step]]\nat = "10s"\nexpect = "told"\nwhat = "door"\nzone = "05"\ncount = 0\n{_BANK}night = true\n'
    scenario = read(text)

    again = read(write_scenario(scenario), head="")

    assert again == scenario
    assert isinstance(again.steps[0], Expected)
    assert isinstance(again.steps[0].expectation, Told)
    assert again.shops[0].written.night


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[[step]]\nat = "1s"\ndo = "pull"\ndoor = "9"\n', 'step[1].door = "9": the bank has "01"'),
        (
            '[[step]]\nat = "1s"\nexpect = "door"\ndoor = "9"\nis = "open"\n',
            'step[1].door = "9": bank-1 has "01"',
        ),
        ('[[step]]\nat = "1s"\nexpect = "zone"\nzone = "9"\nis = "normal"\n', 'step[1].zone = "9": bank-1 has'),
        ('[[step]]\nat = "1s"\ndo = "press"\nzone = "hotline"\n', 'step[1].zone = "hotline": bank-1 has'),
    ],
)
def test_what_a_bank_does_not_have_is_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match="step") as refused:
        read(text + _BANK)

    assert fault in str(refused.value)


def test_store_has_no_doors_to_expect_anything_of() -> None:
    with pytest.raises(ValueError, match="store-0042 has no locker bank"):
        read('[[step]]\nat = "1s"\nexpect = "leaf"\ndoor = "05"\nis = "open"\n')


def test_bank_has_no_configuration_beside_it() -> None:
    with pytest.raises(ValueError, match='config: not allowed beside "bank"'):
        read(f'[[step]]\nat = "1s"\ndo = "pull"\ndoor = "05"\n{_BANK}config = "agent.toml"\n')
