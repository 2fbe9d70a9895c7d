"""Key, certificate and trusted keys, read from files that nobody else could have read or written.

Every refusal is a KeyFileError of one line: the file, what is wrong with it, what is allowed.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from drivers.errors import KeyFileError
from drivers.guarded_file import PUBLIC, SECRET, TRUSTED, read_guarded
from drivers.jwk import KeyRing, KeySigner, PublicKey, jwk_of, parse_jwks, thumbprint
from drivers.key_place import KeyPlace, is_in_token
from drivers.leaf import read_leaf
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

_PEM_LABEL = re.compile(rb"^-----BEGIN ([A-Z0-9 ]+)-----", re.MULTILINE)
_KINDS = "allowed are Ed25519 and P-256"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The device's certificate, as far as the device has to know it."""

    not_before_utc: datetime
    not_after_utc: datetime
    remaining_s: float
    """From the time that was given to the expiry; negative once it has expired."""


def load_signer(path: KeyPlace) -> KeySigner:
    """Read a private key: PEM, PKCS#8, not encrypted, Ed25519 or P-256, mode 0600 or less. Raises KeyFileError.

    A key in a token is opened and tried out; it is opened once, however often it is asked for.
    """
    if is_in_token(path):
        # ctypes and the token's module: only who has a token pays for them.
        from drivers.pkcs11.key import TOKENS  # noqa: PLC0415

        return KeySigner(TOKENS.key(path), is_slow=True)
    data = read_guarded(path, _MAX_KEY_BYTES, SECRET)
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
    data = read_guarded(path, _MAX_JWKS_BYTES, TRUSTED)
    try:
        return parse_jwks(data)
    except ValueError as error:
        raise KeyFileError(f"{path}: {error}") from None


def check_certificate(path: str | Path, signer: Signer, device_id: str, now_utc: datetime) -> Certificate:
    """Read the first certificate in the file. Raises KeyFileError unless it is this device's and of this key.

    An expired one is not refused: at start the clock may be wrong, and whether it is trusted is for the broker to say.
    """
    data = read_guarded(path, _MAX_CERTIFICATE_BYTES, PUBLIC)
    try:
        leaf = read_leaf(data)
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFileError(f"{path}: not a certificate that can be read; allowed is X.509 in PEM") from None
    if leaf.common_names != (device_id,):
        raise KeyFileError(f"{path}: made out to CN {', '.join(leaf.common_names)!r:.80}; allowed is {device_id!r}")
    if _kid_of(leaf.public_key) != signer.kid:
        raise KeyFileError(f"{path}: belongs to another key; allowed is a certificate of this device's key")
    return Certificate(leaf.not_before_utc, leaf.not_after_utc, (leaf.not_after_utc - now_utc).total_seconds())


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
