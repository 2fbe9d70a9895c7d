"""What a world is made of. Pure values."""

from dataclasses import dataclass

from device.logic.kinds import ZoneType
from device.logic.units import S
from device.logic.zone import ZoneSettings

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


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSetup:
    """Everything that a world begins with: the same setup and the same acts give the same transcript."""

    seed: int = 0
    brokers: int = 1
    stores: tuple[StoreSetup, ...] = (StoreSetup(),)
