"""What the logic is told of a configuration. Pure."""

from device.config.model import Contact, Zone
from device.logic.units import MS, S
from device.logic.zone import ZoneSettings


def zone_settings(zone: Zone) -> ZoneSettings:
    """In the logic's own units."""
    return ZoneSettings(
        name=zone.name,
        type=zone.type,
        pin=zone.pin,
        pin_nc=zone.pin_nc,
        pull=zone.pull,
        normally_closed=zone.contact is Contact.NORMALLY_CLOSED,
        stable_ns=zone.stable_ms * MS,
        hold_ns=zone.hold_ms * MS,
        stuck_ns=zone.stuck_s * S,
    )
