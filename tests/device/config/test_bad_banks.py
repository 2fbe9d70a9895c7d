"""One mistake in the tables of a bank, one line: file, key, value, and what is allowed."""

import pytest

from tests.device.config.bank import BANK, spoil_bank
from tests.device.config.store import GOOD, faults_in

NAME = '1–40 characters a–z, 0–9 and "-" (not the first)'
HOURS = 'hours as "22:00-06:00", not of length 0'
OFFSET = 'an offset from UTC as "+09:00" (-12:00 to +14:00, whole quarters of an hour)'
FAMILIES = 'one of "xor8a", "kerong-cu16", "modbus-relay"'
BAUDS = "one of 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200"
RELAY = "GPIO9–GPIO27 (low while the machine starts)"
STAYS = (
    "a path in /dev/serial/by-id or /dev/serial/by-path, or a port of the board such as /dev/ttyAMA0, is allowed, "
    "because there is another [[bus]]"
)
PIN = "GPIO0–GPIO27 (or, for GPIO17, also BOARD11, J8:11, WPI0, BCM17, 17)"
BUTTON = 'zone[1] "counter-button"'
PHONE = 'zone[2] "phone"'
LEFT = 'bus[1] "left"'
RIGHT = 'bus[2] "right"'
CHIP = 'expander[1] "reeds"'
SECOND_CHIP = 'name = "reeds"\naddress = 0x21\n\n[[expander]]\nname = "more"'
DOORS = 'doors = ["a1", "a2", "a3", "a4"]'

