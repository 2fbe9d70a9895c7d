"""What became of a door that was to be released. Pure values."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ReleaseResult(StrEnum):
    """How a release ended, told by the door and never by the answer of a lock board."""

    OPENED = "opened"
    ALREADY_OPEN = "already-open"
    """It read open before; a pulse was sent all the same: a cut cable reads open for ever."""
    JAMMED = "jammed"
    """A pulse was sent, and the door still reads closed."""
    WRONG_DOOR = "wrong-door"
    """A pulse was sent, and another door opened."""
    UNKNOWN = "unknown"
    """A pulse was sent, or may have been, and nothing can be read of the door."""
    EXPIRED = "expired"
    """Nothing could be sent while whoever asked still wanted it."""
    REFUSED = "refused"
    """The board declined, twice. Nothing was pulsed."""
    NOT_SENT = "not-sent"
    """Nothing has left this machine."""


@dataclass(frozen=True, slots=True)
class Released:
    """The end of one release. `by`: the token that it was asked with; `at_ns`: when this became true.

    `pulses`: requests that left this machine for it, whether or not a board answered.
    """

    by: str
    door: str
    result: ReleaseResult
    at_ns: int
    pulses: int = 0
    detail: dict[str, Any] = field(default_factory=dict)
