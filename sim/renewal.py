"""Renewal in virtual time: what a device may ask of its office, and a `Renewer` without files or processes.

Not modelled: how long an errand takes in the office, and two errands at once.
"""

from collections.abc import Callable
from typing import Protocol

from device.logic.units import S
from drivers.ports import Clock, ErrandDone, Identity, Post, Promoted, Signer, WallClock

# A slow board, a child process and six requests across the country.
_ERRAND_NS = 5 * S


class Office(Protocol):
    """Disk and office of one device, played by whoever wants to see it renew."""

    def load(self) -> tuple[Identity, Identity | None]:
        """What a device finds when it starts: the identity in force, and one that waits to be proved."""
        ...

    def errand(self, now: WallClock) -> ErrandDone: ...

    def promote(self) -> str | None:
        """Put what waits in force. Why that failed, None if it did not."""
        ...

    def refusal(self, staged: bool, now: WallClock) -> str | None:
        """Why a broker would not take the identity that is shown at this time; None if it would."""
        ...


class NoOffice:
    """One key, no certificate, nobody to ask."""

    def __init__(self, signer: Signer) -> None:
        self._identity = Identity(signer, None)

    def load(self) -> tuple[Identity, Identity | None]:
        return self._identity, None

    def errand(self, now: WallClock) -> ErrandDone:
        return ErrandDone(now.at_ns, "there is no office", None, None)

    def promote(self) -> str | None:
        return None

    def refusal(self, staged: bool, now: WallClock) -> str | None:  # noqa: ARG002 - everybody is let in
        return None


class VirtualRenewer:
    """A `Renewer` for one run of a device. Answers only while the run lasts: `post` sees to that."""

    def __init__(
        self, office: Office, clock: Clock, schedule: Callable[[int, Callable[[], None]], None], post: Post
    ) -> None:
        """schedule: does an action in so many nanoseconds of virtual time."""
        self._office = office
        self._clock = clock
        self._schedule = schedule
        self._post = post
        self.is_staged_shown = False

    def run_errand(self) -> None:
        self._schedule(_ERRAND_NS, lambda: self._post(self._office.errand(self._clock.wall())))

    def present(self, staged: bool) -> None:
        self.is_staged_shown = staged

    def promote(self) -> None:
        failed = self._office.promote()
        self.is_staged_shown = failed is not None
        self._post(Promoted(self._clock.monotonic_ns(), failed))

    def close(self) -> None:
        """Nothing is under way that would outlive the run."""

    def refusal(self) -> str | None:
        """Why a broker would not take what is shown now."""
        return self._office.refusal(self.is_staged_shown, self._clock.wall())
