"""Certificates in the registry. None is ever deleted."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from provisioning.errors import RefusedError
from provisioning.model import Certificate, Purpose, Reason
from provisioning.registry.database import Database, from_seconds, to_seconds

_SELECT = "SELECT serial, subject, purpose, kid, jwk, not_before, not_after, pem, revoked, reason FROM certificates"
_NEWEST_FIRST = "ORDER BY not_before DESC, number DESC"


class Certificates:
    """Reads and writes certificates. Writers only inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def certificate(self, serial: int) -> Certificate | None:
        row = self._db.one(f"{_SELECT} WHERE serial=?", f"{serial:x}")
        return None if row is None else _certificate(row)

    def certificates(self, subject: str | None) -> list[Certificate]:
        """Newest first."""
        if subject is None:
            return self._select(_NEWEST_FIRST)
        return self._select(f"WHERE subject=? {_NEWEST_FIRST}", subject)

    def revoked(self, now: datetime) -> list[Certificate]:
        """Those that have not expired, newest first."""
        return self._select(f"WHERE revoked IS NOT NULL AND not_after>? {_NEWEST_FIRST}", to_seconds(now))

    def add(self, certificate: Certificate) -> None:
        """RefusedError if its serial number is known."""
        serial = f"{certificate.serial:x}"
        if self._db.one("SELECT 1 FROM certificates WHERE serial=?", serial) is not None:
            raise RefusedError(f"serial number {serial}: in the registry already; allowed is a new one")
        revoked = None if certificate.revoked is None else to_seconds(certificate.revoked)
        self._db.run(
            "INSERT INTO certificates VALUES (NULL,?,?,?,?,?,?,?,?,?,?)",
            *(serial, certificate.subject, certificate.purpose, certificate.kid, certificate.jwk),
            *(to_seconds(certificate.not_before), to_seconds(certificate.not_after), certificate.pem),
            *(revoked, certificate.reason),
        )

    def check_key(self, certificate: Certificate) -> None:
        """RefusedError if somebody else has been certified with this key: a copied card, or a copied key."""
        row = self._db.one(
            "SELECT subject FROM certificates WHERE kid=? AND subject<>?", certificate.kid, certificate.subject
        )
        if row is not None:
            raise RefusedError(f"{certificate.subject}: its key is that of {row[0]}; allowed is a key of its own")

    def revoke(self, subject: str, reason: Reason, now: datetime) -> list[Certificate]:
        """Every one that has neither expired nor been revoked; as they are now, newest first."""
        at = from_seconds(to_seconds(now))
        valid = self._select(
            f"WHERE subject=? AND revoked IS NULL AND not_after>? {_NEWEST_FIRST}", subject, to_seconds(now)
        )
        for certificate in valid:
            self._db.run(
                "UPDATE certificates SET revoked=?, reason=? WHERE serial=?",
                *(to_seconds(now), reason, f"{certificate.serial:x}"),
            )
        return [replace(certificate, revoked=at, reason=reason) for certificate in valid]

    def _select(self, where: str, *values: object) -> list[Certificate]:
        return [_certificate(row) for row in self._db.all(f"{_SELECT} {where}", *values)]


def summary(certificate: Certificate) -> str:
    """For an act."""
    until = f"{certificate.not_after:%Y-%m-%dT%H:%M:%SZ}"
    return f"{certificate.purpose} certificate {certificate.serial:x}, key {certificate.kid}, until {until}"


def _certificate(row: Any) -> Certificate:
    serial, subject, purpose, kid, jwk, not_before, not_after, pem, revoked, reason = row
    return Certificate(
        int(serial, 16),
        subject,
        Purpose(purpose),
        kid,
        jwk,
        from_seconds(not_before),
        from_seconds(not_after),
        pem,
        None if revoked is None else from_seconds(revoked),
        None if reason is None else Reason(reason),
    )
