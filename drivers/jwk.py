"""Keys in memory: sign, verify, and JSON Web Keys (RFC 7517, RFC 7518 §6.2, RFC 8037). Opens no file.

Two kinds of key, each with its one algorithm: Ed25519, and P-256 with ES256.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey
PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey

MAX_KEYS = 32
"""In one JWKS: a control room has a few keys; a longer list is a mistake."""

_ES256 = ECDSA(SHA256())
# r and s, and the coordinates of a point, in P-256; a public key in Ed25519.
_WIDTH_BYTES = 32
_SIGNATURE_BYTES = 64
_OCTETS_32 = re.compile(r"[A-Za-z0-9_-]{43}")
# RFC 9864 names the curve; older writers say EdDSA.
_NAMES_OF = {"Ed25519": frozenset({"Ed25519", "EdDSA"}), "ES256": frozenset({"ES256"})}


class KeySigner:
    """A private key that signs as JWS wants it: `drivers.ports.Signer`. Any thread."""

    __slots__ = ("_key", "alg", "is_slow", "kid", "public_key")

    def __init__(self, private_key: PrivateKey, *, is_slow: bool = False) -> None:
        """is_slow: see `Signer`. ValueError if the key is of another kind."""
        self._key = private_key
        self.is_slow = is_slow
        self.public_key: PublicKey = private_key.public_key()
        self.alg = alg_of(self.public_key)
        self.kid = thumbprint(self.public_key)

    def sign(self, data: bytes) -> bytes:
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(data)
        r, s = decode_dss_signature(self._key.sign(data, _ES256))
        return r.to_bytes(_WIDTH_BYTES) + s.to_bytes(_WIDTH_BYTES)


class KeyRing:
    """Public keys that are trusted for one purpose, by thumbprint: `drivers.ports.Keys`. Any thread."""

    __slots__ = ("_keys",)

    def __init__(self, public_keys: Iterable[PublicKey]) -> None:
        """ValueError if a key is of another kind."""
        self._keys = {thumbprint(key): key for key in public_keys}

    @property
    def kids(self) -> tuple[str, ...]:
        """The thumbprints, in the order in which the keys were given."""
        return tuple(self._keys)

    def verify(self, kid: str, alg: str, signature: bytes, data: bytes) -> bool | None:
        key = self._keys.get(kid)
        if key is None:
            return None
        if alg not in _NAMES_OF[alg_of(key)] or len(signature) != _SIGNATURE_BYTES:
            return False
        try:
            _verify(key, signature, data)
        except InvalidSignature:
            return False
        return True


def alg_of(key: PublicKey) -> str:
    """The one JWS algorithm of a key. ValueError if the key is of another kind."""
    if isinstance(key, Ed25519PublicKey):
        return "Ed25519"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    raise ValueError("a key that is neither Ed25519 nor P-256")


def thumbprint(key: PublicKey) -> str:
    """RFC 7638 with SHA-256: what `kid` is in an envelope. ValueError if the key is of another kind."""
    canonical = json.dumps(_required_members(key), sort_keys=True, separators=(",", ":"))
    return _b64url(hashlib.sha256(canonical.encode("ascii")).digest())


def jwk_of(key: KeySigner | PublicKey) -> dict[str, str]:
    """The public key as a JWK, for a set that a receiver loads; the caller serializes it."""
    public_key = key.public_key if isinstance(key, KeySigner) else key
    members = _required_members(public_key)
    return {**members, "use": "sig", "alg": alg_of(public_key), "kid": thumbprint(public_key)}


def parse_jwks(data: bytes) -> KeyRing:
    """Read a JWKS of public keys; `kid` is computed, never believed, and keys whose `use` is not "sig" are left out.

    ValueError, in one line, for anything that is not a usable Ed25519 or P-256 public key: an operator who adds a key
    shall learn here that it does nothing, not from receipts that are refused.
    """
    try:
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise ValueError('not JSON; allowed is a JWKS: {"keys": [...]}') from None
    match document:
        case {"keys": [*keys]}:
            pass
        case _:
            raise ValueError('no list "keys"; allowed is a JWKS: {"keys": [...]}')
    if len(keys) > MAX_KEYS:
        raise ValueError(f"{len(keys)} keys, at most {MAX_KEYS} are allowed")
    found = [key for number, jwk in enumerate(keys, 1) if (key := _numbered(number, jwk)) is not None]
    if not found:
        raise ValueError("no key to verify signatures with; at least one is needed")
    return KeyRing(found)


def _verify(key: PublicKey, signature: bytes, data: bytes) -> None:
    if isinstance(key, Ed25519PublicKey):
        key.verify(signature, data)
        return
    r, s = int.from_bytes(signature[:_WIDTH_BYTES]), int.from_bytes(signature[_WIDTH_BYTES:])
    key.verify(encode_dss_signature(r, s), data, _ES256)


def _required_members(key: PublicKey) -> dict[str, str]:
    """The members that make a key what it is (RFC 7638 §3.2, RFC 8037 §2), and no others."""
    alg_of(key)
    if isinstance(key, Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": _b64url(key.public_bytes_raw())}
    point = key.public_numbers()
    x, y = (_b64url(coordinate.to_bytes(_WIDTH_BYTES)) for coordinate in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _numbered(number: int, jwk: Any) -> PublicKey | None:
    try:
        return _parse_jwk(jwk)
    except ValueError as error:
        raise ValueError(f"key {number}: {error}") from None


def _parse_jwk(jwk: Any) -> PublicKey | None:
    """The key; None if it is for another use than signatures."""
    match jwk:
        case {"d": _}:
            raise ValueError('holds a private key ("d"); only public keys are allowed')
        case {"use": use} if use != "sig":
            return None
        case {"kty": "OKP", "crv": "Ed25519"}:
            key: PublicKey = Ed25519PublicKey.from_public_bytes(_octets(jwk, "x"))
        case {"kty": "EC", "crv": "P-256"}:
            key = _point(_octets(jwk, "x"), _octets(jwk, "y"))
        case _:
            raise ValueError(f"{_kind(jwk)}; allowed are OKP with Ed25519 and EC with P-256")
    if jwk.get("alg") not in (None, *_NAMES_OF[alg_of(key)]):
        raise ValueError(f'"alg" is not one of this key; allowed is {alg_of(key)}')
    return key


def _kind(jwk: Any) -> str:
    members = [jwk.get("kty"), jwk.get("crv")] if isinstance(jwk, dict) else []
    return " with ".join(repr(member[:20]) for member in members if isinstance(member, str)) or "no kind of key"


def _point(x: bytes, y: bytes) -> EllipticCurvePublicKey:
    try:
        return EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), SECP256R1()).public_key()
    except ValueError:
        raise ValueError("x and y are not a point on P-256") from None


def _octets(jwk: dict[str, Any], name: str) -> bytes:
    """32 octets in base64url, in the one way in which they can be written."""
    text = jwk.get(name)
    if isinstance(text, str) and _OCTETS_32.fullmatch(text):
        octets = base64.urlsafe_b64decode(text + "=")
        # The last character may carry stray bits; writing the octets again shows them.
        if _b64url(octets) == text:
            return octets
    raise ValueError(f'"{name}" is not {_WIDTH_BYTES} octets in base64url')


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name stands twice")
    return members
