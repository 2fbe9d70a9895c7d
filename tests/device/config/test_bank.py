"""From the tables of a bank to its values."""

from pathlib import Path

import pytest

from device.config.bank import Bank, Bus
from device.config.hours import Hours
from device.config.keys import specs
from device.config.load import parse
from drivers.locks.family import Family
from drivers.locks.line import LATE_NS
from tests.device.config.bank import BANK, spoil_bank
from tests.device.config.store import GOOD


def bank_in(text: str) -> Bank:
    """The bank of this configuration."""
    bank = parse(text, "bank.toml").bank
    assert bank is not None
    return bank


def test_values_arrive_as_written() -> None:
    config = parse(BANK, "bank.toml")

    assert config.bank == Bank(
        doors=("a1", "a2", "a3", "a4"),
        fits_person=("a4",),
        map=Path("/var/lib/ansim/bank-map.toml"),
        night=Hours(22 * 60, 6 * 60),
        utc_offset=540,
        remote_opens=3,
        reeds=("GPIO5",),
        relays=("GPIO16",),
        relay_pulse_ms=250,
    )
    assert [(bus.name, bus.port) for bus in config.buses] == [
        ("left", Path("/dev/serial/by-id/usb-left")),
        ("right", Path("/dev/ttyAMA0")),
    ]
    chip = config.expanders[0]
    assert (chip.name, chip.i2c, chip.address, chip.interrupt) == ("reeds", 1, 0x20, "GPIO4")


def test_a_store_has_no_bank() -> None:
    config = parse(GOOD, "store.toml")

    assert (config.bank, config.buses, config.expanders) == (None, (), ())


def test_a_bank_needs_no_zone() -> None:
    head, _, rest = BANK.partition("[[zone]]")

    config = parse(f"{head}[bank]{rest.partition('[bank]')[2]}", "bank.toml")

    assert config.zones == ()
    assert config.bank is not None


@pytest.mark.parametrize(
    "port", ["/dev/serial/by-path/platform-usb-0:1.2:1.0-port0", "/dev/serial0", "/dev/ttyS0", "/dev/left-ttyUSB0"]
)
def test_one_of_several_lines_may_be_at_any_port_whose_name_stays(port: str) -> None:
    assert parse(spoil_bank("/dev/ttyAMA0", port), "bank.toml").buses[1].port == Path(port)


def test_a_line_that_is_alone_may_be_at_the_adapter_that_appears_first() -> None:
    alone = BANK[: BANK.index('[[bus]]\nname = "right"')].replace("/dev/serial/by-id/usb-left", "/dev/ttyUSB0")

    assert [bus.port for bus in parse(alone, "bank.toml").buses] == [Path("/dev/ttyUSB0")]


def test_the_reference_tells_how_long_a_board_is_let_alone() -> None:
    said = next(key.doc for key in specs(Bus) if key.name == "reply_ms")

    assert f"for {LATE_NS // 1_000_000} ms more" in said


def test_what_is_left_out_has_its_default() -> None:
    head = BANK.partition("fits_person")[0]

    bank = bank_in(f'{head}map = "/map.toml"\n[[expander]]\nname = "reeds"\naddress = 0x27\n')

    assert bank == Bank(doors=bank.doors, map=Path("/map.toml"))
    assert (bank.fits_person, bank.night, bank.utc_offset) == ((), None, None)
    assert (bank.remote_opens, bank.reeds, bank.relays, bank.relay_pulse_ms) == (3, (), (), 300)


@pytest.mark.parametrize(
    ("family", "baud", "pulse_ms"), [("xor8a", 9600, 300), ("kerong-cu16", 19200, 500), ("modbus-relay", 9600, 500)]
)
def test_speed_and_pulse_depend_on_the_family(family: str, baud: int, pulse_ms: int) -> None:
    bus = parse(spoil_bank('"modbus-relay"', f'"{family}"'), "bank.toml").buses[1]

    assert bus.family is Family(family)
    assert (bus.baud, bus.pulse_ms, bus.reply_ms, bus.poll_ms, bus.latency_ms) == (baud, pulse_ms, 250, 250, 16)


def test_every_name_of_a_pin_becomes_one() -> None:
    bank = bank_in(spoil_bank('["GPIO16"]', '["BOARD36", 20]').replace('["GPIO5"]', '["WPI21"]'))

    assert (bank.relays, bank.reeds) == (("GPIO16", "GPIO20"), ("GPIO5",))


@pytest.mark.parametrize("pin", ["GPIO9", "GPIO27"])
def test_every_pin_that_is_low_at_the_start_may_switch_a_relay(pin: str) -> None:
    assert bank_in(spoil_bank('["GPIO16"]', f'["{pin}"]')).relays == (pin,)


@pytest.mark.parametrize(
    ("night", "hours"),
    [("00:00-23:59", Hours(0, 1439)), ("23:59-00:00", Hours(1439, 0)), ("09:05-18:30", Hours(545, 1110))],
)
def test_a_night_may_begin_at_any_minute(night: str, hours: Hours) -> None:
    assert bank_in(spoil_bank("22:00-06:00", night)).night == hours


@pytest.mark.parametrize(
    ("written", "offset_min"),
    [("+09:00", 540), ("-12:00", -720), ("+14:00", 840), ("-03:30", -210), ("+05:45", 345), ("+00:00", 0)],
)
def test_an_offset_is_told_in_minutes(written: str, offset_min: int) -> None:
    assert bank_in(spoil_bank("+09:00", written)).utc_offset == offset_min


def test_a_bank_without_a_night_may_say_its_offset() -> None:
    assert bank_in(spoil_bank('night = "22:00-06:00"', "")).utc_offset == 540


def test_128_doors_are_the_most() -> None:
    doors = ", ".join(f'"d{number}"' for number in range(127))

    assert len(bank_in(spoil_bank('"a1", "a2", "a3"', doors)).doors) == 128
