"""Durations as people write them: 300ms, 2s, 5m, 8h, 2d, 1h30m. Pure."""

import re
from dataclasses import dataclass

from device.config.reading import Reading
from device.logic.units import MS, S

_UNITS_NS = {"d": 86_400 * S, "h": 3_600 * S, "m": 60 * S, "s": S, "ms": MS, "us": MS // 1_000}
_PART = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,9}))?(ms|us|d|h|m|s)")
_WHOLE = re.compile(rf"-?(?:{_PART.pattern})+")
LONGEST_NS = 400 * _UNITS_NS["d"]


def parse_duration(text: str) -> int:
    """Nanoseconds; negative behind a minus. ValueError for anything that is no duration."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is no duration")
    total_ns = 0
    for whole, fraction, unit in _PART.findall(text):
        unit_ns = _UNITS_NS[unit]
        total_ns += int(whole) * unit_ns + (int(fraction) * unit_ns // 10 ** len(fraction) if fraction else 0)
    return -total_ns if text.startswith("-") else total_ns


def write_duration(duration_ns: int) -> str:
    """The shortest text that `parse_duration` reads as the same. `duration_ns` is a whole number of microseconds."""
    left_ns, text = abs(duration_ns), "-" if duration_ns < 0 else ""
    for unit in ("d", "h", "m"):
        count, left_ns = divmod(left_ns, _UNITS_NS[unit])
        text += f"{count}{unit}" if count else ""
    for unit in ("s", "ms", "us"):
        if left_ns and left_ns % _UNITS_NS[unit] == 0:
            return f"{text}{left_ns // _UNITS_NS[unit]}{unit}"
    return text if text.strip("-") else "0s"


@dataclass(frozen=True, slots=True)
class Duration:
    """A `Kind` of the configuration's reader; values are nanoseconds."""

    least_ns: int = 0
    most_ns: int = LONGEST_NS

    @property
    def allowed(self) -> str:
        """With examples: people know them better than a grammar."""
        range_ = f"{write_duration(self.least_ns)} to {write_duration(self.most_ns)}"
        return f'a duration {range_}, such as "300ms", "2s", "5m" or "8h"'

    def read(self, value: object, at: str, reading: Reading) -> int:
        """A bare number has no unit, and is refused."""
        if not isinstance(value, str):
            reading.refuse(at, value, self.allowed)
        try:
            duration_ns = parse_duration(value)
        except ValueError:
            reading.refuse(at, value, self.allowed)
        if not self.least_ns <= duration_ns <= self.most_ns:
            reading.refuse(at, value, self.allowed)
        return duration_ns
