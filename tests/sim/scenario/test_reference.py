"""The page that people read says what scenarios can say."""

from pathlib import Path

from sim.scenario.reference import EXAMPLE, markdown
from tests.sim.scenario.nights import read

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_made_from_the_declarations() -> None:
    page = (DOCS / "scenarios.md").read_text(encoding="utf-8")

    assert page == markdown(), "run: python -m sim.scenario.reference > docs/scenarios.md"


def test_the_example_is_a_scenario() -> None:
    assert len(read(EXAMPLE, head="").steps) == 5
