"""Plays many worlds, one after the other or over several processes, and makes small what breaks a rule in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sim.explore.bank_draw import draw_bank
from sim.explore.draw import draw
from sim.explore.judge import Finding, judge
from sim.scenario.crew import spread
from sim.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class Plan:
    """Which worlds. `jobs`: processes; 1 plays here. `keep_going`: also behind one that breaks a rule.

    `doors`: each world is a locker bank with so many; 0 for stores.
    """

    seeds: range
    length_ns: int
    jobs: int = 1
    keep_going: bool = False
    doors: int = 0

    def draw(self, seed: int) -> Scenario:
        return draw_bank(seed, self.length_ns, self.doors) if self.doors else draw(seed, self.length_ns)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one world; `findings` is empty if all is well."""

    seed: int
    findings: tuple[Finding, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """Each broken rule once."""
        return tuple(dict.fromkeys(finding.rule for finding in self.findings))


def explore(plan: Plan, outcomes: Iterator[Outcome] | None = None) -> list[Outcome]:
    """The worlds that break a rule; without `keep_going` the first one. `outcomes`: of `play`, if somebody looks on."""
    broken: list[Outcome] = []
    for outcome in play(plan) if outcomes is None else outcomes:
        if outcome.findings:
            broken.append(outcome)
            if not plan.keep_going:
                break
    return broken


def play(plan: Plan) -> Iterator[Outcome]:
    """World by world, in the order of their seeds. Raises CrewError if a process dies."""
    one = partial(play_one, plan)
    if plan.jobs == 1:
        yield from map(one, plan.seeds)
        return
    yield from spread(one, plan.seeds, plan.jobs)


def play_one(plan: Plan, seed: int) -> Outcome:
    """In this process."""
    return Outcome(seed, judge(plan.draw(seed)))
