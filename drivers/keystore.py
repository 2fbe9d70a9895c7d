"""Key, certificate and trusted keys, read from files that nobody else could have read or written.

What is checked is the file that was opened, not its name: nothing can be exchanged between the check and the reading.
Every refusal is a KeyFileError of one line: the file, what is wrong with it, what is allowed.
"""

import errno
import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from drivers.errors import KeyFileError
from drivers.jwk import KeyRing, KeySigner, PublicKey, jwk_of, parse_jwks, thumbprint
from drivers.ports import Signer

__all__ = [
    "Certificate",
    "KeyRing",
    "KeySigner",
    "PublicKey",
    "check_certificate",
    "jwk_of",
    "load_keys",
    "load_signer",
]

# An Ed25519 key is 119 octets of PEM, a P-256 one 241; the limit leaves room for a preface of comments.
_MAX_KEY_BYTES = 16 * 1024
_MAX_JWKS_BYTES = 64 * 1024
# A leaf and the certificates above it.
_MAX_CERTIFICATE_BYTES = 64 * 1024

# Permission bits that the group and others may not have: any on a secret, writing on what is believed.
_SECRET = 0o077
_TRUSTED = 0o022
_PUBLIC = 0o000

_PEM_LABEL = re.compile(rb"^-----BEGIN ([A-Z0-9 ]+)-----", re.MULTILINE)
_KINDS = "allowed are Ed25519 and P-256"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The device's certificate, as far as the device has to know it."""

    not_before_utc: datetime
    not_after_utc: datetime
    remaining_s: float
    """From the time that was given to the expiry; negative once it has expired."""


def load_signer(path: str | Path) -> KeySigner:
    """Read a private key: PEM, PKCS#8, not encrypted, Ed25519 or P-256, mode 0600 or less. Raises KeyFileError."""
    data = _read(path, _MAX_KEY_BYTES, _SECRET)
    _check_pem(path, data)
    try:
        key = load_pem_private_key(data, None)
    except UnsupportedAlgorithm:
        raise KeyFileError(f"{path}: a key of another kind; {_KINDS}") from None
    except (ValueError, TypeError):
        raise KeyFileError(f"{path}: damaged; allowed is a private key in PEM, PKCS#8") from None
    if not isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey):
        raise KeyFileError(f"{path}: a key of another kind; {_KINDS}")
    try:
        return KeySigner(key)
    except ValueError:
        raise KeyFileError(f"{path}: a key on another curve; {_KINDS}") from None


def load_keys(path: str | Path) -> KeyRing:
    """Read trusted public keys: a JWKS that only its owner can write. Raises KeyFileError."""
    data = _read(path, _MAX_JWKS_BYTES, _TRUSTED)
    try:
        return parse_jwks(data)
    except ValueError as error:
        raise KeyFileError(f"{path}: {error}") from None


def check_certificate(path: str | Path, signer: Signer, device_id: str, now_utc: datetime) -> Certificate:
    """Read the first certificate in the file. Raises KeyFileError unless it is this device's and of this key.

    An expired one is not refused: at start the clock may be wrong, and whether it is trusted is for the broker to say.
    """
    # x509 costs 1.1 MB and 12 ms on top of what an agent has loaded: only who asks for this pays for it.
    from cryptography import x509  # noqa: PLC0415

    data = _read(path, _MAX_CERTIFICATE_BYTES, _PUBLIC)
    try:
        certificate = x509.load_pem_x509_certificate(data)
        names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
        ours = _kid_of(certificate.public_key()) == signer.kid
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFileError(f"{path}: not a certificate that can be read; allowed is X.509 in PEM") from None
    if names != [device_id]:
        raise KeyFileError(f"{path}: made out to CN {', '.join(names)!r:.80}; allowed is {device_id!r}")
    if not ours:
        raise KeyFileError(f"{path}: belongs to another key; allowed is a certificate of this device's key")
    until_utc = certificate.not_valid_after_utc
    return Certificate(certificate.not_valid_before_utc, until_utc, (until_utc - now_utc).total_seconds())


def _kid_of(key: object) -> str | None:
    """The thumbprint of a key of our two kinds; None for any other."""
    if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        return None
    try:
        return thumbprint(key)
    except ValueError:
        return None


def _check_pem(path: str | Path, data: bytes) -> None:
    """Exactly one block, and the one that we read: says more than the parser would of a file that is something else."""
    labels = [label.decode("ascii") for label in _PEM_LABEL.findall(data)]
    if labels == ["PRIVATE KEY"]:
        return
    if any("ENCRYPTED" in label for label in labels) or b"\nProc-Type: 4,ENCRYPTED" in data:
        raise KeyFileError(f"{path}: encrypted; allowed is a key without a pass phrase, for nobody is there to type it")
    found = " and ".join(labels[:3]) or "no PEM"
    raise KeyFileError(f"{path}: holds {found}; allowed is one PRIVATE KEY in PEM (PKCS#8)")


def _read(path: str | Path, max_bytes: int, forbidden: int) -> bytes:
    """The content of a regular file without the `forbidden` permission bits."""
    try:
        # A link at the end of the name would let its owner choose the file; without O_NONBLOCK a FIFO would hang us.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        raise KeyFileError(f"{path}: {_why(error)}") from None
    except ValueError:
        raise KeyFileError(f"{str(path)!r}: not a file name") from None
    try:
        _check_file(path, os.fstat(descriptor), forbidden)
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(max_bytes + 1)
    except KeyFileError:
        raise
    except OSError as error:
        raise KeyFileError(f"{path}: {_why(error)}") from None
    finally:
        os.close(descriptor)
    if len(data) > max_bytes:
        raise KeyFileError(f"{path}: too big; at most {max_bytes} bytes are allowed")
    return data


def _check_file(path: str | Path, status: os.stat_result, forbidden: int) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileError(f"{path}: not a regular file")
    if mode & forbidden:
        what = "others can read or change it" if forbidden == _SECRET else "others can change it"
        raise KeyFileError(f"{path}: {what}: mode {mode:04o}, allowed is {mode & ~forbidden:04o}")
    if forbidden and status.st_uid not in {os.geteuid(), 0}:
        raise KeyFileError(f"{path}: belongs to user {status.st_uid}; allowed are user {os.geteuid()} and root")


def _why(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "missing"
    if error.errno == errno.ELOOP:
        return "a symbolic link; allowed is a regular file"
    return f"cannot be read: {error.strerror}"
