"""What a world is made of. Pure values."""

from dataclasses import dataclass

from device.logic.bank.settings import Night
from device.logic.kinds import ZoneType
from device.logic.units import S
from device.logic.zone import ZoneSettings
from drivers.locks.family import Family

DEVICE = "store-0042"
BUTTON, BELL, PHONE, MAINS, BATTERY, TAMPER = (
    "counter-button",
    "panic-bell",
    "hotline",
    "mains",
    "battery",
    "tamper",
)
# As docs/examples/store.toml wires them, with the defaults of docs/configuration.md.
COUNTER = (
    ZoneSettings(BUTTON, ZoneType.HOLDUP, "GPIO17", pin_nc="GPIO27", stuck_ns=60 * S),
    ZoneSettings(BELL, ZoneType.PANIC, "GPIO5", stuck_ns=60 * S),
    ZoneSettings(PHONE, ZoneType.HOTLINE, "GPIO23", normally_closed=True, hold_ns=7 * S, stuck_ns=120 * S),
    ZoneSettings(MAINS, ZoneType.MAINS, "GPIO6"),
    ZoneSettings(BATTERY, ZoneType.BATTERY, "GPIO12"),
    ZoneSettings(TAMPER, ZoneType.TAMPER, "GPIO13", normally_closed=True),
)
PANIC, KEY = "panic-button", "key-switch"
BUS = "left"
# As docs/examples/bank.toml wires them.
BANK_ZONES = (
    ZoneSettings(PANIC, ZoneType.PANIC, "GPIO17", stuck_ns=60 * S),
    ZoneSettings(KEY, ZoneType.KEY, "GPIO27"),
    ZoneSettings(MAINS, ZoneType.MAINS, "GPIO6"),
    ZoneSettings(BATTERY, ZoneType.BATTERY, "GPIO12"),
    ZoneSettings(TAMPER, ZoneType.TAMPER, "GPIO13", normally_closed=True),
)
REED_PINS = ("GPIO5", "GPIO16", "GPIO18", "GPIO19", "GPIO20", "GPIO21", "GPIO23", "GPIO25", "GPIO26")
"""Pins of the header that are free for the contacts of doors."""
NIGHT = Night(22 * 60, 6 * 60, 9 * 60)
"""A world begins at 09:00 of such a day."""
_MOST_LOCKS = {Family.XOR8A: 20, Family.KERONG_CU16: 16, Family.MODBUS_RELAY: 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class BankSetup:
    """A locker bank on one line. Its doors are 01, 02 …, and are spread evenly over its boards."""

    doors: int = 24
    family: Family = Family.XOR8A
    reeds: int = 4
    """So many of its last doors have a contact of their own, besides the switch in the lock."""
    large: int = 2
    """So many of its last doors fit a person, and are too heavy for a spring."""
    night: Night = NIGHT
    remote_opens: int = 3

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{number:02}" for number in range(1, self.doors + 1))

    @property
    def boards(self) -> int:
        return -(-self.doors // _MOST_LOCKS[self.family])

    @property
    def reed_pins(self) -> dict[str, str]:
        """By door."""
        last = self.names[len(self.names) - self.reeds :]
        return dict(zip(last, REED_PINS, strict=False))

    @property
    def fits_person(self) -> tuple[str, ...]:
        return self.names[len(self.names) - self.large :]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSetup:
    """One store. `battery_ns`: how long the board lives without mains; 0 for no battery."""

    id: str = DEVICE
    zones: tuple[ZoneSettings, ...] = COUNTER
    heartbeat_s: int = 60
    keepalive_s: int = 10
    bounce: str = "good"
    """A word of sim.board.bounce.PROFILES."""
    battery_ns: int = 0
    lamps: bool = True
    """Without them long times pass much faster, since nothing blinks."""
    bank: BankSetup | None = None
    """Of a bank of lockers; its zones are BANK_ZONES, or others that leave REED_PINS free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSetup:
    """Everything that a world begins with: the same setup and the same acts give the same transcript."""

    seed: int = 0
    brokers: int = 1
    stores: tuple[StoreSetup, ...] = (StoreSetup(),)