# What stands in BANK, what stands there instead, the one line behind "store.toml: ".
MISTAKES = [
    # doors
    ('"a2"', '"A2"', f'bank.doors[2] = "A2": {NAME} is allowed'),
    ('"a2"', "2", f"bank.doors[2] = 2: {NAME} is allowed"),
    ('"a2"', '"a1"', 'bank.doors[2] = "a1": a name of its own is allowed; a1 is taken by bank.doors[1]'),
    ('"a2"', '"phone"', f'bank.doors[2] = "phone": a name of its own is allowed; phone is taken by {PHONE}.name'),
    (
        f'{DOORS}\nfits_person = ["a4"]',
        "doors = []",
        f"bank.doors = [0 items]: a list of 1–128, each {NAME} is allowed",
    ),
    (DOORS, "", f"bank.doors: missing; a list of 1–128, each {NAME} is required"),
    (
        'fits_person = ["a4"]',
        'fits_person = ["a1", "a5"]',
        'bank.fits_person[2] = "a5": a door of bank.doors is allowed',
    ),
    (
        'fits_person = ["a4"]',
        'fits_person = ["a1", "a1"]',
        'bank.fits_person[2] = "a1": a value that is not in the list yet is allowed',
    ),
    # the map
    ('"/var/lib/ansim/bank-map.toml"', '"bank.toml"', 'bank.map = "bank.toml": an absolute path is allowed'),
    ('map = "/var/lib/ansim/bank-map.toml"', "", "bank.map: missing; an absolute path is required"),
    # hours
    ('"22:00-06:00"', '"22:00-22:00"', f'bank.night = "22:00-22:00": {HOURS} is allowed'),
    ('"22:00-06:00"', '"22:00-24:00"', f'bank.night = "22:00-24:00": {HOURS} is allowed'),
    ('"22:00-06:00"', '"22:60-06:00"', f'bank.night = "22:60-06:00": {HOURS} is allowed'),
    ('"22:00-06:00"', '"10pm-6am"', f'bank.night = "10pm-6am": {HOURS} is allowed'),
    ('"22:00-06:00"', "22:00:00", f"bank.night = 22:00:00: {HOURS} is allowed"),
    ('"+09:00"', '"+9"', f'bank.utc_offset = "+9": {OFFSET} is allowed'),
    ('"+09:00"', '"09:00"', f'bank.utc_offset = "09:00": {OFFSET} is allowed'),
    ('"+09:00"', '"+09:10"', f'bank.utc_offset = "+09:10": {OFFSET} is allowed'),
    ('"+09:00"', '"+14:15"', f'bank.utc_offset = "+14:15": {OFFSET} is allowed'),
    ('"+09:00"', '"-12:15"', f'bank.utc_offset = "-12:15": {OFFSET} is allowed'),
    ('"+09:00"', "540", f"bank.utc_offset = 540: {OFFSET} is allowed"),
    (
        'utc_offset = "+09:00"',
        "",
        f"bank.utc_offset: missing; {OFFSET} is required, because there is a night",
    ),
    # commands
    ("remote_opens = 3", "remote_opens = 21", "bank.remote_opens = 21: an integer 0–20 (in 10 minutes) is allowed"),
    ("remote_opens = 3", "remote_opens = -1", "bank.remote_opens = -1: an integer 0–20 (in 10 minutes) is allowed"),
    ("remote_opens = 3", "remote = 3", 'bank.remote = 3: unknown key; did you mean "remote_opens"?'),
    # the header
    (
        '["GPIO5"]',
        '["GPIO17"]',
        f'bank.reeds[1] = "GPIO17": a pin of its own is allowed; GPIO17 is taken by {BUTTON}.pin',
    ),
    ('["GPIO5"]', '["GPIO28"]', f'bank.reeds[1] = "GPIO28": {PIN} is allowed'),
    (
        '["GPIO5"]',
        '["GPIO5", "BCM5"]',
        'bank.reeds[2] = "BCM5": a pin of its own is allowed; GPIO5 is taken by bank.reeds[1]',
    ),
    (
        '["GPIO16"]',
        '["GPIO22"]',
        'bank.relays[1] = "GPIO22": a pin of its own is allowed; GPIO22 is taken by indicator[1] "counter-led".pin',
    ),
    ('["GPIO16"]', '["GPIO8"]', f'bank.relays[1] = "GPIO8": {RELAY} is allowed'),
    ('["GPIO16"]', '["relay"]', f'bank.relays[1] = "relay": {RELAY} is allowed'),
    ("relay_pulse_ms = 250", "relay_pulse_ms = 501", "bank.relay_pulse_ms = 501: an integer 50–500 (ms) is allowed"),
    ("relay_pulse_ms = 250", "relay_pulse_ms = 49", "bank.relay_pulse_ms = 49: an integer 50–500 (ms) is allowed"),
    # lines
    ('name = "left"', 'name = "Left"', f'bus[1] "Left".name = "Left": {NAME} is allowed'),
    (
        'name = "right"',
        'name = "left"',
        f'bus[2] "left".name = "left": a name of its own is allowed; left is taken by {LEFT}.name',
    ),
    (
        'name = "left"',
        'name = "a3"',
        'bus[1] "a3".name = "a3": a name of its own is allowed; a3 is taken by bank.doors[3]',
    ),
    ('"/dev/ttyAMA0"', '"ttyAMA0"', f'{RIGHT}.port = "ttyAMA0": an absolute path is allowed'),
    (
        '"/dev/serial/by-id/usb-left"',
        '"/dev/ttyAMA0"',
        f'{RIGHT}.port = "/dev/ttyAMA0": a port of its own is allowed; /dev/ttyAMA0 is taken by {LEFT}.port',
    ),
    ('"/dev/ttyAMA0"', '"/dev/ttyUSB1"', f'{RIGHT}.port = "/dev/ttyUSB1": {STAYS}'),
    ('"/dev/ttyAMA0"', '"/dev/ttyACM0"', f'{RIGHT}.port = "/dev/ttyACM0": {STAYS}'),
    ('"/dev/ttyAMA0"', '"/dev/ttyXRUSB0"', f'{RIGHT}.port = "/dev/ttyXRUSB0": {STAYS}'),
    ('"kerong-cu16"', '"cu16"', f'{LEFT}.family = "cu16": {FAMILIES} is allowed'),
    ('family = "kerong-cu16"\n', "", f"{LEFT}.family: missing; {FAMILIES} is required"),
    ("pulse_ms = 500", "baud = 9601", f"{LEFT}.baud = 9601: {BAUDS} is allowed"),
    ("pulse_ms = 500", "baud = 9600.0", f"{LEFT}.baud = 9600.0: {BAUDS} is allowed"),
    ("pulse_ms = 500", "pulse_ms = 99", f"{LEFT}.pulse_ms = 99: an integer 100–1000 (ms) is allowed"),
    ("pulse_ms = 500", "pulse_ms = 1001", f"{LEFT}.pulse_ms = 1001: an integer 100–1000 (ms) is allowed"),
    (
        '"modbus-relay"',
        '"modbus-relay"\npulse_ms = 250',
        f"{RIGHT}.pulse_ms = 250: a multiple of 100 is allowed, because the family is modbus-relay",
    ),
    ("pulse_ms = 500", "reply_ms = 5001", f"{LEFT}.reply_ms = 5001: an integer 50–5000 (ms) is allowed"),
    ("pulse_ms = 500", "poll_ms = 501", f"{LEFT}.poll_ms = 501: an integer 100–500 (ms) is allowed"),
    ("pulse_ms = 500", "latency_ms = 101", f"{LEFT}.latency_ms = 101: an integer 0–100 (ms) is allowed"),
    # chips
    ("address = 0x20", "address = 0x28", f"{CHIP}.address = 40: an integer 32–39 (0x20–0x27) is allowed"),
    ("address = 0x20\n", "", f"{CHIP}.address: missing; an integer 32–39 (0x20–0x27) is required"),
    ("i2c = 1", "i2c = 31", f"{CHIP}.i2c = 31: an integer 0–30 (N of /dev/i2c-N) is allowed"),
    (
        'name = "reeds"',
        'name = "left"',
        f'expander[1] "left".name = "left": a name of its own is allowed; left is taken by {LEFT}.name',
    ),
    (
        'name = "reeds"',
        SECOND_CHIP.replace("0x21", "0x20"),
        f'expander[2] "more".address = 32: an address of its own on I2C bus 1 is allowed; 32 is taken by {CHIP}',
    ),
    (
        '"GPIO4"',
        '"GPIO5"',
        f'{CHIP}.interrupt = "GPIO5": a pin of its own is allowed; GPIO5 is taken by bank.reeds[1]',
    ),
    (
        '["GPIO5"]',
        '["GPIO3"]',
        f"{CHIP}.i2c = 1: a bus whose pins are free is allowed; GPIO3 is taken by bank.reeds[1]",
    ),
    # tables
    ("[bank]", "[[bank]]", "bank = [1 item]: a table [bank] is allowed"),
    ("[[expander]]", "[expander]", "expander = {4 keys}: a list of 0–8 tables [[expander]] is allowed"),
]


