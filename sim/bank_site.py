"""What a simulated locker bank is: its columns of doors, its configuration, and the map of a finished commissioning."""

from collections.abc import Iterable
from pathlib import Path

from device.config.map import VERSION, BankMap, Board, Door, Proof, write_map
from device.config.model import Config
from device.logic.units import MS
from drivers.locks.wiring import ByteOrder, Polarity
from sim.locks.setup import BoardSetup, BusSetup, DoorSetup, Family
from sim.world.setup import BUS

COLUMNS = (
    ("01", "02", "03", "04", "05", "06"),
    ("07", "08", "09", "10", "11", "12"),
    ("13", "14", "15", "16"),
    ("17", "18", "19", "20"),
    ("21", "23"),
    ("22", "24"),
)
"""From the left, each from above."""
REEDS = {"23": "GPIO5", "24": "GPIO16"}
"""Doors that a person fits behind have a contact of their own."""
DOORS = tuple(sorted(name for column in COLUMNS for name in column))
_LOCKS_PER_BOARD = 12
# The most that can be configured: whoever plays opens more than the control room may in earnest.
REMOTE_OPENS = 20

_CONFIG = """\
[[zone]]
name = "panic-button"
type = "panic"
pin = "GPIO17"

[[zone]]
name = "key-switch"
type = "key"
pin = "GPIO27"

[bank]
doors = [{doors}]
fits_person = [{large}]
map = "{folder}/bank.toml"
night = "22:00-06:00"
utc_offset = "+09:00"
remote_opens = {remote_opens}
reeds = [{reeds}]

[[bus]]
name = "{bus}"
port = "{folder}/ports/{bus}"
family = "xor8a"
"""


def write_bank(folder: Path) -> str:
    """Write the map, and make the folder of the ports; returns the tables that the configuration needs besides."""
    (folder / "ports").mkdir(exist_ok=True)
    (folder / "bank.toml").write_text(write_map(_map()), encoding="utf-8")
    return _CONFIG.format(
        folder=folder,
        bus=BUS,
        doors=_list(DOORS),
        large=_list(REEDS),
        reeds=_list(REEDS.values()),
        remote_opens=REMOTE_OPENS,
    )


def setup_of(config: Config, bank_map: BankMap) -> tuple[tuple[DoorSetup, ...], tuple[BusSetup, ...]]:
    """The bank as it stands there, wired as its map says. Large doors are too heavy for a spring."""
    large = config.bank.fits_person if config.bank else ()
    places = {
        (bus.name, board.number): f"{bus.name}/{place}"
        for bus in config.buses
        for place, board in enumerate((each for each in bank_map.boards if each.bus == bus.name), start=1)
    }
    doors = tuple(
        DoorSetup(
            door.name,
            _placed(door.lock, places),
            _placed(door.latch, places),
            door.reed,
            springs=door.name not in large,
            reed_closed_when_shut=door.reed_closed_when_shut,
        )
        for door in bank_map.doors
    )
    buses = tuple(
        BusSetup(
            bus.name,
            Family(bus.family.value),
            tuple(_board(board, bus.pulse_ms) for board in bank_map.boards if board.bus == bus.name),
        )
        for bus in config.buses
    )
    return doors, buses


def _map() -> BankMap:
    spots = {
        name: f"{BUS}/{number // _LOCKS_PER_BOARD + 1}/{number % _LOCKS_PER_BOARD + 1}"
        for number, name in enumerate(DOORS)
    }
    boards = tuple(
        Board(
            bus=BUS,
            number=number,
            locks=_LOCKS_PER_BOARD,
            polarity=Polarity.SET_WHEN_LOCKED,
            order=ByteOrder.LOW_FIRST,
        )
        for number in range(1, len(DOORS) // _LOCKS_PER_BOARD + 1)
    )
    doors = tuple(Door(name=name, lock=spot, latch=spot, reed=REEDS.get(name)) for name, spot in spots.items())
    proof = Proof(finished=True, at="2026-11-28T10:00:00Z", doors=len(doors), version=VERSION)
    return BankMap(proof=proof, boards=boards, doors=doors)


def _board(board: Board, pulse_ms: int) -> BoardSetup:
    return BoardSetup(
        board.locks,
        board.number,
        inverted=board.polarity is not Polarity.SET_WHEN_LOCKED,
        low_last=board.order is not ByteOrder.LOW_FIRST,
        pulse_ns=pulse_ms * MS,
    )


def _placed(spot: str | None, places: dict[tuple[str, int], str]) -> str | None:
    """A lock by the place of its board instead of by the number on its switches; a pin stays a pin."""
    if spot is None or "/" not in spot:
        return spot
    bus, board, lock = spot.split("/")
    return f"{places[bus, int(board)]}/{lock}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
