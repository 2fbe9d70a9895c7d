"""When a door's own lock was pulsed: an opening is measured against the last pulse, not the last order. Pure."""

from dataclasses import dataclass

from device.logic.units import S

# Ten seconds to pull, one retry, ten more, and a margin.
PULSE_EXCUSES_NS = 30 * S


@dataclass(slots=True)
class LastPulse:
    """One that may have reached the coil. `by`: the token that it was for. `has_opened`: the door was seen to open."""

    begin_ns: int
    over_ns: int
    by: str | None
    has_opened: bool = False

    def excuses(self, moved_ns: int) -> bool:
        """Whether a door that began to move then moved because of it."""
        return self.begin_ns <= moved_ns <= self.over_ns + PULSE_EXCUSES_NS
