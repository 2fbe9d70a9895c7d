"""The daily errand: what the office has new for a device that has an identity.

Rules
- Three steps, and none waits for the one before to succeed: the authorities, the control room's keys, the certificate.
  Only an office that is not reached ends it at once.
- New authorities are believed only beside the root above the certificate in force: a wrong file cannot lock us out.
- A new certificate is staged, with a new key. The agent proves it at a broker before it is put in force.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from cryptography import x509

from device.enrol.faults import as_enrol_errors, unbelievable
from device.enrol.home import Home, certificate_in, check_control_room_keys
from device.errors import EX_UNAVAILABLE, EnrolError
from drivers.authorities import Authorities, fingerprint
from drivers.certificate_request import make_request
from drivers.identity_files import Pair
from drivers.key_making import Algorithm

T = TypeVar("T")

RENEW_BEFORE = timedelta(days=56)
"""Twice the time in which the agent warns of the end: a renewal that fails for four weeks is still quiet."""

# Of its lifetime. A certificate of a few weeks would otherwise be renewed every day.
_EARLIEST_SHARE = 2 / 3


class Renewal(StrEnum):
    """What became of the certificate."""

    NOT_DUE = "the certificate is not due"
    WAITING = "a new certificate waits to be proved by the agent"
    STAGED = "a new certificate is here; the agent proves it at a broker before it is put in force"


@dataclass(frozen=True, slots=True)
class Found:
    """What the errand has changed. `until`: the end of the newest certificate that is here."""

    renewal: Renewal
    until: datetime
    has_new_authorities: bool
    has_new_keys: bool


class Office(Protocol):
    """drivers.est_client.EstClient, as far as a device with an identity needs it."""

    def ca(self, trusted: Authorities) -> Authorities: ...
    def renew(self, trusted: Authorities, pair: Pair, request: bytes) -> x509.Certificate: ...
    def control_room_keys(self, trusted: Authorities) -> bytes: ...


class Errand:
    """For one run."""

    def __init__(
        self,
        home: Home,
        office: Office,
        now: datetime,
        *,
        renew_before: timedelta = RENEW_BEFORE,
        is_forced: bool = False,
    ) -> None:
        """is_forced: renew also what is not due."""
        self._home = home
        self._office = office
        self._now = now
        self._renew_before = renew_before
        self._is_forced = is_forced
        self._faults: list[EnrolError] = []

    def run(self) -> Found:
        """Raises EnrolError after everything has been tried; what could be done is done then."""
        with as_enrol_errors():
            self._home.identity.settle()
            current = self._home.identity.demand()
            certificate = certificate_in(current)
            trusted = self._home.authorities()
        newer = self._step(lambda: self._authorities(trusted, certificate))
        has_new_keys = self._step(lambda: self._control_room_keys(trusted))
        renewed = self._step(lambda: self._renew(newer or trusted, current, certificate))
        if self._faults or renewed is None:
            raise EnrolError("; ".join(str(fault) for fault in self._faults), self._faults[0].status)
        renewal, newest = renewed
        return Found(renewal, newest.not_valid_after_utc, newer is not None, bool(has_new_keys))

    def _step(self, do: Callable[[], T]) -> T | None:
        """What it gives; None if it failed, and that is on the list then."""
        try:
            with as_enrol_errors():
                return do()
        except EnrolError as error:
            if error.status == EX_UNAVAILABLE:
                raise
            self._faults.append(error)
            return None

    def _authorities(self, trusted: Authorities, certificate: x509.Certificate) -> Authorities | None:
        """Those of now, if they are others than before."""
        found = self._office.ca(trusted)
        with unbelievable(f"certificate of {self._home.device}"):
            root = trusted.path(certificate)[-1]
        with unbelievable("authorities"):
            if root not in found.certificates:
                raise ValueError(f"the office leaves out the root in force, {fingerprint(root)}; nothing was changed")
        return found if self._home.keep_authorities(found) else None

    def _control_room_keys(self, trusted: Authorities) -> bool:
        jwks = self._office.control_room_keys(trusted)
        with unbelievable("control room's keys"):
            check_control_room_keys(jwks)
        return self._home.keep_control_room_keys(jwks)

    def _renew(
        self, trusted: Authorities, current: Pair, certificate: x509.Certificate
    ) -> tuple[Renewal, x509.Certificate]:
        identity = self._home.identity
        waiting = identity.staged()
        if waiting is not None and not is_due(newest := certificate_in(waiting), self._now, self._renew_before):
            return Renewal.WAITING, newest
        if not self._is_forced and not is_due(certificate, self._now, self._renew_before):
            return Renewal.NOT_DUE, certificate
        if waiting is not None:
            identity.discard()
        # A key that waits was told to the office already, perhaps with a token: it is not thrown away.
        kind = None if identity.waiting_key() is not None else Algorithm.of(certificate.public_key())
        key = identity.prepare_key(kind)
        newest = self._office.renew(trusted, current, make_request(key, self._home.device))
        with unbelievable(f"certificate of {self._home.device}"):
            trusted.check_device(newest, self._home.device, key.public_key(), self._now)
        identity.stage(trusted.chain_pem(newest))
        return Renewal.STAGED, newest


def is_due(certificate: x509.Certificate, now: datetime, renew_before: timedelta) -> bool:
    """Less than `renew_before` is left; of a short-lived one, less than two thirds of its lifetime."""
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    return certificate.not_valid_after_utc - now < min(renew_before, lifetime * _EARLIEST_SHARE)
