"""How a device comes by a new identity while it works. Pure. Implements docs/architecture.md, "Renewal".

Rules
- An errand a day, soon after the start: a child process asks the office for the control room's keys and, weeks before
  the certificate ends, for a new one. What it brings is staged: the identity in force is untouched.
- A staged identity is tried when nothing waits to be sent, or when there is no link anyway.
- It is proved when a broker has taken it and the control room has answered an event that is signed with it. Alarms are
  signed with the old key until then.
- Not proved in time: back to the old identity, and once more later. Only what was proved is put in force.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from device.logic.units import S, earliest
from drivers.ports import ErrandDone, Identity, Place

FIRST_ERRAND_NS = 60 * S
ERRAND_NS = 86_400 * S
ERRAND_RETRY_NS = 3_600 * S
# A receipt that is signed with a key that we do not have: perhaps the control room has a new one.
HURRY_NS = 600 * S
# Reconnecting takes a second; the control room answers within milliseconds if it knows the key.
PROOF_NS = 60 * S
TRIAL_RETRY_NS = 3_600 * S


class Do(Enum):
    """What is to be done now."""

    ERRAND = auto()
    TRY = auto()
    FALL_BACK = auto()
    KEEP = auto()


class _Phase(Enum):
    RESTING = auto()
    LEAVING = auto()  # the connection is being ended so that the next one shows the staged identity
    TRYING = auto()
    PROVING = auto()
    KEEPING = auto()


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: the link is up, nothing waits to be sent, and it has been down for long."""

    is_up: bool
    is_calm: bool
    is_lost: bool


class Renewal:
    """Main loop only. `random()` gives [0, 1)."""

    def __init__(self, runs_errands: bool, staged: Identity | None, now_ns: int, random: Callable[[], float]) -> None:
        self._random = random
        self._phase = _Phase.RESTING
        self._errand_ns: int | None = now_ns + self._spread(FIRST_ERRAND_NS) if runs_errands else None
        self._earliest_errand_ns = now_ns
        self._runs_errands = runs_errands
        self._trial_ns = now_ns
        self._proof_due_ns = now_ns
        self._is_answered = False
        self.staged = staged
        """Waits to be proved; None when the newest identity is in force."""
        self.proof: Place | None = None
        """The event that is signed with the staged key, once there is one."""

    def due_ns(self) -> int | None:
        """When to call tick next. Becoming calm, or losing the link, is no matter of time."""
        return earliest(
            self._errand_ns,
            self._trial_ns if self.staged is not None and self._phase is _Phase.RESTING else None,
            self._proof_due_ns if self._is_on_trial else None,
        )

    @property
    def _is_on_trial(self) -> bool:
        return self._phase is _Phase.TRYING or self._phase is _Phase.PROVING

    def tick(self, now_ns: int, standing: Standing) -> Do | None:
        """One thing at a time; ask again until there is nothing."""
        if self._errand_ns is not None and now_ns >= self._errand_ns:
            self._errand_ns = None
            self._earliest_errand_ns = now_ns + HURRY_NS
            return Do.ERRAND
        if self._is_on_trial and now_ns >= self._proof_due_ns:
            return self._fall_back(now_ns)
        if self._phase is not _Phase.RESTING or self.staged is None or now_ns < self._trial_ns:
            return None
        if not (standing.is_calm or standing.is_lost):
            self._trial_ns = now_ns + S
            return None
        self._phase = _Phase.LEAVING if standing.is_up else _Phase.TRYING
        self._proof_due_ns = now_ns + PROOF_NS
        return Do.TRY

    def hurry(self, now_ns: int) -> None:
        """The control room may have a key that we do not know."""
        if self._errand_ns is not None:
            self._errand_ns = min(self._errand_ns, max(now_ns, self._earliest_errand_ns))

    def done(self, fact: ErrandDone) -> None:
        """The errand is over. What it brought is tried next; a trial that is under way goes on with what it has."""
        wait_ns = ERRAND_NS if fact.failed is None else ERRAND_RETRY_NS
        self._errand_ns = fact.at_ns + self._spread(wait_ns) if self._runs_errands else None
        if self._phase is not _Phase.RESTING or fact.staged is None:
            return
        if self.staged is None or name_of(self.staged) != name_of(fact.staged):
            self.staged, self._trial_ns = fact.staged, fact.at_ns
            self.proof, self._is_answered = None, False

    def up(self) -> Identity | None:
        """A connection is there. The identity that it was made with, if an event is to be signed with it: see proof."""
        if self._phase is _Phase.TRYING:
            self._phase = _Phase.PROVING
        return self.staged if self._phase is _Phase.PROVING and self.proof is None else None

    def down(self, now_ns: int) -> Do | None:
        """A connection, or an attempt at one, has ended."""
        if self._phase is _Phase.LEAVING:
            self._phase = _Phase.TRYING
            return None
        return self._fall_back(now_ns) if self._phase is _Phase.TRYING else None

    def answered(self, place: Place) -> None:
        """The control room has answered an event, on whatever connection."""
        self._is_answered |= place == self.proof

    def verdict(self) -> Do | None:
        """Whether the staged identity has been proved by now."""
        if self._phase is not _Phase.PROVING or not self._is_answered:
            return None
        self._phase = _Phase.KEEPING
        return Do.KEEP

    def kept(self) -> None:
        """The staged identity is in force, or could not be put there on the disk: then an errand brings it again."""
        self._phase, self.staged, self.proof, self._is_answered = _Phase.RESTING, None, None, False

    def _fall_back(self, now_ns: int) -> Do:
        self._phase = _Phase.RESTING
        self._trial_ns = now_ns + self._spread(TRIAL_RETRY_NS)
        return Do.FALL_BACK

    def _spread(self, time_ns: int) -> int:
        """Between half and the whole: a thousand devices do not come at once."""
        return time_ns // 2 + int(self._random() * (time_ns // 2))


def name_of(identity: Identity) -> tuple[str, int | None]:
    """A key may be certified again."""
    return identity.signer.kid, identity.expires_ns
