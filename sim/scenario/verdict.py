"""What came of a scenario: what was not as expected, and the part of the transcript that shows why. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from device.logic.units import S
from sim.world.chronicle import write_moment

FAILED_KIND = "FAILED"
"""Of the entry that the player writes where something is not as expected."""


class Ground(StrEnum):
    """Why a scenario fails."""

    EXPECTATION = "expectation"
    RULE = "rule"
    ACT = "act"
    """It could not be done."""
    BREAKDOWN = "breakdown"
    """The simulated world, or the agent in it, has raised an exception."""


@dataclass(frozen=True, slots=True)
class Failure:
    """`step` counts from 1 as in the file, None for a rule. `timeline`: lines; > marks the point."""

    ground: Ground
    step: int | None
    at_ns: int
    store: str
    wanted: str
    seen: str
    timeline: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = "in the end" if self.step is None else f"step {self.step}"
        return f"{place}, {write_moment(self.at_ns)}, {self.store}: {self.wanted}: {self.seen}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`excused`: breaches of rules that the scenario allows. `transcript` is empty unless it was asked for."""

    name: str
    title: str
    seed: int
    played_ns: int
    failures: tuple[Failure, ...]
    excused: tuple[str, ...] = ()
    transcript: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failures

    def lines(self) -> Iterator[str]:
        """Everything that is not as expected, with its timeline."""
        for failure in self.failures:
            yield str(failure)
            yield from (f"    {line}" for line in failure.timeline)


def write_span(span_ns: int) -> str:
    """A length as people say it: 35 s, 12 min, 8.1 h."""
    seconds = span_ns / S
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"
