"""The page that people read says what the agent does."""

from pathlib import Path

from device.config.load import load
from device.config.reference import EXAMPLE, markdown

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_made_from_the_declarations() -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")

    assert page == markdown(), "run: python -m device.config.reference > docs/configuration.md"


def test_the_example_on_the_page_is_the_one_in_the_folder() -> None:
    assert (DOCS / "examples" / "store.toml").read_text(encoding="utf-8") == EXAMPLE


def test_the_example_loads() -> None:
    config = load(DOCS / "examples" / "store.toml")

    assert [zone.name for zone in config.zones] == ["counter-button", "phone", "lid"]
    assert [indicator.name for indicator in config.indicators] == ["counter-led", "health-led"]
