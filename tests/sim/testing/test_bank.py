"""A bank of lockers, as a test speaks of it."""

from collections.abc import Iterator

import pytest

from drivers.locks.family import Family
from sim.testing.errors import Unplayable
from sim.testing.marks import setup_of
from sim.testing.world import World
from tests.sim.testing.inner import ROOT


@pytest.fixture
def bank() -> Iterator[World]:
    with World(setup_of({"bank": "xor8a", "doors": 8, "lamps": False}, (), ROOT)) as world:
        yield world


def test_marker_makes_a_bank() -> None:
    setup = setup_of({"bank": "kerong-cu16", "doors": 16, "night": True, "remote_opens": 1}, (), ROOT)

    (store,) = setup.stores
    assert store.bank is not None
    assert (store.bank.family, store.bank.doors, store.bank.remote_opens) == (Family.KERONG_CU16, 16, 1)
    assert "key-switch" in [zone.name for zone in store.zones]


def test_bank_has_no_configuration_beside_it() -> None:
    with pytest.raises(Unplayable, match='config: not allowed beside "bank"'):
        setup_of({"bank": "xor8a", "config": "agent.toml"}, (), ROOT)


def test_door_is_ordered_pulled_and_shut(bank: World) -> None:
    bank.control_room.unlock("08")
    bank.run_for("1s")
    bank.store.pull("08")
    bank.run_for("1s")
    assert (bank.store.doors["08"], bank.store.is_open("08")) == ("open", True)

    bank.store.shut("08")
    bank.run_for("3s")
    assert (bank.store.doors["08"], bank.store.is_open("08")) == ("secured", False)
    bank.check()


def test_order_that_is_late_is_refused(bank: World) -> None:
    bank.control_room.unlock("05", "expired")
    bank.run_for("3s")

    assert not bank.store.is_open("05")
    assert len(bank.control_room.events("command.refused")) == 1


def test_doors_are_not_all_opened_without_the_key(bank: World) -> None:
    bank.control_room.open_all()
    bank.run_for("3s")

    assert not any(map(bank.store.is_open, bank.store.doors))


def test_bank_without_power_holds_no_door_to_be_anything(bank: World) -> None:
    bank.store.power_off()

    assert bank.store.doors == {}
    assert not bank.store.is_open("05")


def test_store_has_no_doors() -> None:
    with World(setup_of({}, (), ROOT)) as world:
        assert world.store.doors == {}
        with pytest.raises(Unplayable, match="has no such door"):
            world.store.is_open("05")
        with pytest.raises(Unplayable, match="has no locker bank"):
            world.store.pull("05")