@pytest.mark.parametrize(("right", "wrong", "line"), MISTAKES)
def test_one_mistake_is_one_line(right: str, wrong: str, line: str) -> None:
    assert faults_in(spoil_bank(right, wrong)) == (f"store.toml: {line}",)


def test_the_bank_that_is_spoilt_is_good() -> None:
    assert faults_in(BANK) == ()


def test_two_chips_at_two_addresses_are_good() -> None:
    assert faults_in(spoil_bank('name = "reeds"', SECOND_CHIP)) == ()


def test_the_same_address_on_another_bus_is_good() -> None:
    text = spoil_bank('name = "reeds"', SECOND_CHIP.replace("0x21", "0x20\ni2c = 3"))

    assert faults_in(text) == ()


def test_the_pins_of_i2c_bus_1_are_free_for_others_if_no_chip_is_on_it() -> None:
    text = spoil_bank("i2c = 1", "i2c = 3").replace('["GPIO5"]', '["GPIO3"]')

    assert faults_in(text) == ()


def test_two_key_switches_at_one_bank_are_refused() -> None:
    text = BANK.replace('"holdup"', '"key"').replace('"hotline"', '"key"')

    assert faults_in(text) == (f'store.toml: {PHONE}.type = "key": one zone of this type is allowed; {BUTTON} is one',)


def test_a_store_may_have_two_key_switches() -> None:
    text = GOOD.replace('"holdup"', '"key"').replace('"hotline"', '"key"')

    assert faults_in(text) == ()


def test_doors_that_nothing_watches_are_refused() -> None:
    text = BANK.partition("[[bus]]")[0].replace('reeds = ["GPIO5"]', "")

    assert faults_in(text) == (
        "store.toml: bus: missing; a [[bus]], an [[expander]] or bank.reeds is required, to see whether a door is open",
    )


@pytest.mark.parametrize(
    "table", ['[[bus]]\nname = "b"\nport = "/dev/b"\nfamily = "xor8a"\n', '[[expander]]\nname = "b"\naddress = 32\n']
)
def test_lines_and_chips_without_a_bank_are_refused(table: str) -> None:
    header = table.partition("\n")[0]

    assert faults_in(GOOD + table) == (
        f"store.toml: bank: missing; a table [bank] is required, because there is a {header}",
    )


def test_an_empty_list_of_zones_is_none() -> None:
    text = f"zone = []\n{GOOD.partition('[[zone]]')[0]}"

    assert faults_in(text) == (
        "store.toml: zone: missing; a list of 1–64 tables [[zone]] is required, because there is no [bank]",
    )
