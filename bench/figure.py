"""One measured number beside its floor and its budget. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Figure:
    """`value`, `floor` and `at_most` share a unit. A budget is a limit, or a limit to the ratio, or there is none."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    at_most: float | None = None
    ratio_at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def budget(self) -> str:
        """In words, empty without one."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {self.unit}"
        return "" if self.ratio_at_most is None else f"≤ {self.ratio_at_most:g}x floor"

    @property
    def ok(self) -> bool | None:
        """Whether the budget is kept; None without one. A ratio without a floor is not kept."""
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.ratio_at_most is None:
            return None
        return self.ratio is not None and self.ratio <= self.ratio_at_most


@dataclass(frozen=True, slots=True)
class Spread:
    """What a row of samples comes to."""

    p50: float
    p95: float
    p99: float
    most: float


def spread(samples: Sequence[float]) -> Spread:
    """Nearest-rank percentiles: each of them was really measured. ValueError without samples."""
    if not samples:
        raise ValueError("nothing was measured")
    ordered = sorted(samples)

    def percentile(percent: int) -> float:
        return ordered[ceil(percent / 100 * len(ordered)) - 1]

    return Spread(percentile(50), percentile(95), percentile(99), ordered[-1])
