"""The files of a simulated locker bank fit the agent's own reading of them."""

from pathlib import Path

from device.config.bank_settings import bank_settings, bus_settings
from device.config.load import load
from device.config.map import BankMap, load_map
from device.config.model import Config
from sim.bank_site import COLUMNS, REEDS, setup_of
from sim.site import Place, make_site
from sim.world.setup import BANK_ZONES, BUS

PLACE = Place("bank-0007", "Lockers", "택배함", "Achasan-ro 100", "Seongdong-gu", is_bank=True)


def _made(folder: Path) -> tuple[Config, BankMap]:
    config = load(make_site(folder, [1883], place=PLACE).config)
    assert config.bank is not None
    return config, load_map(config.bank.map, config)


def test_every_door_of_the_columns_is_mapped_to_a_lock_of_its_own(tmp_path: Path) -> None:
    config, bank_map = _made(tmp_path)

    doors = bank_settings(config, bank_map).doors
    assert sorted(door.name for door in doors) == sorted(name for column in COLUMNS for name in column)
    assert len({door.lock for door in doors}) == len(doors) == 24
    assert {door.name for door in doors if door.fits_person} == set(REEDS)
    assert {door.name: door.reed.pin for door in doors if door.reed} == REEDS


def test_two_boards_of_twelve_are_on_one_line(tmp_path: Path) -> None:
    (bus,) = bus_settings(*_made(tmp_path))

    assert bus.name == BUS
    assert [(board.number, board.locks) for board in bus.boards] == [(1, 12), (2, 12)]


def test_what_stands_there_is_wired_as_the_map_says(tmp_path: Path) -> None:
    config, bank_map = _made(tmp_path)

    doors, (bus,) = setup_of(config, bank_map)

    assert {door.name: (door.lock, door.latch, door.reed) for door in doors} == {
        door.name: (door.lock, door.latch, door.reed) for door in bank_map.doors
    }
    assert [board.locks for board in bus.boards] == [12, 12]
    assert {door.name for door in doors if not door.springs} == set(REEDS)


def test_the_key_switch_and_the_cabinet_are_zones(tmp_path: Path) -> None:
    config, bank_map = _made(tmp_path)

    assert bank_settings(config, bank_map).key_zone == "key-switch"
    # A recorded scenario is played with these.
    assert [(zone.name, zone.type) for zone in config.zones] == [(zone.name, zone.type) for zone in BANK_ZONES]
