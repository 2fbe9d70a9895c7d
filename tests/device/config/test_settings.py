"""What the logic and the drivers are told."""

import pytest

from device.config.bank_settings import bank_settings, bus_settings, expander_settings
from device.config.load import parse
from device.config.map import parse_map
from device.logic.bank.settings import BankSettings, DoorSettings, Night, Reed, Spot
from device.logic.units import MS
from drivers.expander.settings import ExpanderSettings
from drivers.locks.bus_settings import BoardSettings, BusSettings
from drivers.locks.family import Family
from drivers.locks.wiring import ByteOrder, Polarity
from tests.device.config.bank import BANK, MAP, spoil_bank, spoil_map
from tests.device.config.store import GOOD


def told(bank: str = BANK, text: str = MAP) -> BankSettings:
    """What the logic is told of this bank with this map."""
    config = parse(bank, "bank.toml")
    return bank_settings(config, parse_map(text, "map.toml", config))


def test_the_logic_is_told_the_doors_in_the_order_of_the_configuration() -> None:
    assert told().doors == (
        DoorSettings("a1", "left/0/1", Spot("left", 0, 2), Reed("reeds/15")),
        DoorSettings("a2", "right/7/8", Spot("right", 7, 8)),
        DoorSettings("a3", "GPIO16", None, Reed("GPIO5"), pulse_ns=250 * MS),
        DoorSettings("a4", None, None, Reed("reeds/0", closed_when_shut=False), fits_person=True, pulse_ns=0),
    )


def test_the_logic_is_told_the_night_in_minutes() -> None:
    assert told().night == Night(22 * 60, 6 * 60, 540)


def test_a_bank_may_be_the_same_by_day_and_by_night() -> None:
    assert told(spoil_bank('night = "22:00-06:00"', "")).night is None


def test_the_logic_is_told_the_pulse_of_each_lock() -> None:
    settings = told(spoil_bank("\npulse_ms = 500", "\npulse_ms = 900"))

    pulses_ms = {door.lock: door.pulse_ns // MS for door in settings.doors}

    assert (pulses_ms["left/0/1"], pulses_ms["right/7/8"], pulses_ms["GPIO16"]) == (900, 500, 250)


def test_door_without_a_lock_is_never_pulsed() -> None:
    settings = told(text=spoil_map('lock = "GPIO16"\n', ""))

    assert [door.pulse_ns for door in settings.doors if door.lock is None] == [0, 0]


def test_the_logic_is_told_what_lifts_the_limit_of_remote_opens() -> None:
    bank = spoil_bank("remote_opens = 3", "remote_opens = 5")

    assert (told(bank).remote_opens, told(bank).key_zone) == (5, None)
    assert told(bank.replace('"hotline"', '"key"')).key_zone == "phone"


def test_a_store_has_no_bank_to_tell_of() -> None:
    config = parse(BANK, "bank.toml")
    bank_map = parse_map(MAP, "map.toml", config)

    with pytest.raises(ValueError, match="no \\[bank\\]"):
        bank_settings(parse(GOOD, "store.toml"), bank_map)


def test_the_drivers_are_told_each_line_with_its_boards() -> None:
    config = parse(BANK, "bank.toml")

    left, right = bus_settings(config, parse_map(MAP, "map.toml", config))

    assert left == BusSettings(
        name="left",
        port="/dev/serial/by-id/usb-left",
        family=Family.KERONG_CU16,
        baud=19200,
        pulse_ms=500,
        reply_ms=250,
        poll_ms=250,
        latency_ms=16,
        boards=(BoardSettings(0, 16, Polarity.SET_WHEN_LOCKED, ByteOrder.LOW_FIRST),),
    )
    assert (right.name, right.family) == ("right", Family.MODBUS_RELAY)
    assert right.boards == (BoardSettings(7, 8, Polarity.SET_WHEN_OPEN, ByteOrder.LOW_FIRST),)


def test_the_drivers_are_told_each_chip() -> None:
    config = parse(spoil_bank("address = 0x20", "address = 0x27"), "bank.toml")

    assert expander_settings(config) == (ExpanderSettings("reeds", bus=1, address=0x27, interrupt="GPIO4"),)
