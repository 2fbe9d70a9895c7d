"""A locker bank for a store that is measured: its tables in the configuration, and the map of what is wired where."""

from collections.abc import Iterable
from pathlib import Path

from device.config.map import VERSION, BankMap, Board, Door, Proof, write_map
from drivers.locks.wiring import ByteOrder, Polarity

BUS = "left"
KEY_PIN = "GPIO20"
KEY = "key-switch"
BOARDS = 5
LOCKS = 24
DOORS = 100

_CONFIG = """\
[[zone]]
name = "{key}"
type = "key"
pin = "{key_pin}"
[bank]
doors = [{doors}]
map = "{folder}/bank.toml"
[[bus]]
name = "{bus}"
port = "{port}"
family = "xor8a"
"""


def add_bank(config: Path) -> None:
    """DOORS doors on BOARDS boards of LOCKS locks, on one line; a port for it will be in a folder beside `config`."""
    port = port_of(config)
    port.parent.mkdir()
    spots = dict(zip(_names(), _spots(), strict=True))
    doors = ", ".join(f'"{name}"' for name in spots)
    with config.open("a", encoding="utf-8") as file:
        file.write(_CONFIG.format(key=KEY, key_pin=KEY_PIN, doors=doors, folder=config.parent, bus=BUS, port=port))
    (config.parent / "bank.toml").write_text(write_map(_map(spots)), encoding="utf-8")


def port_of(config: Path) -> Path:
    """Of the line to the lock boards."""
    return config.parent / "ports" / BUS


def _names() -> Iterable[str]:
    return (f"{number:03}" for number in range(1, DOORS + 1))


def _spots() -> Iterable[str]:
    per_board = DOORS // BOARDS
    return (f"{BUS}/{board}/{lock}" for board in range(1, BOARDS + 1) for lock in range(1, per_board + 1))


def _map(spots: dict[str, str]) -> BankMap:
    boards = tuple(
        Board(bus=BUS, number=number, locks=LOCKS, polarity=Polarity.SET_WHEN_LOCKED, order=ByteOrder.LOW_FIRST)
        for number in range(1, BOARDS + 1)
    )
    doors = tuple(Door(name=name, lock=spot, latch=spot) for name, spot in spots.items())
    proof = Proof(finished=True, at="2026-11-28T10:00:00Z", doors=len(doors), version=VERSION)
    return BankMap(proof=proof, boards=boards, doors=doors)
