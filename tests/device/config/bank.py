"""A good bank and its map, to spoil, and a way to see what is said of them."""

from device.config.load import parse
from device.config.map import parse_map
from device.errors import ConfigError
from tests.device.config.store import GOOD

BANK = f"""\
{GOOD}
[bank]
doors = ["a1", "a2", "a3", "a4"]
fits_person = ["a4"]
map = "/var/lib/ansim/bank-map.toml"
night = "22:00-06:00"
utc_offset = "+09:00"
remote_opens = 3
reeds = ["GPIO5"]
relays = ["GPIO16"]
relay_pulse_ms = 250

[[bus]]
name = "left"
port = "/dev/serial/by-id/usb-left"
family = "kerong-cu16"
pulse_ms = 500

[[bus]]
name = "right"
port = "/dev/ttyAMA0"
family = "modbus-relay"

[[expander]]
name = "reeds"
i2c = 1
address = 0x20
interrupt = "GPIO4"
"""

MAP = """\
[proof]
finished = true
at = "2026-11-28T10:00:00Z"
doors = 4
version = 1

[[board]]
bus = "left"
number = 0
locks = 16
polarity = "set-when-locked"
order = "low-first"

[[board]]
bus = "right"
number = 7
locks = 8
polarity = "set-when-open"
order = "low-first"

[[door]]
name = "a1"
lock = "left/0/1"
latch = "left/0/2"
reed = "reeds/15"

[[door]]
name = "a2"
lock = "right/7/8"
latch = "right/7/8"

[[door]]
name = "a4"
reed = "reeds/0"
reed_closed_when_shut = false

[[door]]
name = "a3"
lock = "GPIO16"
reed = "GPIO5"
"""


def spoil_bank(right: str, wrong: str) -> str:
    """BANK with one place changed; the place must be there, and once."""
    assert BANK.count(right) == 1, right
    return BANK.replace(right, wrong)


def spoil_map(right: str, wrong: str) -> str:
    """MAP with one place changed; the place must be there, and once."""
    assert MAP.count(right) == 1, right
    return MAP.replace(right, wrong)


def faults_in_map(text: str, bank: str = BANK) -> tuple[str, ...]:
    """What is said of a map beside the configuration `bank`; nothing of a good one."""
    config = parse(bank, "bank.toml")
    try:
        parse_map(text, "map.toml", config)
    except ConfigError as error:
        return error.faults
    return ()
