"""Figures as a table for people and as JSON for machines. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bench.figure import Figure

_HEAD = ("", "value", "floor", "ratio", "budget", "")
# Words to the left, numbers to the right.
_LEFT = {0, 4, 5}


def render(groups: Mapping[str, Sequence[Figure]]) -> str:
    """Benchmark name → its figures, in order."""
    rows: list[tuple[str, ...]] = [_HEAD]
    for name, figures in groups.items():
        rows.append((name, "", "", "", "", ""))
        rows += [_row(figure) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join(_line(row, widths) for row in rows)


def to_json(groups: Mapping[str, Sequence[Figure]], machine: Mapping[str, str]) -> str:
    """The same, with what it ran on."""
    benchmarks = {
        name: [{**asdict(figure), "ratio": figure.ratio, "ok": figure.ok} for figure in figures]
        for name, figures in groups.items()
    }
    return json.dumps({"machine": dict(machine), "benchmarks": benchmarks}, indent=2, ensure_ascii=False) + "\n"


def _row(figure: Figure) -> tuple[str, ...]:
    floor = "" if figure.floor is None else f"{_number(figure.floor)} {figure.unit}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    verdict = "" if figure.ok is None else "ok" if figure.ok else "over"
    return f"  {figure.name}", f"{_number(figure.value)} {figure.unit}", floor, ratio, figure.budget, verdict


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        text.ljust(width) if column in _LEFT else text.rjust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
