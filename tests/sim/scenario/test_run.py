"""`ansim-sim run`: what it plays, what it says, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sim.cli import main
from sim.scenario.library import library
from tests.sim.scenario.nights import HEAD

PRESS = '[[step]]\nat = "1s"\ndo = "press"\nzone = "counter-button"\n'
GOOD = f'{HEAD}length = "5s"\n{PRESS}[[step]]\nat = "2s"\nexpect = "arrived"\nwhat = "alarm"\n'
BAD = f'{HEAD}length = "5s"\n{PRESS}[[step]]\nat = "2s"\nexpect = "lamp"\nis = "help"\n'
MISTAKEN = f'{HEAD}[[step]]\nat = "1s"\ndo = "dance"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.toml").write_text(GOOD)
    (tmp_path / "bad.toml").write_text(BAD)
    return tmp_path


def run(*arguments: str | Path) -> int:
    return main(["run", "-j", "1", *map(str, arguments)])


def test_what_passes_ends_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder / "good.toml") == 0
    assert capsys.readouterr().out.startswith("passed  good  seed 0")


def test_what_fails_ends_with_1_and_says_why(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder / "bad.toml") == 1
    out = capsys.readouterr().out
    assert "FAILED  bad" in out
    assert "step 2, 00:00:02.000, store-0042: expect lamp is=help: received" in out


def test_a_folder_is_all_its_scenarios(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder) == 1
    assert "2 plays, 1 FAILED" in capsys.readouterr().out


def test_a_name_is_one_of_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("chased-person") == 0
    assert "passed  chased-person" in capsys.readouterr().out


def test_without_a_file_the_library_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list") == 0
    assert len(capsys.readouterr().out.splitlines()) == len(library())


def test_repeat_plays_one_seed_after_the_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder / "good.toml", "--seed", "7", "--repeat", "3", "--json") == 0
    assert [json.loads(line)["seed"] for line in capsys.readouterr().out.splitlines()] == [7, 8, 9]


def test_json_is_one_line_per_play(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--json") == 1
    bad, good = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (bad["scenario"], bad["passed"], bad["failures"][0]["step"]) == ("bad", False, 2)
    assert (good["scenario"], good["passed"], good["failures"]) == ("good", True, [])


def test_junit_and_transcript_are_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--junit", folder / "report.xml", "--transcript", folder / "night.txt") == 1
    assert [case.get("classname") for case in ET.parse(folder / "report.xml").iter("testcase")] == ["bad", "good"]
    assert (folder / "night.txt").read_text().startswith("# bad, seed 0: A night\n00:00:00.000  store-0042    power")


def test_a_mistake_in_any_file_ends_with_65_and_plays_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mistaken.toml").write_text(MISTAKEN)

    assert run(folder) == 65
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f'{folder}/mistaken.toml: step[1].do = "dance": one of "press",')
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (
            "chased-persn",
            "chased-persn: no file, no folder, and no scenario of the library; did you mean chased-person?",
        ),
        ("/no/such/file.toml", "/no/such/file.toml: no file, no folder, and no scenario of the library; see"),
        ("a\0b", "a\\x00b: no file,"),
        ("x" * 5_000, "x" * 59 + "…: no file,"),
    ],
)
def test_what_is_not_there_ends_with_64(asked: str, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(asked) == 64
    err = capsys.readouterr().err
    assert err.startswith(f"ansim-sim run: {fault}")
    assert len(err.splitlines()) == 1


def test_an_empty_folder_ends_with_64(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path) == 64
    assert "no file .toml in this folder" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--seed=-1", "--seed=1_0", "--repeat=0", "-j0", f"--seed={'9' * 5_000}", "--so"])
def test_wrong_usage_ends_with_64(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", option])

    assert ended.value.code == 64
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_what_cannot_be_written_ends_with_69_before_anything_is_played(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "--junit", folder / "no" / "report.xml") == 69
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"ansim-sim run: {folder}/no/report.xml: cannot be written: No such file or directory\n"


def test_several_processes_say_the_same_in_the_same_order(folder: Path) -> None:
    def play(processes: int) -> tuple[int, str]:
        command = ["run", str(folder), "--repeat", "2", "--json", "-j", str(processes)]
        done = subprocess.run([sys.executable, "-m", "sim", *command], capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.returncode, done.stdout

    alone = play(1)
    assert alone == play(2)
    assert alone[0] == 1
    assert len(alone[1].splitlines()) == 4
