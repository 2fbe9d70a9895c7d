"""@pytest.mark.ansim(…): what the world of a test is made of. The values are those of a scenario's file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from device.config.bank import MAX_DOORS
from device.config.keys import read_table, setting, table
from device.config.kinds import Flag, Integer, OneOf, Text
from device.config.reading import Faulty, Reading
from device.logic.units import S
from drivers.locks.family import Family
from sim.acts.durations import LONGEST_NS
from sim.board.bounce import PROFILES
from sim.scenario.kinds import Grained
from sim.scenario.model import Shop
from sim.scenario.shops import open_shop
from sim.scenario.tables import MOST_STORES, StoreTable
from sim.scenario.words import Word
from sim.testing.errors import Unplayable
from sim.world.setup import DEVICE, StoreSetup, WorldSetup

_WHERE = "@pytest.mark.ansim"
_FIRST = int(DEVICE.rpartition("-")[2])


@table
class Mark:
    """The arguments of the marker."""

    stores: int = setting(Integer(1, MOST_STORES, "stores"), default=1, doc="store-0042, store-0043 …")
    brokers: int = setting(Integer(1, 8, "brokers"), default=1, doc="In order of preference.")
    seed: int = setting(Integer(0, 2**63 - 1, "any"), default=0, doc="Another seed, other bounces and other luck.")
    heartbeat_ns: int = setting(Grained(1 * S, 3_600 * S, S), name="heartbeat", default=60 * S, doc="Of the status.")
    bounce: str = setting(Word(tuple(PROFILES)), default="good", doc="How the contacts bounce.")
    battery_ns: int = setting(Grained(0, LONGEST_NS), name="battery", default=0, doc="How long it lasts.")
    lamps: bool = setting(Flag(), default=True, doc="Without them days pass four times as fast.")
    config: str | None = setting(
        Text(500), default=None, doc="Zones of this configuration of an agent; the path starts at the test's file."
    )
    bank: Family | None = setting(OneOf(Family), default=None, doc="Locker banks, and what their lock boards speak.")
    doors: int = setting(Integer(4, MAX_DOORS, "doors"), default=24, doc="With `bank`: 01, 02 …")
    night: bool = setting(Flag(), default=False, doc="With `bank`: nobody attends to it, day and night.")
    remote_opens: int = setting(Integer(0, 20, "in 10 minutes"), default=3, doc="With `bank`: for the control room.")


def setup_of(arguments: Mapping[str, object], unnamed: tuple[object, ...], folder: Path) -> WorldSetup:
    """unnamed: arguments without a name; none is allowed. folder: where `config` starts. Raises Unplayable."""
    if unnamed:
        raise Unplayable(f"{_WHERE}: {unnamed[0]!r:.60}: arguments with a name are allowed only, such as stores=3")
    reading = Reading(_WHERE)
    try:
        mark = read_table(Mark, arguments, "", reading)
        shops = [open_shop(_store(mark, number), folder, reading) for number in range(mark.stores)]
    except Faulty:
        raise Unplayable("\n".join(reading.faults)) from None
    return WorldSetup(seed=mark.seed, brokers=mark.brokers, stores=tuple(_lit(shop, mark) for shop in shops))


def _lit(shop: Shop, mark: Mark) -> StoreSetup:
    setup = shop.setup()
    return replace(setup, lamps=setup.lamps and mark.lamps)


def _store(mark: Mark, number: int) -> StoreTable:
    return StoreTable(
        id=f"store-{_FIRST + number:04d}",
        heartbeat_ns=mark.heartbeat_ns,
        bounce=mark.bounce,
        battery_ns=mark.battery_ns,
        config=mark.config,
        bank=mark.bank,
        doors=mark.doors,
        night=mark.night,
        remote_opens=mark.remote_opens,
    )
