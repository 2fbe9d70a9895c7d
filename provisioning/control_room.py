"""Who signs for the control room, and whose signatures it believes: JSON Web Key Sets (RFC 7517)."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from drivers.files import Files
from drivers.jwk import PublicKey, jwk_of, thumbprint
from drivers.key_making import Algorithm, key_pem, make_key
from provisioning.authority.certificates import usable_key
from provisioning.errors import OfficeError, RefusedError
from provisioning.model import Certificate, Purpose, Reason, SigningKey

KEPT = timedelta(days=400)
"""How long a device's key stays listed after it has run out: a year's events can be verified, and a month more."""

MAX_KEY_BYTES = 16 * 1024

_KINDS = "allowed is a public key in PEM (PUBLIC KEY), Ed25519 or P-256"


def new_signing_key(algorithm: Algorithm, folder: Path, now: datetime, files: Files | None = None) -> SigningKey:
    """Make a key for the control room: `control-room-<first 8 of kid>.key`, PKCS#8, 0600. OfficeError if it cannot be.

    The private part is in that file only; the public part is returned.
    """
    private_key = make_key(algorithm)
    key = signing_key_of(private_key.public_key(), now)
    path = folder / f"control-room-{key.kid[:8]}.key"
    pem = key_pem(private_key)
    try:
        (files or Files()).write(path, pem, 0o600)
    except OSError as error:
        raise OfficeError(f"{path}: cannot be written: {error.strerror}") from None
    return key


def read_public_key(data: bytes, source: str) -> PublicKey:
    """A public key that a control room has made itself. RefusedError: one line that begins with `source`."""
    if len(data) > MAX_KEY_BYTES:
        raise RefusedError(f"{source}: too big; at most {MAX_KEY_BYTES} bytes are allowed")
    if b"PRIVATE KEY-----" in data:
        raise RefusedError(f"{source}: holds a private key, which shall stay where it is; {_KINDS}")
    try:
        key = usable_key(load_pem_public_key(data))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if key is not None:
        return key
    raise RefusedError(f"{source}: not a key that can be used; {_KINDS}")


def signing_key_of(public_key: PublicKey, now: datetime) -> SigningKey:
    return SigningKey(thumbprint(public_key), json.dumps(jwk_of(public_key)), now)


def control_room_jwks(keys: Sequence[SigningKey]) -> bytes:
    """The keys that are valid, in the order given: what a device believes receipts and commands from."""
    return _jwks(json.loads(key.jwk) for key in keys if key.retired is None)


def devices_jwks(certificates: Sequence[Certificate], now: datetime) -> bytes:
    """Every key of a device, now or within KEPT, and when it was good: what the control room believes events from.

    Beside the members of a JWK: "device", "iat" and "exp", and, of a key that was revoked, "revoked" in the form of
    OpenID Federation 1.0 §8.7. Sorted by device and iat.
    """
    found: dict[tuple[str, str], list[Certificate]] = {}
    for one in certificates:
        if one.purpose is Purpose.DEVICE and now < one.not_after + KEPT:
            found.setdefault((one.subject, one.kid), []).append(one)
    keys = sorted(found.values(), key=lambda same: (same[0].subject, _begin(same), same[0].kid))
    return _jwks(_device_key(same) for same in keys)


def _device_key(same: list[Certificate]) -> dict[str, object]:
    """One key, which may have been certified more than once: an answer that was lost is given again."""
    exp = max(one.not_after for one in same)
    key: dict[str, object] = json.loads(same[0].jwk)
    key |= {"device": same[0].subject, "iat": _seconds(_begin(same)), "exp": _seconds(exp)}
    revoked = _revoked(same)
    return key if revoked is None else key | {"revoked": revoked}


def _revoked(same: list[Certificate]) -> dict[str, object] | None:
    """A key is revoked once somebody else may have it, or once none of its certificates is left."""
    marks = sorted((one.revoked, one.reason or Reason.UNSPECIFIED) for one in same if one.revoked is not None)
    stolen = [mark for mark in marks if mark[1] is Reason.KEY_COMPROMISE]
    if not stolen and len(marks) < len(same):
        return None
    at, reason = stolen[0] if stolen else marks[-1]
    return {"revoked_at": _seconds(at), "reason": reason.value}


def _begin(same: list[Certificate]) -> datetime:
    return min(one.not_before for one in same)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _jwks(keys: Iterable[dict[str, object]]) -> bytes:
    """A line for each key, so that two sets can be compared by eye."""
    lines = ",\n".join(json.dumps(key, separators=(",", ":")) for key in keys)
    return (f'{{"keys":[\n{lines}\n]}}\n' if lines else '{"keys":[]}\n').encode("ascii")
