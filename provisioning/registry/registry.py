"""Everything the office knows, in one SQLite file. A change is one transaction, with the act that says who did it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from provisioning.errors import RefusedError
from provisioning.model import Act, Broker, Certificate, Device, Plan, Purpose, Reason, SigningKey, Site, Token
from provisioning.registry.certificates import Certificates, summary
from provisioning.registry.control_room import ControlRoom
from provisioning.registry.database import Database, from_seconds
from provisioning.registry.devices import Devices
from provisioning.registry.sites import Sites, Tally
from provisioning.registry.tokens import Tokens

__all__ = ["Registry", "Tally"]

_NAMED_APART = frozenset({Purpose.CLIENT, Purpose.SERVER})


def _silent() -> None:
    """Nobody watches."""


class Registry:
    """A context manager. One thread at a time; others, and other processes, open the same file for themselves.

    Every method raises RegistryError when the file or the disk fails: what was not committed has then not happened.
    """

    def __init__(self, path: Path, actor: str) -> None:
        """Open it, or create it with mode 0600. actor: who is named in the acts, such as a user of the system."""
        self._db = Database(path, actor)
        self._sites = Sites(self._db)
        self._certificates = Certificates(self._db)
        self._tokens = Tokens(self._db)
        self._devices = Devices(self._db, self._certificates, self._tokens)
        self._control_room = ControlRoom(self._db)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------ settings

    def setting(self, name: str) -> str | None:
        row = self._db.one("SELECT value FROM settings WHERE name=?", name)
        return None if row is None else str(row[0])

    def set_setting(self, name: str, value: str, now: datetime) -> None:
        """The act shows the value: no secrets."""
        with self._db.change():
            if self.setting(name) != value:
                self._db.run("INSERT OR REPLACE INTO settings VALUES (?,?)", name, value)
                self._db.note("set", name, value, now)

    # ------------------------------------------------------------ sites

    def apply(
        self,
        plans: Sequence[Plan],
        now: datetime,
        *,
        dry_run: bool = False,
        progress: Callable[[], None] = _silent,
    ) -> Tally:
        """Add and change sites, add devices; nothing is taken away. All or nothing. progress: after each plan.

        RefusedError for a device of another site, a device that is called like a client or server, a site without one.
        """
        if dry_run:
            return self._sites.compare(plans, progress)[0]
        with self._db.change():
            tally, deltas = self._sites.compare(plans, progress)
            self._sites.write(deltas, now)
        return tally

    def sites(self) -> list[Site]:
        """By id."""
        return self._sites.sites()

    def site(self, site_id: str) -> Site | None:
        return self._sites.site(site_id)

    def plans(self) -> list[Plan]:
        """By id. To apply them again changes nothing."""
        return self._sites.plans()

    def reserved(self) -> frozenset[str]:
        """Names that no device may have: those of clients and servers."""
        return self._sites.reserved()

    # ------------------------------------------------------------ devices

    def device(self, device_id: str) -> Device | None:
        return self._devices.device(device_id)

    def devices(self) -> list[Device]:
        """By id."""
        return self._devices.devices()

    def enrol(self, certificate: Certificate, now: datetime, verb: str, token_digest: bytes | None = None) -> None:
        """Keep a device's new certificate, and bind the token that it was given for to its key.

        RefusedError if the device is neither planned nor enrolled, if the key is somebody else's, or if the token
        does not open any more: replaced, expired, or used by another key.
        """
        with self._db.change():
            self._devices.enrol(certificate, now, verb, token_digest)

    def retire(self, device_id: str, now: datetime) -> list[Certificate]:
        """What is revoked by it; none if it was retired before. RefusedError if it is unknown or revoked."""
        with self._db.change():
            return self._devices.retire(device_id, now)

    def revoke(self, device_id: str, reason: Reason, now: datetime) -> list[Certificate]:
        """Shut out a device or a client; what is revoked by it. A retired device stays retired.

        RefusedError if nobody is called so.
        """
        with self._db.change():
            return self._devices.revoke(device_id, reason, now)

    def replan(self, device_id: str, now: datetime) -> None:
        """The box was replaced. RefusedError unless the device is revoked or retired."""
        with self._db.change():
            self._devices.replan(device_id, now)

    def put_token(self, token: Token, now: datetime) -> None:
        """Replaces an earlier one. RefusedError if the device is neither planned nor enrolled."""
        with self._db.change():
            self._devices.put_token(token, now)

    def token(self, device_id: str) -> Token | None:
        return self._tokens.token(device_id)

    # ------------------------------------------------------------ certificates

    def certificate(self, serial: int) -> Certificate | None:
        return self._certificates.certificate(serial)

    def certificates(self, subject: str | None = None) -> list[Certificate]:
        """Newest first."""
        return self._certificates.certificates(subject)

    def add_certificate(self, certificate: Certificate, now: datetime) -> None:
        """Keep one that is not a device's. RefusedError if it is, or if a client or server is called like a device."""
        with self._db.change():
            if certificate.purpose is Purpose.DEVICE:
                raise RefusedError(f"{certificate.subject}: a device certificate; allowed are those of other purposes")
            if certificate.purpose in _NAMED_APART and self.device(certificate.subject) is not None:
                raise RefusedError(f"{certificate.subject}: the name of a device; allowed is any other name")
            self._certificates.add(certificate)
            self._db.note("issued", certificate.subject, summary(certificate), now)

    def revoked(self, now: datetime) -> list[Certificate]:
        """Revoked and not expired: what belongs on the list. Newest first."""
        return self._certificates.revoked(now)

    def next_crl_number(self) -> int:
        """Never the same twice (RFC 5280 §5.2.3); the first is 1."""
        with self._db.change():
            self._db.run("UPDATE crl_number SET number=number+1")
            return int(self._db.one("SELECT number FROM crl_number")[0])

    # ------------------------------------------------------------ control room

    def signing_keys(self) -> list[SigningKey]:
        """All, oldest first."""
        return self._control_room.signing_keys()

    def add_signing_key(self, key: SigningKey, now: datetime) -> None:
        """RefusedError if two are valid, or if it was here before."""
        with self._db.change():
            self._control_room.add_signing_key(key, now)

    def retire_signing_key(self, kid: str, now: datetime) -> None:
        """RefusedError if it is unknown or the last valid one; nothing happens if it is retired."""
        with self._db.change():
            self._control_room.retire_signing_key(kid, now)

    def brokers(self) -> list[Broker]:
        """By host and port."""
        return self._control_room.brokers()

    def put_broker(self, broker: Broker, now: datetime) -> None:
        """Replaces the one of the same host and port."""
        with self._db.change():
            self._control_room.put_broker(broker, now)

    # ------------------------------------------------------------ acts

    def note(self, verb: str, subject: str, detail: str, now: datetime) -> None:
        """Note an act that changes nothing here. Long texts are cut."""
        with self._db.change():
            self._db.note(verb, subject, detail, now)

    def acts(self, limit: int = 100) -> list[Act]:
        """Newest first."""
        rows = self._db.all("SELECT at, actor, verb, subject, detail FROM acts ORDER BY number DESC LIMIT ?", limit)
        return [Act(from_seconds(at), *rest) for at, *rest in rows]
