"""An office and the folder of one broker, for tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from provisioning.authority.authority import Authority
from provisioning.broker.config import Setup
from provisioning.broker.folder import write_folder
from provisioning.model import Certificate, Reason
from tests.ports import deaf_port

PASSPHRASE = b"correct horse battery staple"
ROUNDS = 1000
ROOM = "control-room"


def now() -> datetime:
    """TLS judges by the machine's own clock."""
    return datetime.now(UTC).replace(microsecond=0)


def make_authority(folder: Path) -> Authority:
    folder.mkdir(parents=True, exist_ok=True)
    return Authority.create(folder, "Test", PASSPHRASE, now() - timedelta(days=1), rounds=ROUNDS)


def make_setup(folder: Path, **changes: object) -> Setup:
    """On loopback, run by whoever runs the test."""
    setup = Setup(folder, ("localhost", "127.0.0.1"), port=deaf_port(), bind="127.0.0.1", user="root")
    return replace(setup, **changes)  # type: ignore[arg-type]  # the names of the fields are checked at run time


def empty_crl(authority: Authority) -> bytes:
    return authority.revocation_list([], 1, now())


def make_folder(setup: Setup, authority: Authority, at: datetime | None = None) -> Certificate | None:
    return write_folder(setup, authority, empty_crl(authority), ignore, at or now())


def revoked(certificate: Certificate) -> Certificate:
    return replace(certificate, revoked=now(), reason=Reason.KEY_COMPROMISE)


def ignore(_: Certificate) -> None:
    """Nobody keeps a register."""
