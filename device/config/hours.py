"""Hours of the day and the offset of local time, as a person writes them. Pure."""

import re
from dataclasses import dataclass

from device.config.reading import Reading

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_OFFSET = re.compile(r"([+-])([01][0-9]):(00|15|30|45)")
# Of all zones in use, Baker Island is the last to see a day and Kiritimati the first.
_MIN_OFFSET_MIN, _MAX_OFFSET_MIN = -12 * 60, 14 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """From one minute of the day to another, in minutes since midnight; `begins_min` may be after `ends_min`."""

    begins_min: int
    ends_min: int


@dataclass(frozen=True, slots=True)
class HoursOfDay:
    """A part of every day in local time, also one with midnight in it."""

    @property
    def allowed(self) -> str:
        """The same time twice could mean always or never."""
        return 'hours as "22:00-06:00", not of length 0'

    def read(self, value: object, at: str, reading: Reading) -> Hours:
        """24:00 is written 00:00."""
        match = _HOURS.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            reading.refuse(at, value, self.allowed)
        begins, begins_past, ends, ends_past = map(int, match.groups())
        hours = Hours(begins * 60 + begins_past, ends * 60 + ends_past)
        if hours.begins_min == hours.ends_min:
            reading.refuse(at, value, self.allowed)
        return hours


@dataclass(frozen=True, slots=True)
class UtcOffset:
    """How far local time is ahead of UTC, all year: a name of a zone would need a database that is kept up to date."""

    @property
    def allowed(self) -> str:
        """All zones in use are whole quarters of an hour from UTC."""
        return 'an offset from UTC as "+09:00" (-12:00 to +14:00, whole quarters of an hour)'

    def read(self, value: object, at: str, reading: Reading) -> int:
        """In minutes."""
        match = _OFFSET.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            reading.refuse(at, value, self.allowed)
        offset_min = int(match[1] + match[2]) * 60 + int(match[1] + match[3])
        if not _MIN_OFFSET_MIN <= offset_min <= _MAX_OFFSET_MIN:
            reading.refuse(at, value, self.allowed)
        return offset_min
