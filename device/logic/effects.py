"""What the agent wants done. Pure: values only; device/loop.py carries them out, in order."""

from dataclasses import dataclass

from device.logic.event import Happening
from drivers.command_ports import Conclusion, KeptCommand
from drivers.ports import Message, Place, Record


@dataclass(frozen=True, slots=True)
class Light:
    """Switch an indicator."""

    indicator: str
    on: bool


@dataclass(frozen=True, slots=True)
class Publish:
    """Send; the answer, if one comes, carries `token`."""

    message: Message
    token: int


@dataclass(frozen=True, slots=True)
class Save:
    """Store an event. `happening` is what a new one tells, for the log; None where the disk had missed an old one.

    `concludes`: the command whose outcome it is.
    """

    record: Record
    happening: Happening | None = None
    concludes: Conclusion | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """Forget an event that the control room has answered with this state."""

    place: Place
    state: str


@dataclass(frozen=True, slots=True)
class Load:
    """Bring stored events behind `after` into memory: alarms (`urgent`) or all others."""

    urgent: bool
    after: Place | None
    limit: int


@dataclass(frozen=True, slots=True)
class Note:
    """Keep a record on the device that is never sent."""

    text: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Try a broker once."""

    broker: int
    will: Message


@dataclass(frozen=True, slots=True)
class Leave:
    """End the connection in good order."""

    farewell: Message


@dataclass(frozen=True, slots=True)
class Drop:
    """Cut a connection that swallows what it is given."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Find out whether a broker is well."""

    broker: int


@dataclass(frozen=True, slots=True)
class RunErrand:
    """Ask the office for keys and, if it is time, for a new certificate."""


@dataclass(frozen=True, slots=True)
class Present:
    """Show the staged identity, or the one in force, from the next connection on."""

    staged: bool


@dataclass(frozen=True, slots=True)
class Promote:
    """Put the staged identity in force: it has been proved."""


@dataclass(frozen=True, slots=True)
class KeepCommand:
    """Make a command durable before it acts."""

    command: KeptCommand


@dataclass(frozen=True, slots=True)
class Pulse:
    """Release one lock, once: the way to it, as `drivers.lock_ports` names it. Not begun from `until_ns` on."""

    lock: str
    until_ns: int


Effect = (
    Light
    | Publish
    | Save
    | Settle
    | Load
    | Note
    | Connect
    | Leave
    | Drop
    | Probe
    | RunErrand
    | Present
    | Promote
    | KeepCommand
    | Pulse
)
