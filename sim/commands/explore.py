"""`ansim-sim explore`: plays worlds in which everything goes wrong, and makes small what breaks a rule."""

import argparse
import json
import sys
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from device.config.bank import MAX_DOORS
from device.logic.units import S
from sim.commands.registry import EX_UNAVAILABLE, FAILED, OK, Commands, Options, add_command, played, whole
from sim.explore.draw import SHORTEST_NS
from sim.explore.explore import Outcome, Plan, explore, play
from sim.explore.reduce import reduce
from sim.scenario.crew import cores
from sim.scenario.model import Scenario
from sim.scenario.progress import progress
from sim.scenario.writing import write_scenario

_HOUR_S = 3_600
# In hours; each from two of them on.
_UNITS = (("years", 24 * 365.25), ("days", 24.0), ("hours", 1.0))
_LONGEST_H = 24 * 90
_MOST_SEEDS = 10_000_000
_MOST_JOBS = 256
# As a scenario's [[store]] allows.
_FEWEST_DOORS = 4


def add(commands: Commands) -> None:
    text = "play worlds that chance draws, with every fault there is, until one breaks a rule"
    explore_ = add_command(commands, "explore", text, run)
    explore_.add_argument("--seeds", type=whole(1, _MOST_SEEDS), default=100, metavar="N", help="worlds (default: 100)")
    explore_.add_argument("--hours", type=_hours, default=24.0, metavar="H", help="how long each one is (default: 24)")
    explore_.add_argument(
        "--bank",
        type=whole(_FEWEST_DOORS, MAX_DOORS),
        default=0,
        metavar="DOORS",
        help="locker banks instead of stores",
    )
    explore_.add_argument("--first", type=whole(0, _MOST_SEEDS), default=0, metavar="SEED", help="(default: 0)")
    explore_.add_argument(
        "-j", dest="jobs", type=whole(1, _MOST_JOBS), metavar="N", help="processes (default: one per core)"
    )
    explore_.add_argument("--json", action="store_true", help="one JSON line per broken rule, and one in the end")
    explore_.add_argument("--out", type=Path, metavar="FOLDER", help="write what breaks a rule as a scenario")
    explore_.add_argument("--keep-going", action="store_true", help="do not stop at the first world that breaks a rule")


def run(options: Options) -> int:
    return played(lambda: _run(options))


def _run(options: Options) -> int:
    if options.out is not None and not _make(options.out):
        return EX_UNAVAILABLE
    begun_s, seeds = time.monotonic(), range(options.first, options.first + options.seeds)
    length_ns = round(options.hours * _HOUR_S) * S
    plan = Plan(seeds, length_ns, options.jobs or cores(), options.keep_going, options.bank)
    seen: list[Outcome] = []
    if not options.json:
        print(f"{_worlds(len(seeds), options)} begin", flush=True)
    with closing(_noted(plan, seen)) as outcomes, progress(outcomes, len(seeds), sys.stdout) as plays:
        broken = explore(plan, plays)
    unwritten = [outcome for outcome in broken if not _tell(outcome, plan, options)]
    _sum_up(len(seen), broken, time.monotonic() - begun_s, options)
    if unwritten:
        return EX_UNAVAILABLE
    return FAILED if broken else OK


def _noted(plan: Plan, seen: list[Outcome]) -> Generator[Outcome, None, None]:
    for outcome in play(plan):
        seen.append(outcome)
        yield outcome


def _tell(outcome: Outcome, plan: Plan, options: Options) -> bool:
    """False if it could not be written."""
    written = True
    for rule in outcome.rules:
        path = None if options.out is None else options.out / f"seed-{outcome.seed}-{rule}.toml"
        finding = next(finding for finding in outcome.findings if finding.rule == rule)
        if options.json:
            told = {"seed": outcome.seed, "rule": rule, "where": finding.where, "text": finding.text}
            print(json.dumps(told | {"file": None if path is None else str(path)}), flush=True)
        else:
            print(f"seed {outcome.seed}: {finding} (the rule: {finding.meaning})", flush=True)
        if path is not None:
            written &= _write(path, plan.draw(outcome.seed), rule, quiet=options.json)
    return written


def _write(path: Path, scenario: Scenario, rule: str, *, quiet: bool) -> bool:
    small = reduce(scenario, rule)
    try:
        path.write_text(write_scenario(small), encoding="utf-8")
    except OSError as error:
        print(f"ansim-sim explore: {path}: cannot be written: {error.strerror}", file=sys.stderr)
        return False
    if not quiet:
        print(f"  {len(small.steps)} steps left: ansim-sim run {path}")
    return True


def _make(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"ansim-sim explore: {folder}: cannot be made: {error.strerror}", file=sys.stderr)
        return False
    return True


def _sum_up(worlds: int, broken: list[Outcome], elapsed_s: float, options: Options) -> None:
    if options.json:
        print(json.dumps({"worlds": worlds, "broken": len(broken), "elapsed_s": round(elapsed_s, 1)}))
        return
    verdict = f"{len(broken)} of them break a rule" if broken else "no rule was broken"
    print(f"{_worlds(worlds, options)} in {elapsed_s:.0f} s: {verdict}")


def _worlds(count: int, options: Options) -> str:
    """How many, and how long they are together, in a unit that fits."""
    hours = count * options.hours
    unit, length = next((pair for pair in _UNITS if hours >= 2 * pair[1]), _UNITS[-1])
    return f"{count} worlds of {options.hours:g} h, {hours / length:.3g} {unit},"


def _hours(text: str) -> float:
    shortest_h = SHORTEST_NS / S / _HOUR_S
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not shortest_h <= hours <= _LONGEST_H:
        raise argparse.ArgumentTypeError(f"{text!r}: hours from {shortest_h:.2f} to {_LONGEST_H} are allowed")
    return hours
