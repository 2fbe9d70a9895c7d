"""Scenarios that are simpler than one in a single way; whether they still do what it does, others say. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from device.config.keys import specs
from device.logic.units import MS, S
from sim.acts.model import Act
from sim.explore.moments import MINUTE_NS
from sim.scenario.model import Deed, Scenario, Shop, Step
from sim.scenario.tables import StoreTable

Edit = Callable[[Scenario], Scenario]
"""What it is done to may have been edited since; it may turn out to change nothing."""
_Values = TypeVar("_Values", Act, StoreTable)

# The first step, once the store has said that it has started; and what is left between two steps or behind the last.
_FIRST_NS = 10 * S
_GAPS_NS = (0, S, 10 * S, MINUTE_NS, 2 * MINUTE_NS, 10 * MINUTE_NS)
_TAILS_NS = (S, 10 * S, MINUTE_NS, 3 * MINUTE_NS)
_ROUND_NS = (10 * S, S, 100 * MS, 10 * MS, MS)


def fewer_stores(scenario: Scenario) -> Iterator[Edit]:
    """Each store on its own."""
    if len(scenario.shops) > 1:
        yield from (partial(_only_shop, shop) for shop in scenario.shops)


def _only_shop(shop: Shop, scenario: Scenario) -> Scenario:
    steps = (step for step in scenario.steps if step.store in (None, shop.written.id))
    return replace(scenario, shops=(shop,), steps=tuple(replace(step, store=None) for step in steps))


def fewer_brokers(scenario: Scenario) -> Iterator[Edit]:
    if scenario.brokers > 1:
        yield lambda best: replace(best, brokers=1, steps=tuple(map(_at_one_broker, best.steps)))
        yield lambda best: replace(best, brokers=1, steps=tuple(step for step in best.steps if _broker(step) < 2))


def _broker(step: Step) -> int:
    """Which one it is done to; 0 for all, or none."""
    return int(getattr(step.act, "broker", 0)) if isinstance(step, Deed) else 0


def _at_one_broker(step: Step) -> Step:
    if isinstance(step, Deed) and _broker(step):
        return replace(step, act=_with(step.act, "broker", 0))
    return step


def denser(scenario: Scenario) -> Iterator[Edit]:
    """No wait is longer than so much, at once for all."""
    waits_ns = [after.at_ns - before.at_ns for before, after in pairwise(scenario.steps)]
    for most_ns in _GAPS_NS[1:]:
        if any(wait_ns > most_ns for wait_ns in waits_ns):
            yield partial(_dense, most_ns)


def _dense(most_ns: int, scenario: Scenario) -> Scenario:
    for number in range(len(scenario.steps)):
        scenario = _near(number, most_ns, scenario)
    return _ending(most_ns, scenario)


def nearer(scenario: Scenario) -> Iterator[Edit]:
    """Everything from one step on comes earlier: the wait before it is left out, or nearly so."""
    for number in range(len(scenario.steps)):
        for left_ns in (0, _FIRST_NS) if number == 0 else _GAPS_NS:
            yield partial(_near, number, left_ns)


def _near(number: int, left_ns: int, scenario: Scenario) -> Scenario:
    steps = scenario.steps
    before_ns = steps[number - 1].at_ns if number else 0
    by_ns = steps[number].at_ns - before_ns - left_ns
    if by_ns <= 0:
        return scenario
    later = (replace(step, at_ns=max(step.at_ns - by_ns, 0)) for step in steps[number:])
    length_ns = None if scenario.length_ns is None else scenario.length_ns - by_ns // S * S
    return replace(scenario, steps=(*steps[:number], *later), length_ns=length_ns)


def shorter(_scenario: Scenario) -> Iterator[Edit]:
    """It ends sooner after its last step."""
    yield from (partial(_ending, tail_ns) for tail_ns in _TAILS_NS)


def _ending(tail_ns: int, scenario: Scenario) -> Scenario:
    last_ns = max((step.last_ns for step in scenario.steps), default=0)
    length_ns = -(-(last_ns + tail_ns) // S) * S
    return replace(scenario, length_ns=length_ns) if length_ns < scenario.played_ns else scenario


def until(scenario: Scenario, at_ns: int) -> Scenario:
    """Without what comes later."""
    return _ending(S, replace(scenario, steps=tuple(step for step in scenario.steps if step.at_ns <= at_ns)))


def plainer(scenario: Scenario) -> Iterator[Edit]:
    """Seed, store and arguments as by default, times that are round."""
    yield lambda best: replace(best, seed=0)
    for number, shop in enumerate(scenario.shops):
        for simpler in _plainer_shops(shop, alone=len(scenario.shops) == 1):
            yield partial(_in_shop, number, simpler)
    for number, step in enumerate(scenario.steps):
        for simpler_step in _plainer_steps(step):
            yield partial(_in_step, number, simpler_step)


def _in_shop(number: int, shop: Shop, scenario: Scenario) -> Scenario:
    shops = (*scenario.shops[:number], shop, *scenario.shops[number + 1 :])
    return replace(scenario, shops=shops)


def _in_step(number: int, step: Step, scenario: Scenario) -> Scenario:
    return replace(scenario, steps=(*scenario.steps[:number], step, *scenario.steps[number + 1 :]))


def _plainer_shops(shop: Shop, *, alone: bool) -> Iterator[Shop]:
    standard = StoreTable()
    for spec in specs(StoreTable):
        # The zones and doors that steps name are a bank's.
        if spec.attribute == "bank":
            continue
        if (spec.attribute != "id" or alone) and getattr(shop.written, spec.attribute) != spec.default:
            yield replace(shop, written=_with(shop.written, spec.attribute, getattr(standard, spec.attribute)))
    if shop.written.bounce not in ("good", "clean"):
        yield replace(shop, written=replace(shop.written, bounce="clean"))


def _plainer_steps(step: Step) -> Iterator[Step]:
    if isinstance(step, Deed):
        for spec in specs(type(step.act)):
            if spec.required or getattr(step.act, spec.attribute) == spec.default:
                continue
            yield replace(step, act=_with(step.act, spec.attribute, spec.default))
            yield from (replace(step, act=act) for act in _rounder(step.act, spec.attribute))
    for grain_ns in _ROUND_NS:
        if step.at_ns % grain_ns:
            yield replace(step, at_ns=step.at_ns // grain_ns * grain_ns)


def _rounder(act: Act, attribute: str) -> Iterator[Act]:
    value = getattr(act, attribute)
    if attribute.endswith("_ns") and isinstance(value, int):
        for grain_ns in _ROUND_NS:
            if value % grain_ns and value > grain_ns:
                yield _with(act, attribute, value // grain_ns * grain_ns)


def _with(values: _Values, attribute: str, value: object) -> _Values:
    """A copy in which one thing is different."""
    changes: dict[str, Any] = {attribute: value}
    return replace(values, **changes)
