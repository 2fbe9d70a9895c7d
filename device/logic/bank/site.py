"""What all doors of a bank share: the hour, and who is there. Pure."""

from dataclasses import dataclass

from device.logic.bank.settings import Night
from device.logic.event import utc_at
from device.logic.units import S
from drivers.ports import WallClock

_MINUTE_NS = 60 * S
_DAY_NS = 24 * 60 * _MINUTE_NS


@dataclass(slots=True)
class Site:
    """`hour_ns`: since when it has been night, or day."""

    night: Night | None
    is_night: bool = False
    hour_ns: int = 0
    is_key_on: bool = False
    """The on-site key switch is turned."""

    def look_at_clock(self, wall: WallClock, now_ns: int) -> bool:
        """Whether night has begun or ended. A clock that nobody trusts says day: the longer times."""
        is_night = self.night is not None and wall.synced and _is_within(self.night, utc_at(now_ns, wall))
        if is_night == self.is_night:
            return False
        self.is_night, self.hour_ns = is_night, now_ns
        return True

    def flip_ns(self, wall: WallClock, now_ns: int) -> int | None:
        """When night begins or ends, by the clock as it is."""
        if self.night is None or not wall.synced or self.night.begins_min == self.night.ends_min:
            return None
        local_ns = utc_at(now_ns, wall) + self.night.utc_offset_min * _MINUTE_NS
        flips_ns = (minute * _MINUTE_NS - local_ns for minute in (self.night.begins_min, self.night.ends_min))
        return now_ns + min((wait_ns - 1) % _DAY_NS + 1 for wait_ns in flips_ns)


def _is_within(night: Night, utc_ns: int) -> bool:
    into_night_ns = (utc_ns + (night.utc_offset_min - night.begins_min) * _MINUTE_NS) % _DAY_NS
    return into_night_ns < (night.ends_min - night.begins_min) * _MINUTE_NS % _DAY_NS
