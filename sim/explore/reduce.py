"""Make a scenario that breaks a rule as small as it goes, and keep it breaking that rule.

Delta debugging (Zeller, Hildebrandt: "Simplifying and Isolating Failure-Inducing Input", 2002): what can be left out is
left out, in large pieces first; then what is left is made plainer.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from device.logic.units import S
from sim.explore import plainer
from sim.explore.judge import Finding, judge
from sim.scenario.model import Scenario, Step

# Long enough for the reduction of a night with hundreds of steps; the plays at the end take milliseconds.
MOST_PLAYS = 500
_ROUNDS = 4

Edits = Callable[[Scenario], Iterator[plainer.Edit]]


class Reducer:
    """Of one scenario and one rule. `tried` counts the plays."""

    def __init__(self, scenario: Scenario, rule: str, most_plays: int = MOST_PLAYS) -> None:
        """ValueError if the scenario does not break the rule."""
        self._best = scenario
        self._rule = rule
        self._most_plays = most_plays
        self.tried = 0
        found = self._broken_by(scenario)
        if found is None:
            raise ValueError(f"seed {scenario.seed} does not break the rule {rule}")
        self._try(plainer.until(scenario, found.at_ns))

    def reduce(self) -> Scenario:
        """The smallest one that was found, its lamps lit: a file that says the same does the same."""
        self._shrink()
        lit = replace(self._best, shops=tuple(replace(shop, has_lamp=True) for shop in self._best.shops))
        if self._broken_by(lit) is None:
            return self._best
        self._best = lit
        self._cut()
        return self._best

    def _shrink(self) -> None:
        for _ in range(_ROUNDS):
            before = self._best
            self._edit_once(plainer.fewer_stores)
            self._edit_once(plainer.denser)
            self._cut()
            self._edit_once(plainer.fewer_brokers)
            self._edit_once(plainer.denser)
            self._edit_all(plainer.nearer)
            self._edit_once(plainer.shorter)
            self._edit_all(plainer.plainer)
            if self._best == before or self.tried >= self._most_plays:
                return

    # ------------------------------------------------------------ leaving out

    def _cut(self) -> None:
        """Fewer steps: halves, quarters … single ones, as long as anything goes."""
        size = max(len(self._best.steps) // 2, 1)
        while True:
            is_smaller = self._cut_pieces(size)
            if size == 1 and not is_smaller:
                return
            size = size if is_smaller and size == 1 else max(size // 2, 1)

    def _cut_pieces(self, size: int) -> bool:
        start, is_smaller = 0, False
        while start < len(self._best.steps):
            rest = (*self._best.steps[:start], *self._best.steps[start + size :])
            if self._try(replace(self._best, steps=rest)):
                is_smaller = True
            else:
                start += size
        return is_smaller

    # ------------------------------------------------------------ trying

    def _edit_all(self, edits: Edits) -> None:
        for edit in edits(self._best):
            self._try(edit(self._best))

    def _edit_once(self, edits: Edits) -> None:
        """The first edit that does is the best one."""
        any(self._try(edit(self._best)) for edit in edits(self._best))

    def _try(self, candidate: Scenario) -> bool:
        if (
            candidate == self._best
            or not candidate.steps
            or self.tried >= self._most_plays
            or self._broken_by(candidate) is None
        ):
            return False
        self._best = candidate
        return True

    def _broken_by(self, scenario: Scenario) -> Finding | None:
        self.tried += 1
        return next((finding for finding in judge(scenario) if finding.rule == self._rule), None)


def reduce(scenario: Scenario, rule: str) -> Scenario:
    """The smallest scenario that was found to break the rule, with a title and a text for readers."""
    small = Reducer(scenario, rule).reduce()
    finding = next(finding for finding in judge(small) if finding.rule == rule)
    return replace(small, title=f"Explored, seed {scenario.seed}: {rule}"[:120], about=_about(scenario, small, finding))


def _about(drawn: Scenario, small: Scenario, finding: Finding) -> str:
    steps: tuple[Step, ...] = small.steps
    return "\n".join(
        (
            f"ansim-sim explore drew this from seed {drawn.seed}, {drawn.played_ns / 3_600 / S:g} hours long, and left",
            f"{len(steps)} of {len(drawn.steps)} steps.",
            f'Broken is the rule "{finding.rule}": {finding.meaning}.',
            f"Seen: {_printable(str(finding))[:1_000]}.",
        )
    )


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
