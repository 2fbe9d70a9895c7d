"""Worlds with all faults break no rule; where one does, the command says so and leaves a scenario."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from device.logic.units import S
from sim.cli import main
from sim.explore.draw import draw
from sim.explore.explore import Plan, explore, play
from sim.explore.judge import CRASH, Finding, judge
from sim.scenario.reading import load
from tests.sim.explore.mutations import MUTATIONS

_TIMEOUT_S = 60
_LENGTH_NS = 1_200 * S
_CRASH = next(mutation for mutation in MUTATIONS if mutation.rule == CRASH)
_LAMP = next(mutation for mutation in MUTATIONS if "blinks" in mutation.name)
_COUNTER = next(mutation for mutation in MUTATIONS if "start counter" in mutation.name)


def test_agent_keeps_every_rule() -> None:
    outcomes = list(play(Plan(range(24), 600 * S)))

    assert [outcome.findings for outcome in outcomes] == [()] * 24


def test_world_is_judged_the_same_each_time() -> None:
    with _COUNTER():
        assert judge(draw(0, _LENGTH_NS)) == judge(draw(0, _LENGTH_NS)) != ()


def test_exception_in_a_world_is_a_finding() -> None:
    with _CRASH():
        (crash,) = judge(draw(0, _LENGTH_NS))

    assert (crash.rule, crash.where, crash.meaning) == (CRASH, "world", "no exception ends an agent")
    assert "KeyError('a late answer')" in crash.text


def test_first_broken_world_is_the_last_one_played() -> None:
    plan = Plan(range(4), _LENGTH_NS)
    with _COUNTER():
        outcomes = play(plan)
        broken = explore(plan, outcomes)
        following = next(outcomes)

    assert [outcome.seed for outcome in broken] == [0]
    assert following.seed == 1


def test_all_worlds_are_played_if_wanted() -> None:
    with _COUNTER():
        broken = explore(Plan(range(2), _LENGTH_NS, keep_going=True))

    assert [outcome.seed for outcome in broken] == [0, 1]


def test_several_processes_say_the_same() -> None:
    def said(jobs: int) -> str:
        command = ["explore", "--seeds", "3", "--hours", "0.2", "--json", "-j", str(jobs)]
        done = subprocess.run([sys.executable, "-m", "sim", *command], capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return done.stdout.partition("elapsed_s")[0]

    assert said(1) == said(2) != ""


def test_rules_are_named_once() -> None:
    finding = Finding("lost", "store-0042", "1 has not arrived", 0)

    assert str(finding) == "store-0042: lost: 1 has not arrived"
    assert finding.meaning == "what the disk confirmed, and what this life has told, has arrived"


def test_command_says_that_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "--seeds", "2", "--hours", "0.2", "-j", "1"]) == 0

    first, last = capsys.readouterr().out.splitlines()
    assert first == "2 worlds of 0.2 h, 0.4 hours, begin"
    assert re.fullmatch(r"2 worlds of 0\.2 h, 0\.4 hours, in \d+ s: no rule was broken", last)


@pytest.mark.parametrize(
    ("worlds", "hours", "told"),
    [(1, 47.0, "47 hours"), (2, 24.0, "2 days"), (100, 24.0, "100 days"), (1000, 24.0, "2.74 years")],
)
def test_time_is_told_in_a_unit_that_fits(
    worlds: int, hours: float, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.commands.explore.play", lambda _plan: iter(()))

    assert main(["explore", "--seeds", str(worlds), "--hours", str(hours)]) == 0

    assert f" h, {told}, begin\n" in capsys.readouterr().out


@pytest.mark.parametrize("reaches", [os.killpg, os.kill], ids=["all of the terminal", "the first process"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "command",
    [["explore", "--seeds", "100", "--bank", "24"], ["run", "press-on-a-half-cut-wire", "--repeat", "1000", "--json"]],
    ids=["explore", "run"],
)
def test_interrupted_it_leaves_no_folder_no_process_and_no_traceback(
    command: list[str], number: signal.Signals, reaches: Callable[[int, int], None], tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sim", *command, "-j", "2"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        reaches(process.pid, number)
        # Ends when every process that has it open has ended.
        _, said = process.communicate(timeout=_TIMEOUT_S)

    assert (process.returncode, said) == (130, "")
    assert list(tmp_path.iterdir()) == []


def test_command_leaves_a_scenario_that_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _LAMP():
        explored = ["explore", "--seeds", "1", "--hours", "0.2", "-j", "1", "--json", "--out", str(tmp_path / "found")]
        assert main(explored) == 1
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        path = next(Path(line["file"]) for line in told if line.get("rule") == "lamp")
        assert main(["run", str(path), "-j", "1"]) == 1
    assert main(["run", str(path), "-j", "1"]) == 0

    assert told[-1]["worlds"] == told[-1]["broken"] == 1
    assert load(path).title == "Explored, seed 0: lamp"


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--seeds", "0"], "a whole number 1 to"),
        (["--hours", "0.01"], "hours from 0.08 to 2160 are allowed"),
        (["--first", "-1"], "a whole number 0 to"),
    ],
)
def test_wrong_numbers_are_refused(arguments: list[str], allowed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["explore", *arguments])

    assert ended.value.code == 64
    assert allowed in capsys.readouterr().err
