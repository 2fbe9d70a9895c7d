"""The monotonic clock, told in times that people read."""

from dataclasses import dataclass

from device.logic.units import MS
from drivers.ports import Clock


@dataclass(frozen=True, slots=True)
class Times:
    """`offset_ns`: UTC since 1970 less the monotonic clock, as at the panel's start."""

    offset_ns: int

    @classmethod
    def of(cls, clock: Clock) -> "Times":
        wall = clock.wall()
        return cls(wall.utc_ns - wall.at_ns)

    def utc_ns(self, at_ns: int) -> int:
        return at_ns + self.offset_ns

    def utc_ms(self, at_ns: int) -> int:
        return self.utc_ns(at_ns) // MS
