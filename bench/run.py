"""What every benchmark is given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """`folder` is empty and the benchmark's own. `step(done, of)` and `tell(text)` are for people who wait."""

    folder: Path
    quick: bool
    step: Callable[[int, int], None]
    tell: Callable[[str], None]
