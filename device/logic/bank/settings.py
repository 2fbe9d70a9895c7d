"""A locker bank as the logic is told of it. Pure values."""

from dataclasses import dataclass

from device.logic.units import MS, S
from drivers.ports import Pull


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """Whose bit of which board's feedback: locks count from 1."""

    bus: str
    board: int
    lock: int


@dataclass(frozen=True, slots=True)
class Reed:
    """A contact on the door itself. `pin`: of the header, or of an expander (`reeds/6`)."""

    pin: str
    pull: Pull = Pull.UP
    closed_when_shut: bool = True


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """One compartment. `lock`: the way to its lock (drivers.lock_ports), None where nothing can release it.

    At least one of `latch` and `reed` is there. `fits_person`: a child could be shut in. `pulse_ns`: its coil is live
    for so long.
    """

    name: str
    lock: str | None = None
    latch: Spot | None = None
    reed: Reed | None = None
    fits_person: bool = False
    pulse_ns: int = 500 * MS


@dataclass(frozen=True, slots=True)
class Night:
    """Unattended hours in local time, minutes since midnight; `begins_min` may be after `ends_min`."""

    begins_min: int
    ends_min: int
    utc_offset_min: int


@dataclass(frozen=True, slots=True)
class BankSettings:
    """All doors of one device. Numbers: docs/lockers.md."""

    doors: tuple[DoorSettings, ...] = ()
    night: Night | None = None
    remote_opens: int = 3
    remote_window_ns: int = 600 * S
    key_zone: str | None = None
    """The zone of the on-site key switch."""
    command_life_ns: int = 60 * S
