"""The two CAs of an office: the root, which is put away, and the issuing CA, which signs."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from device.logic.device_id import DEVICE_ID_WORDS, is_device_id
from drivers.files import Files
from drivers.guarded_file import TRUSTED
from drivers.jwk import PublicKey, jwk_of, thumbprint
from drivers.key_making import Algorithm, make_key
from provisioning.authority.certificates import (
    LIFETIMES,
    Issuer,
    Leaf,
    make_issuing,
    make_leaf,
    make_revocation_list,
    make_root,
)
from provisioning.authority.keys import KDF_ROUNDS, check_passphrase, load_sealed, seal
from provisioning.authority.office_file import read_office_file
from provisioning.authority.server_names import check_server_names
from provisioning.errors import OfficeError, RefusedError
from provisioning.model import Certificate, Purpose

ROOT_FILE = "root.p12"
ISSUING_FILE = "issuing.p12"
CA_FILE = "ca.crt"

CRL_LIFETIME = timedelta(days=30)
"""An expired list locks every device out: the office makes a new one long before."""

MAX_NAME = 48
"""Octets of UTF-8, three for a syllable of Hangul: with what is put behind it, a CN may have 64 (RFC 5280 App. A)."""

_MAX_CA_BYTES = 64 * 1024


class Authority:
    """Signs certificates and revocation lists. From create or open. Any thread: it changes nothing of itself."""

    def __init__(self, issuing: Issuer, root: x509.Certificate) -> None:
        self._issuing = issuing
        self.issuing = issuing.certificate
        self.root = root
        self.fingerprint = root.fingerprint(SHA256()).hex()
        """SHA-256 of the root's DER in hex: what a label says, and a device believes."""
        self.ca_pem = _pem(issuing.certificate) + _pem(root)
        """Issuing CA and root: what devices and brokers trust."""

    @classmethod
    def create(
        cls,
        folder: Path,
        name: str,
        passphrase: bytes,
        now: datetime,
        algorithm: Algorithm = Algorithm.P256,
        rounds: int = KDF_ROUNDS,
        files: Files | None = None,
    ) -> Self:
        """Make both CAs and their three files. OfficeError or RefusedError: then none of them is there.

        rounds: fewer only for a pass phrase of at least 128 random bits.
        """
        _check_name(name)
        check_passphrase(passphrase)
        _check_free(folder)
        root = make_root(f"{name} root CA", make_key(algorithm), now, x509.random_serial_number())
        issuing = make_issuing(f"{name} issuing CA", make_key(algorithm), root, now, x509.random_serial_number())
        authority = cls(issuing, root.certificate)
        contents = [
            (folder / ROOT_FILE, seal(root, passphrase, rounds), 0o600),
            (folder / ISSUING_FILE, seal(issuing, passphrase, rounds), 0o600),
            (folder / CA_FILE, authority.ca_pem.encode("ascii"), 0o644),
        ]
        try:
            _write_all(files or Files(), contents)
        except OSError as error:
            raise OfficeError(f"{folder}: cannot be written: {error.strerror}") from None
        return authority

    @classmethod
    def open(cls, folder: Path, passphrase: bytes) -> Self:
        """Read the issuing CA; the root's container may be away. Raises OfficeError."""
        path = folder / CA_FILE
        issuing_certificate, root = _read_ca(path)
        issuing = load_sealed(folder / ISSUING_FILE, passphrase)
        if issuing.certificate != issuing_certificate:
            raise OfficeError(f"{path}: the first certificate is not the one in {ISSUING_FILE}")
        return cls(issuing, root)

    def issue(
        self,
        public_key: PublicKey,
        subject: str,
        purpose: Purpose,
        now: datetime,
        *,
        names: Sequence[str] = (),
        lifetime: timedelta | None = None,
    ) -> Certificate:
        """Sign a certificate. It ends with the issuing CA at the latest. Raises RefusedError.

        subject: a device id; for a server one of its names. names: for a server only; none means `subject` alone.
        lifetime: None is what is usual for the purpose.
        """
        self._check_time(now)
        lifetime = LIFETIMES[purpose] if lifetime is None else lifetime
        if lifetime <= timedelta(0):
            raise RefusedError(f"{subject[:80]!r}: lifetime {lifetime}; allowed is more than nothing")
        leaf = Leaf(public_key, subject, purpose, _checked_names(subject, purpose, names))
        kid = _kid(public_key, subject)
        made = make_leaf(leaf, self._issuing, now, now + lifetime, x509.random_serial_number())
        return Certificate(
            serial=made.serial_number,
            subject=subject,
            purpose=purpose,
            kid=kid,
            jwk=json.dumps(jwk_of(public_key)),
            not_before=made.not_valid_before_utc,
            not_after=made.not_valid_after_utc,
            pem=_pem(made),
        )

    def chain_pem(self, certificate: Certificate) -> str:
        """The certificate and the issuing CA: what its holder shows."""
        return certificate.pem + _pem(self.issuing)

    def revocation_list(
        self, revoked: Sequence[Certificate], number: int, now: datetime, lifetime: timedelta = CRL_LIFETIME
    ) -> bytes:
        """The CRL of the issuing CA, in PEM. number: higher than ever before. Raises RefusedError."""
        self._check_time(now)
        made = make_revocation_list(revoked, self._issuing, number, now, now + lifetime)
        return made.public_bytes(Encoding.PEM)

    def _check_time(self, now: datetime) -> None:
        begin, end = self.issuing.not_valid_before_utc, self.issuing.not_valid_after_utc
        if not begin <= now < end:
            raise RefusedError(f"the issuing CA is good from {begin} to {end}; the clock says {now}")


