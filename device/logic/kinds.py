"""What a zone can be, and the codes that alarm receiving centres know it by. Pure.

SIA codes: ANSI/SIA DC-03. Contact ID numbers: SIA DC-05. Where the field has no code, none is made up.
"""

from dataclasses import dataclass
from enum import StrEnum

from drivers.ports import Urgency


@dataclass(frozen=True, slots=True)
class Code:
    """`raised` and `restored` are SIA codes; Contact ID has one number and says the rest by a qualifier."""

    raised: str | None = None
    restored: str | None = None
    cid: int | None = None


NO_CODE = Code()


class ZoneType(StrEnum):
    """What an installer may write as `type`."""

    HOLDUP = "holdup"
    PANIC = "panic"
    HOTLINE = "hotline"
    ESCORT = "escort"
    TAMPER = "tamper"
    MAINS = "mains"
    BATTERY = "battery"
    DOOR = "door"
    """A door of the site, by its contact alone: no compartment of a bank."""
    KEY = "key"
    """The key switch at a bank of lockers: somebody of the operator's is there."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a zone speaks. `what` completes `ansim.`; `by_person`: somebody stands there and waits for a light."""

    what: str
    code: Code
    circuit: Code
    by_person: bool


_PANIC_CIRCUIT = Code("PT", "PJ", 375)
_HOLDUP_CIRCUIT = Code("HT", "HJ", 376)
_SENSOR = Code("UT", "UJ", 380)

KINDS: dict[ZoneType, Kind] = {
    ZoneType.HOLDUP: Kind("alarm.holdup", Code("HA", "HH", 122), _HOLDUP_CIRCUIT, by_person=True),
    ZoneType.PANIC: Kind("alarm.panic", Code("PA", "PH", 120), _PANIC_CIRCUIT, by_person=True),
    ZoneType.HOTLINE: Kind("alarm.hotline", Code("PA", "PH", 120), _PANIC_CIRCUIT, by_person=True),
    ZoneType.ESCORT: Kind("alarm.escort", NO_CODE, _PANIC_CIRCUIT, by_person=True),
    ZoneType.TAMPER: Kind("alarm.tamper", Code("TA", "TR", 137), _SENSOR, by_person=False),
    ZoneType.MAINS: Kind("trouble.mains", Code("AT", "AR", 301), _SENSOR, by_person=False),
    ZoneType.BATTERY: Kind("trouble.battery", Code("YT", "YR", 302), _SENSOR, by_person=False),
    ZoneType.DOOR: Kind("door.open", NO_CODE, _SENSOR, by_person=False),
    ZoneType.KEY: Kind("door.key", NO_CODE, _SENSOR, by_person=False),
}

_FORCED = Code("DF", "DR", 423)
_EXPANSION = Code("ET", "ER", 333)

# What a bank of lockers tells, by its type without `ansim.`
BANK_CODES: dict[str, Code] = {
    "door.opened": NO_CODE,
    "door.closed": NO_CODE,
    "alarm.forced": _FORCED,
    "alarm.found_open": _FORCED,
    "alarm.wrong_door": _FORCED,
    # DN, the other code for a door left open, says that it is no alarm.
    "alarm.left_open": Code("DL", "DH", 426),
    "alarm.person_inside": NO_CODE,
    "alarm.attack": Code("TA", "TR", 137),
    "trouble.jammed": NO_CODE,
    "trouble.unlatched": NO_CODE,
    "trouble.latched_open": NO_CODE,
    "trouble.sensor": _SENSOR,
    "trouble.board": _EXPANSION,
    "trouble.bus": _EXPANSION,
}

# Troubles of the device itself, by the word behind `ansim.trouble.`
DEVICE_TROUBLES: dict[str, Code] = {
    "link": Code("YC", "YK", 350),
    "storage": Code("YX", "YZ", 300),
    "clock": Code("JT", None, 626),
    "certificate": NO_CODE,
    "message": NO_CODE,
    "rejected": NO_CODE,
}


def urgency_of(what: str) -> Urgency:
    """What may wait and what may be given up, from the class: the word before the first dot."""
    match what.partition(".")[0]:
        case "alarm":
            return Urgency.ALARM
        case "test":
            return Urgency.TELEMETRY
        case _:
            return Urgency.NORMAL
