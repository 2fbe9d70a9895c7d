"""What scenarios may say beyond the words of the acts. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from device.config.kinds import Text
from device.config.reading import Reading
from device.logic.kinds import BANK_CODES, DEVICE_TROUBLES, KINDS

NAME = Text(40, re.compile(r"[a-z0-9][a-z0-9-]{0,39}"), "the name of a zone of that store, or of a door")
DOOR = Text(40, re.compile(r"[a-z0-9][a-z0-9-]{0,39}"), "the name of a door of that bank")
RESULT = Text(40, re.compile(r"[a-z][a-z -]{0,39}"), "a result or a reason in small letters")

_CIRCUIT = ("line", "chatter", "stuck")
_SYSTEM = ("started", "stopped", "renewed", "thinned")
_ENDS = ("done", "refused", "unknown")
_OWN = dict.fromkeys((*(kind.what for kind in KINDS.values()), *BANK_CODES))

TROUBLES = tuple(
    sorted({*DEVICE_TROUBLES, *_CIRCUIT, *(what.partition(".")[2] for what in _OWN if what.startswith("trouble."))})
)
"""By the word behind `ansim.trouble.`"""
TYPES = tuple(
    sorted(
        {
            *_OWN,
            *(f"trouble.{name}" for name in TROUBLES),
            *(f"system.{name}" for name in _SYSTEM),
            *(f"command.{name}" for name in _ENDS),
        }
    )
)
"""Types of events without `ansim.`"""
CLASSES = tuple(sorted({what.partition(".")[0] for what in TYPES}))


class LampLook(StrEnum):
    """What the light at the counter can say."""

    DARK = "dark"
    HEARD = "heard"
    SENDING = "sending"
    RECEIVED = "received"
    HELP = "help"
    FAULT = "fault"


class ZoneWord(StrEnum):
    """The word of the device's status for a zone."""

    NORMAL = "normal"
    RAISED = "raised"
    STUCK = "stuck"
    CHATTER = "chatter"
    LINE_OPEN = "line-open"
    LINE_SHORT = "line-short"
    UNKNOWN = "unknown"


class LeafWord(StrEnum):
    """How a door stands."""

    OPEN = "open"
    SHUT = "shut"


class TroubleState(StrEnum):
    """How things stand with a trouble, as the newest event about it says."""

    RAISED = "raised"
    RESTORED = "restored"
    NEVER = "never"
    """Nothing was said about it."""


class Mark(StrEnum):
    """What an event says of its own circumstances."""

    UNSYNCED = "unsynced"
    """The device did not know what time it was."""
    AT_START = "at-start"
    """The contact was active when the device started."""


@dataclass(frozen=True, slots=True)
class Word:
    """A `Kind` of the configuration's reader: one of a set that is computed."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(f'"{word}"' for word in self.words)

    def read(self, value: object, at: str, reading: Reading) -> str:
        if not isinstance(value, str) or value not in self.words:
            reading.refuse(at, value, self.allowed)
        return value
