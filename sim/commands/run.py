"""`ansim-sim run`: plays scenarios and says whether everything came as it must."""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from sim.commands.registry import (
    EX_DATAERR,
    EX_UNAVAILABLE,
    EX_USAGE,
    FAILED,
    OK,
    Commands,
    Options,
    add_command,
    played,
    whole,
)
from sim.scenario.crew import Job, Played, cores, play_all
from sim.scenario.errors import NoScenarioError, ScenarioError
from sim.scenario.junit import junit
from sim.scenario.library import find, library
from sim.scenario.model import Scenario
from sim.scenario.progress import progress
from sim.scenario.reading import load
from sim.scenario.telling import as_json, sum_up, tell, transcript

_MOST_REPEATS = 100_000
_MOST_WORKERS = 256
_MOST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Named:
    path: Path
    scenario: Scenario

    @property
    def name(self) -> str:
        return self.path.stem


def add(commands: Commands) -> None:
    text = "play scenarios: what happens to stores, and what must come of it"
    run_ = add_command(commands, "run", text, run)
    run_.add_argument("files", nargs="*", metavar="FILE", help="a file, a folder, or a name (default: all of --list)")
    run_.add_argument("--seed", type=whole(0, _MOST_SEED), metavar="N", help="in place of each scenario's own")
    run_.add_argument(
        "--repeat", type=whole(1, _MOST_REPEATS), default=1, metavar="N", help="with N seeds, one after the other"
    )
    run_.add_argument(
        "-j", dest="workers", type=whole(1, _MOST_WORKERS), metavar="N", help="processes (default: one per core)"
    )
    run_.add_argument("--json", action="store_true", help="one JSON line per play")
    run_.add_argument("--junit", type=Path, metavar="PATH", help="write the verdicts as JUnit XML")
    run_.add_argument("--transcript", type=Path, metavar="PATH", help="write everything that happened")
    run_.add_argument("--list", action="store_true", help="say which scenarios there are, and play none")


def run(options: Options) -> int:
    try:
        paths = [path for asked in options.files for path in find(asked)] or library()
    except NoScenarioError as error:
        print(f"ansim-sim run: {error}", file=sys.stderr)
        return EX_USAGE
    named = _load(paths)
    if named is None:
        return EX_DATAERR
    return played(lambda: _run(named, options))


def _run(named: list[_Named], options: Options) -> int:
    if options.list:
        _list(named, as_json_lines=options.json)
        return OK
    outputs = [path for path in (options.junit, options.transcript) if path is not None]
    if not all(_write(path, "") for path in outputs):
        return EX_UNAVAILABLE
    return _play(named, options)


def _load(paths: list[Path]) -> list[_Named] | None:
    """None after saying everything that is wrong with any of them."""
    named: list[_Named] = []
    for path in paths:
        try:
            named.append(_Named(path, load(path)))
        except ScenarioError as error:
            print("\n".join(error.faults), file=sys.stderr)
    return named if len(named) == len(paths) else None


def _list(named: list[_Named], *, as_json_lines: bool) -> None:
    width = max(len(one.name) for one in named)
    for one in named:
        scenario = one.scenario
        if as_json_lines:
            told = {"scenario": one.name, "title": scenario.title, "about": scenario.about, "file": str(one.path)}
            print(json.dumps(told, ensure_ascii=False))
        else:
            print(f"{one.name:<{width}}  {scenario.title}")


def _play(named: list[_Named], options: Options) -> int:
    jobs = [
        Job(one.name, one.scenario, seed, options.transcript is not None)
        for one in named
        for seed in _seeds(one.scenario, options)
    ]
    begun_s = time.monotonic()
    everything = _tell_all(jobs, options)
    if not options.json:
        print(sum_up(everything, time.monotonic() - begun_s))
    written = [_write(options.junit, junit(everything))] if options.junit else []
    if options.transcript:
        written.append(_write(options.transcript, "\n".join(transcript(everything))))
    if not all(written):
        return EX_UNAVAILABLE
    return OK if all(one.verdict.passed for one in everything) else FAILED


def _tell_all(jobs: list[Job], options: Options) -> list[Played]:
    width = max(len(job.name) for job in jobs)
    everything: list[Played] = []
    with progress(play_all(jobs, options.workers or cores()), len(jobs), sys.stdout) as plays:
        for one in plays:
            everything.append(one)
            for line in [as_json(one.verdict)] if options.json else tell(one, width):
                print(line, flush=True)
    return everything


def _seeds(scenario: Scenario, options: Options) -> range:
    first = scenario.seed if options.seed is None else options.seed
    return range(first, first + options.repeat)


def _write(path: Path, text: str) -> bool:
    try:
        path.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no name of a file"
        print(f"ansim-sim run: {path}: cannot be written: {reason}", file=sys.stderr)
        return False
    return True
