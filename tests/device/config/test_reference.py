"""The page that people read says what the agent does."""

from pathlib import Path

import pytest

from device.config.bank_settings import bank_settings
from device.config.examples import BANK, BANK_MAP, STORE
from device.config.load import load
from device.config.map import load_map
from device.config.reference import markdown

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_made_from_the_declarations() -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")

    assert page == markdown(), "run: python -m device.config.reference > docs/configuration.md"


@pytest.mark.parametrize(("name", "text"), [("store", STORE), ("bank", BANK), ("bank-map", BANK_MAP)])
def test_the_examples_on_the_page_are_those_in_the_folder(name: str, text: str) -> None:
    assert (DOCS / "examples" / f"{name}.toml").read_text(encoding="utf-8") == text


def test_the_store_loads() -> None:
    config = load(DOCS / "examples" / "store.toml")

    assert [zone.name for zone in config.zones] == ["counter-button", "phone", "lid"]
    assert [indicator.name for indicator in config.indicators] == ["counter-led", "health-led"]


def test_the_bank_loads_with_its_map() -> None:
    config = load(DOCS / "examples" / "bank.toml")

    settings = bank_settings(config, load_map(DOCS / "examples" / "bank-map.toml", config))

    assert [zone.name for zone in config.zones] == ["panic-button", "service-key", "cabinet"]
    assert [door.name for door in settings.doors] == [f"{number:02}" for number in range(1, 13)]
    assert all(door.lock and door.latch and door.reed for door in settings.doors)
    # Since 2022 the chip's data sheet calls these two outputs.
    assert not {"reeds/7", "reeds/15"} & {door.reed.pin for door in settings.doors if door.reed}


def test_store_and_bank_reach_the_same_office() -> None:
    store, bank = load(DOCS / "examples" / "store.toml"), load(DOCS / "examples" / "bank.toml")

    assert (store.identity, store.mqtt) == (bank.identity, bank.mqtt)
