"""Commands of the control room that must not be carried out twice, as the store keeps them. Pure: values only."""

from dataclasses import dataclass
from enum import StrEnum


class CommandState(StrEnum):
    """What has become of a command."""

    TAKEN = "taken"
    """It may have been carried out, wholly or not at all."""
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KeptCommand:
    """A command as it survives a power cut. Times are UTC in nanoseconds since 1970.

    `opens`: doors that count against the limit of remote openings. `subject`: a door's name, empty for the whole bank.
    """

    jti: str
    name: str
    subject: str
    opens: int
    taken_ns: int
    expires_ns: int
    state: CommandState


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a kept command ended: stored in one commit with the event that tells it."""

    jti: str
    state: CommandState


@dataclass(frozen=True, slots=True)
class CommandKept:
    """The command survives a power cut from now on: only now it may act."""

    at_ns: int
    jti: str


@dataclass(frozen=True, slots=True)
class CommandNotKept:
    """The disk does not take it: it must not act."""

    at_ns: int
    jti: str
