"""One opening of a door, from the first movement until it is shut. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from device.logic.bank.site import Site
from device.logic.bank.states import DoorState
from device.logic.units import MS, S

# Two reads 0.3 s apart ended weekly false trips on 15 m of wire; access control systems allow up to 0.5 s.
FORCED_NS = 300 * MS
OPEN_LONG_NS = 60 * S
LEFT_OPEN_NS = 180 * S
LEFT_OPEN_NIGHT_NS = 90 * S
# Nobody needs that long at a compartment. Children have been shut into lockers of this size.
PERSON_NS = 600 * S


class Cause(StrEnum):
    """Why a door is open. All but the first are alarms."""

    RELEASED = "released"
    FORCED = "forced"
    WRONG_DOOR = "wrong-door"
    """It opened instead of, or beside, one that was released."""
    FOUND_OPEN = "found-open"
    """It was open when it could be seen (again)."""


ALARMS = {
    Cause.FORCED: "alarm.forced",
    Cause.WRONG_DOOR: "alarm.wrong_door",
    Cause.FOUND_OPEN: "alarm.found_open",
}
_STATES = {
    Cause.FORCED: DoorState.FORCED,
    Cause.WRONG_DOOR: DoorState.WRONG_DOOR,
    Cause.FOUND_OPEN: DoorState.FOUND_OPEN,
}


@dataclass(slots=True)
class Opening:
    """`cause` is None until it has lasted long enough to be judged. `released`: the token of the release behind it."""

    moved_ns: int
    cause: Cause | None = None
    released: str | None = None
    beside: str | None = None
    """The door whose pulse may have opened this one."""
    unknown_ns: int | None = None
    """Since when the door had not been seen before; None if it was seen to open."""
    was_both_open: bool = False
    """Door and hook have both said so."""
    was_attended: bool = False
    """Somebody has asked for a release of this door since."""
    was_reset: bool = False
    """The hook has been told to let go again."""

    @property
    def is_certain(self) -> bool:
        """More than one sensor, or a release, is behind it."""
        return self.cause is Cause.RELEASED or self.was_both_open

    @property
    def is_told(self) -> bool:
        """The control room knows of it: not of a door that was found open for an instant."""
        return self.unknown_ns is None or self.cause is not None

    @property
    def judged_ns(self) -> int | None:
        """When an opening that nobody released is believed to be one; None if it is judged."""
        return None if self.cause is not None else self.moved_ns + FORCED_NS

    @property
    def long_ns(self) -> int:
        return self.moved_ns + OPEN_LONG_NS

    def left_ns(self, site: Site) -> int | None:
        """When the door counts as left open: an alarm of its own only where there is none yet."""
        if self.cause is not Cause.RELEASED:
            return None
        # What nightfall makes too long begins at nightfall.
        return max(self.moved_ns + (LEFT_OPEN_NIGHT_NS if site.is_night else LEFT_OPEN_NS), site.hour_ns)

    def judge(self) -> Cause:
        """Nobody released it, and it has lasted."""
        if self.unknown_ns is not None:
            self.cause = Cause.FOUND_OPEN
        else:
            self.cause = Cause.FORCED if self.beside is None else Cause.WRONG_DOOR
        return self.cause

    def state(self, now_ns: int, *, is_latched: bool, is_left: bool) -> DoorState:
        if self.cause in _STATES:
            return _STATES[self.cause]
        if is_latched:
            return DoorState.LATCHED_OPEN
        if is_left:
            return DoorState.LEFT_OPEN
        return DoorState.OPEN_LONG if now_ns >= self.long_ns else DoorState.OPEN