def _checked_names(subject: str, purpose: Purpose, names: Sequence[str]) -> tuple[str, ...]:
    if purpose is Purpose.SERVER:
        checked = check_server_names(names or (subject,))
        if subject != checked[0]:
            raise RefusedError(f"server {subject[:80]!r}: allowed is the first of its names, {checked[0]!r}")
        return checked
    if names:
        raise RefusedError(f"{subject[:80]!r}: only a server has names beside its own")
    if not is_device_id(subject):
        raise RefusedError(f"{purpose} {subject[:80]!r}; allowed are {DEVICE_ID_WORDS}")
    return ()


def _kid(public_key: PublicKey, subject: str) -> str:
    try:
        return thumbprint(public_key)
    except ValueError as error:
        raise RefusedError(f"{subject[:80]!r}: {error}; allowed are Ed25519 and P-256") from None


def _check_name(name: str) -> None:
    # What can be printed can be encoded: no half of a surrogate pair comes past this.
    if not name.isprintable() or name != name.strip() or not 1 <= len(name.encode()) <= MAX_NAME:
        allowed = f"1–{MAX_NAME} bytes of printable text ({MAX_NAME // 3} characters of Hangul)"
        raise RefusedError(f"name = {name[:80]!r}; allowed are {allowed}")


def _check_free(folder: Path) -> None:
    if not folder.is_dir():
        raise OfficeError(f"{folder}: not a folder")
    for name in (ROOT_FILE, ISSUING_FILE, CA_FILE):
        if (folder / name).exists() or (folder / name).is_symlink():
            raise OfficeError(f"{folder / name}: is there already; allowed is a folder without an office")


def _write_all(files: Files, contents: Sequence[tuple[Path, bytes, int]]) -> None:
    """All of them, or none: names are given once every content is on the disk."""
    parts = [path.with_name(f"{path.name}.new") for path, _, _ in contents]
    try:
        for part, (_, data, mode) in zip(parts, contents, strict=True):
            files.create(part, data, mode)
        for part, (path, _, _) in zip(parts, contents, strict=True):
            files.rename(part, path)
    except BaseException:
        for path in (*parts, *(path for path, _, _ in contents)):
            path.unlink(missing_ok=True)
        raise


def _read_ca(path: Path) -> tuple[x509.Certificate, x509.Certificate]:
    """Issuing CA and root, which belong together."""
    data = read_office_file(path, _MAX_CA_BYTES, TRUSTED)
    try:
        issuing, root = x509.load_pem_x509_certificates(data)
        issuing.verify_directly_issued_by(root)
        root.verify_directly_issued_by(root)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.InvalidVersion):
        raise OfficeError(f"{path}: damaged; allowed are the issuing CA's certificate and its root's, in PEM") from None
    return issuing, root


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
