"""What `python -m bench` does with arguments and figures; nothing is measured here."""

import json
import sys
from pathlib import Path

import pytest

from bench.__main__ import BENCHMARKS, main
from bench.figure import Figure, spread
from bench.helper import Helper
from bench.moments import gaps_ms
from bench.run import Run
from bench.table import render

WELL = Figure("press p50", 1.5, "ms", 1.0, ratio_at_most=2)
OVER = Figure("memory", 46.0, "MB", at_most=45)
PLAIN = Figure("events", 1200, "events/s")


def test_table_shows_floor_ratio_budget_and_verdict() -> None:
    lines = render({"fake": [WELL, OVER, PLAIN]}).splitlines()
    assert lines[1].split() == ["fake"]
    assert lines[2].split() == ["press", "p50", "1.50", "ms", "1", "ms", "1.50", "≤", "2x", "floor", "ok"]
    assert lines[3].split() == ["memory", "46", "MB", "≤", "45", "MB", "over"]
    assert lines[4].split() == ["events", "1200", "events/s"]


def test_ratio_without_floor_is_not_kept() -> None:
    assert Figure("press", 1.0, "ms", ratio_at_most=2).ok is False


def test_spread_is_of_what_was_measured() -> None:
    found = spread([float(number) for number in range(1, 101)])
    assert (found.p50, found.p95, found.p99, found.most) == (50, 95, 99, 100)


def test_lost_press_is_refused() -> None:
    with pytest.raises(ValueError, match="2 presses, but 1 came"):
        gaps_ms({"button": [1, 2]}, {"button": [3]})


@pytest.mark.parametrize(("figures", "status"), [((WELL, PLAIN), 0), ((WELL, OVER), 1)])
def test_missed_budget_is_the_exit_status(
    figures: tuple[Figure, ...], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], {"fake": lambda _run: list(figures)}) == status
    assert "press p50" in capsys.readouterr().out


def test_only_what_is_named_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[bool] = []

    def measure(run: Run) -> list[Figure]:
        seen.append(run.quick and not list(run.folder.iterdir()))
        run.step(1, 1)
        return [WELL]

    def fail(_run: Run) -> list[Figure]:
        raise AssertionError

    file = tmp_path / "figures.json"
    assert main(["--quick", "--only", "one", "--json", str(file)], {"one": measure, "other": fail}) == 0
    assert seen == [True]
    (figure,) = json.loads(file.read_text())["benchmarks"]["one"]
    assert (figure["value"], figure["floor"], figure["ratio"], figure["ok"]) == (1.5, 1.0, 1.5, True)


def test_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "nothing"])
    assert "latency" in capsys.readouterr().err


def test_every_benchmark_of_the_budgets_is_there() -> None:
    assert list(BENCHMARKS) == [
        "latency",
        "latency-tls",
        "light",
        "resources",
        "durability",
        "kills",
        "office",
        "simulator",
        "bank",
    ]


def test_cost_of_a_program_is_told_with_its_status() -> None:
    with Helper("bench.cost", sys.executable, "-c", "print('noise'); raise SystemExit(3)") as child:
        _, wall_s, cpu_s, peak_mb, status = child.wait_for("cost")

    assert status == 3
    assert cpu_s > 0
    assert wall_s > 0
    assert peak_mb > 1
