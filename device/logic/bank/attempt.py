"""One door that is to be opened, from being asked until the door has answered. Pure.

Implements docs/lockers.md, "Releases". The answer of a board never says that a door is open.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from device.logic.bank.duty import REST_NS
from device.logic.bank.readings import CONSENT_NS
from device.logic.bank.release import ReleaseResult
from device.logic.units import S
from drivers.lock_ports import PulseEnd

# People need one to three seconds, some of them eight.
T_OPEN_NS = 10 * S
# When another door has opened, this one may have too, and is read later: as long as a board has to be read again.
STRAYED_NS = CONSENT_NS
PULSE_WAIT_NS = 3 * S
"""A pulse may wait in the driver for so long: who wanted it has given up by then, or asked again."""
# One retry, and only for a door that still reads closed: more may re-open a door that its user has just shut.
TRIES = 2


class Aim(StrEnum):
    """What a pulse is for."""

    RELEASE = "release"
    """Somebody asked."""
    PERSON = "person"
    """Somebody may be shut in."""
    RESET = "reset"
    """A hook that fell while the door was open lets go again: one pulse, and nothing is expected."""


@dataclass(slots=True)
class Attempt:
    """`wants_ns`: from when on it wants a pulse; None while one is under way, or while the door has its time."""

    aim: Aim
    wants_ns: int | None
    until_ns: int | None = None
    """No pulse is ordered from then on; None for what the rules want."""
    tokens: list[str] = field(default_factory=list)
    pulses: int = 0
    """Requests that left this machine."""
    fired: bool = False
    """One of them may have reached the coil."""
    tries: int = 0
    is_in_flight: bool = False
    """A pulse is ordered and not over."""
    open_by_ns: int | None = None
    """Until when the door has time to open."""
    begin_ns: int = 0
    """When the last pulse was ordered."""
    strayed: str | None = None
    """The other door that a pulse seems to have opened."""
    _was_open: bool = False

    def join(self, by: str, until_ns: int | None) -> None:
        """One more asks for the same door: it is pulsed for the last of them."""
        if self.aim is Aim.RESET:
            self.aim, self.until_ns = Aim.RELEASE, until_ns
        elif self.until_ns is not None:
            self.until_ns = None if until_ns is None else max(self.until_ns, until_ns)
        if by not in self.tokens:
            self.tokens.append(by)

    def is_expired(self, now_ns: int) -> bool:
        return self.until_ns is not None and now_ns >= self.until_ns

    def begin(self, now_ns: int, *, was_open: bool) -> int:
        """A pulse is ordered. Returns until when it may be sent."""
        self.wants_ns = self.open_by_ns = None
        self.tries += 1
        self.is_in_flight = True
        self.begin_ns, self._was_open = now_ns, was_open
        sent_by_ns = now_ns + PULSE_WAIT_NS
        return sent_by_ns if self.until_ns is None else min(sent_by_ns, self.until_ns)

    def over(self, end: PulseEnd, at_ns: int) -> ReleaseResult | None:
        """The pulse has ended; the result if it is all that was needed."""
        self.is_in_flight = False
        self.pulses += end is not PulseEnd.NOT_SENT
        match end:
            case PulseEnd.ACKNOWLEDGED | PulseEnd.UNANSWERED:
                self.fired = True
                self.open_by_ns = self.begin_ns + T_OPEN_NS
                return ReleaseResult.ALREADY_OPEN if self._was_open else None
            case PulseEnd.REFUSED if self.tries < TRIES and self.aim is not Aim.RESET:
                self.wants_ns = at_ns + REST_NS
                return None
            case _ if self.fired:
                self.open_by_ns = at_ns  # the pulse before it had its time
                return None
            case PulseEnd.REFUSED:
                return ReleaseResult.REFUSED
            case PulseEnd.NOT_SENT:
                return ReleaseResult.NOT_SENT

    def expired(self) -> ReleaseResult:
        """It wants a pulse, and its time is over."""
        if self.fired:
            return ReleaseResult.JAMMED  # the pulse before it had its time
        return ReleaseResult.REFUSED if self.tries else ReleaseResult.EXPIRED

    def stray(self, opened: str, at_ns: int) -> None:
        """Another door has opened instead of this one, or beside it."""
        self.strayed = opened
        if self.open_by_ns is not None:
            self.open_by_ns = min(self.open_by_ns, at_ns + STRAYED_NS)

    def found_open(self) -> ReleaseResult | None:
        """The door turns out to have been open before the pulse."""
        self._was_open = True
        return ReleaseResult.ALREADY_OPEN if self.open_by_ns is not None else None

    def overdue(self, now_ns: int, *, is_open: bool | None, locked: bool | None) -> ReleaseResult | None:
        """The door has had its time. None if it is worth another pulse."""
        if is_open is None:
            return ReleaseResult.UNKNOWN
        if is_open:
            return ReleaseResult.ALREADY_OPEN
        if self.strayed is not None:
            return ReleaseResult.WRONG_DOOR
        if self.tries < TRIES and locked is not False:
            self.wants_ns, self.open_by_ns = now_ns, None
            return None
        return ReleaseResult.JAMMED
