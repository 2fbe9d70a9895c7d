"""Play a drawn scenario and judge it: as `sim.scenario.player` does, without expectations and several times as fast."""

import traceback
from dataclasses import dataclass

from sim.scenario.model import Deed, Scenario
from sim.world.invariants import RULES, SETTLE_NS, breaches
from sim.world.world import World

CRASH = "crash"
"""In place of a rule: an exception in the agent, or in the world."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be. `rule`: one of RULES, or CRASH. `at_ns` counts from the start."""

    rule: str
    where: str
    text: str
    at_ns: int

    @property
    def meaning(self) -> str:
        """What should have held."""
        return RULES.get(self.rule, "no exception ends an agent")

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.text}"


def judge(scenario: Scenario) -> tuple[Finding, ...]:
    """Everything that is wrong with this world in the end. Expectations are not looked at."""
    with World(scenario.setup()) as world:
        try:
            _play(world, scenario)
            found = breaches(world)
        except Exception as error:  # noqa: BLE001  # whatever an agent raises is what this is for
            return (Finding(CRASH, "world", _crash(error), world.now_ns),)
    return tuple(Finding(breach.rule, breach.where, breach.text, breach.at_ns) for breach in found)


def _play(world: World, scenario: Scenario) -> None:
    world.start()
    for step in sorted(scenario.steps, key=lambda step: step.at_ns):
        world.run_until(step.at_ns)
        if isinstance(step, Deed):
            world.perform(step.act, step.store)
    world.run_until(scenario.played_ns)
    world.mend()
    world.run_until(world.now_ns + SETTLE_NS)


def _crash(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{error!r} in {last.name}, {last.filename.rpartition('/')[2]}:{last.lineno}"
