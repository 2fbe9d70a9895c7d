"""Devices in the registry: how far each has come, and what it is given on the way.

    planned → enrolled → revoked or retired → planned again, when the box has been replaced

A planned device may be revoked or retired too: its token is worth as much as a certificate.
"""

from datetime import datetime

from provisioning.errors import RefusedError
from provisioning.model import Certificate, Device, Purpose, Reason, State, Token
from provisioning.registry.certificates import Certificates, summary
from provisioning.registry.database import Database
from provisioning.registry.tokens import Tokens

_OPEN = frozenset({State.PLANNED, State.ENROLLED})
_SHUT = frozenset({State.REVOKED, State.RETIRED})


class Devices:
    """Reads and writes devices. Writers only inside a transaction."""

    def __init__(self, database: Database, certificates: Certificates, tokens: Tokens) -> None:
        self._db = database
        self._certificates = certificates
        self._tokens = tokens

    def device(self, device_id: str) -> Device | None:
        row = self._db.one("SELECT id, site, state FROM devices WHERE id=?", device_id)
        return None if row is None else Device(row[0], row[1], State(row[2]))

    def devices(self) -> list[Device]:
        rows = self._db.all("SELECT id, site, state FROM devices ORDER BY id")
        return [Device(device, site, State(state)) for device, site, state in rows]

    def enrol(self, certificate: Certificate, now: datetime, verb: str, token_digest: bytes | None) -> None:
        if certificate.purpose is not Purpose.DEVICE:
            raise RefusedError(
                f"{certificate.subject}: a {certificate.purpose} certificate; allowed is one for a device"
            )
        self._check(certificate.subject, _OPEN)
        self._certificates.check_key(certificate)
        self._certificates.add(certificate)
        if token_digest is not None:
            self._tokens.bind(certificate.subject, token_digest, certificate.kid, now)
        self._set(certificate.subject, State.ENROLLED)
        self._db.note(verb, certificate.subject, summary(certificate), now)

    def put_token(self, token: Token, now: datetime) -> None:
        self._check(token.device, _OPEN)
        self._tokens.put(token)
        self._db.note("invited", token.device, f"until {token.expires:%Y-%m-%dT%H:%M:%SZ}", now)

    def retire(self, device_id: str, now: datetime) -> list[Certificate]:
        before = self._check(device_id, _OPEN | {State.RETIRED})
        return self._shut(device_id, before, State.RETIRED, Reason.CESSATION, now)

    def revoke(self, subject: str, reason: Reason, now: datetime) -> list[Certificate]:
        found = self.device(subject)
        if found is None and not self._certificates.certificates(subject):
            raise RefusedError(
                f"{subject[:80]!r}: nobody of this name; allowed are devices and clients of the registry"
            )
        before = None if found is None else found.state
        # Nobody takes a retired device for one that still stands there because its keys are revoked once more.
        after = before if before in {None, State.RETIRED} else State.REVOKED
        return self._shut(subject, before, after, reason, now)

    def replan(self, device_id: str, now: datetime) -> None:
        before = self._check(device_id, _SHUT)
        self._set(device_id, State.PLANNED)
        self._db.note("replanned", device_id, f"was {before}", now)

    def _shut(
        self, subject: str, before: State | None, after: State | None, reason: Reason, now: datetime
    ) -> list[Certificate]:
        revoked = self._certificates.revoke(subject, reason, now)
        if before is not None and after is not None:
            # A token that is still about must not open when the device is planned again.
            self._tokens.remove(subject)
            self._set(subject, after)
        if revoked or before is not after:
            verb = "retired" if after is State.RETIRED else "revoked"
            serials = "".join(f", {certificate.serial:x}" for certificate in revoked)
            self._db.note(verb, subject, f"{reason}{serials}", now)
        return revoked

    def _check(self, device_id: str, allowed: frozenset[State]) -> State:
        found = self.device(device_id)
        if found is None:
            raise RefusedError(f"{device_id[:80]!r}: no such device; allowed are devices of the site list")
        if found.state not in allowed:
            states = " and ".join(state for state in State if state in allowed)
            raise RefusedError(f"{device_id}: is {found.state}; allowed are {states} devices")
        return found.state

    def _set(self, device_id: str, state: State) -> None:
        self._db.run("UPDATE devices SET state=? WHERE id=?", state, device_id)
