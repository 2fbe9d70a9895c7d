"""How a door stands, in one word and in full. Pure values. Implements docs/lockers.md, "Door states"."""

from dataclasses import dataclass
from enum import StrEnum


class DoorState(StrEnum):
    """One word for the status message."""

    SECURED = "secured"
    """Both signals say so: the only state that counts as safe."""
    CLOSED = "closed"
    """As far as one signal can tell."""
    UNLATCHED = "unlatched"
    OPEN = "open"
    OPEN_LONG = "open-long"
    LEFT_OPEN = "left-open"
    LATCHED_OPEN = "latched-open"
    RELEASING = "releasing"
    JAMMED = "jammed"
    FORCED = "forced"
    FOUND_OPEN = "found-open"
    WRONG_DOOR = "wrong-door"
    PERSON_INSIDE = "person-inside"
    SENSOR_FAULT = "sensor-fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DoorView:
    """A door as it is known. `reed` and `latch`: what they say, `unknown`, or None where there is none.

    `last` is what was known when it was last `seen_ns`, None if never: while `state` is `unknown` or `sensor-fault`,
    it is all there is; otherwise it is `state`, and as old as the last call of `tick`.
    """

    name: str
    state: DoorState
    since_ns: int
    revision: int
    reed: str | None
    latch: str | None
    last: DoorState | None
    seen_ns: int | None
