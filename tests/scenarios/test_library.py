"""Every scenario of the library, as a shopkeeper would read it, comes out as it says."""

from pathlib import Path

import pytest

from sim.scenario.library import library
from sim.scenario.player import play
from sim.scenario.reading import load


@pytest.mark.parametrize("path", library(), ids=lambda path: path.stem)
def test_night(path: Path) -> None:
    verdict = play(load(path), path.stem)

    assert verdict.passed, "\n".join(verdict.lines())


def test_the_library_is_there() -> None:
    assert len(library()) >= 24
