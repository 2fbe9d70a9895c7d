"""`python -m bench [--quick] [--only NAME …] [--json FILE]`: exit status 1 if a budget is missed."""

import argparse
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bench import bank, durability, kills, latency, light, office, resources, simulator
from bench.figure import Figure
from bench.run import Run
from bench.table import render, to_json

Benchmark = Callable[[Run], list[Figure]]

BENCHMARKS: Mapping[str, Benchmark] = {
    "latency": latency.measure,
    "latency-tls": latency.measure_tls,
    "light": light.measure,
    "resources": resources.measure,
    "durability": durability.measure,
    "kills": kills.measure,
    "office": office.measure,
    "simulator": simulator.measure,
    "bank": bank.measure,
}


def main(arguments: Sequence[str] | None = None, benchmarks: Mapping[str, Benchmark] = BENCHMARKS) -> int:
    options = _parser(benchmarks).parse_args(arguments)
    chosen = options.only or list(benchmarks)
    figures = _measure({name: benchmarks[name] for name in chosen}, quick=options.quick)
    print(render(figures))
    if options.json is not None:
        options.json.write_text(to_json(figures, _machine()), encoding="utf-8")
    return int(any(figure.ok is False for group in figures.values() for figure in group))


def _parser(benchmarks: Mapping[str, Benchmark]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the agent beside a floor.")
    parser.add_argument("--quick", action="store_true", help="fewer samples: minutes become seconds, figures coarser")
    parser.add_argument("--only", nargs="+", choices=list(benchmarks), metavar="NAME", help=", ".join(benchmarks))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser


def _measure(benchmarks: Mapping[str, Benchmark], *, quick: bool) -> dict[str, list[Figure]]:
    figures: dict[str, list[Figure]] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console) as progress:
        for name, measure in benchmarks.items():
            task = progress.add_task(name, total=None)
            with tempfile.TemporaryDirectory(prefix="ansim-bench-") as folder:
                step = partial(_step, progress, task)
                figures[name] = measure(Run(Path(folder), quick, step, console.print))
    return figures


def _step(progress: Progress, task: TaskID, done: int, of: int) -> None:
    progress.update(task, completed=done, total=of)


def _machine() -> dict[str, str]:
    return {"machine": platform.machine(), "system": platform.platform(), "python": platform.python_version()}


if __name__ == "__main__":
    sys.exit(main())
