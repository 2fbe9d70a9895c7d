"""Signed envelopes: JWS in compact serialization (RFC 7515 §7.1). Pure. Implements docs/protocol.md, "Envelope".

Nothing is negotiated: a key takes its own algorithm, a reader states the one type that it takes.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Never

from drivers.ports import Keys, Signer

MAX_BYTES = 16 * 1024
_ALGORITHMS = frozenset({"Ed25519", "EdDSA", "ES256"})
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]*")

JsonObject = dict[str, Any]


class Typ(StrEnum):
    """What an envelope is; one of a type is never taken for another."""

    EVENT = "ansim-event"
    STATUS = "ansim-status"
    RECEIPT = "ansim-receipt"
    COMMAND = "ansim-command"


class Refusal(StrEnum):
    """Why an envelope or what is in it was not taken. Counted by these names."""

    SIZE = "size"
    FORM = "form"
    HEADER = "header"
    TYP = "typ"
    KID = "kid"
    SIGNATURE = "signature"
    PAYLOAD = "payload"
    AUDIENCE = "audience"
    DIGEST = "digest"
    TOPIC = "topic"
    REVOKED = "revoked"


class Refused(ValueError):
    """An envelope, or what it says, is not taken. `reason` is all that anyone is told."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified envelope."""

    payload: JsonObject
    kid: str


def seal(payload: JsonObject, typ: Typ, signer: Signer) -> bytes:
    """Serialize and sign. ValueError if the result would be over MAX_BYTES."""
    signed = _header(signer.alg, signer.kid, typ) + b"." + b64url(encode_json(payload))
    envelope = signed + b"." + b64url(signer.sign(signed))
    if len(envelope) > MAX_BYTES:
        raise ValueError(f"envelope of {len(envelope)} bytes, at most {MAX_BYTES} are allowed")
    return envelope


@lru_cache(maxsize=16)
def _header(alg: str, kid: str, typ: Typ) -> bytes:
    """One signer has few types, and says the same of each every time."""
    return b64url(encode_json({"alg": alg, "kid": kid, "typ": typ.value}))


def unseal(envelope: bytes, typ: Typ, keys: Keys) -> Opened:
    """Check form, type and signature, in this order, then read the payload. Raises Refused, and nothing else."""
    if len(envelope) > MAX_BYTES:
        raise Refused(Refusal.SIZE)
    parts = envelope.split(b".")
    if len(parts) != 3:
        raise Refused(Refusal.FORM)
    alg, kid, said = (_known_header if len(parts[0]) <= _SHORT_HEADER else _read_header)(parts[0])
    if said != typ:
        raise Refused(Refusal.TYP)
    signature = _unb64url(parts[2])
    verdict = keys.verify(kid, alg, signature, parts[0] + b"." + parts[1])
    if verdict is None:
        raise Refused(Refusal.KID)
    if not verdict:
        raise Refused(Refusal.SIGNATURE)
    return Opened(_object(_unb64url(parts[1]), Refusal.PAYLOAD), kid)


def _read_header(part: bytes) -> tuple[str, str, str]:
    """alg, kid and typ. Raises Refused."""
    header = _object(_unb64url(part), Refusal.HEADER)
    if header.keys() != {"alg", "kid", "typ"} or not all(isinstance(v, str) for v in header.values()):
        raise Refused(Refusal.HEADER)
    if header["alg"] not in _ALGORITHMS:
        raise Refused(Refusal.HEADER)
    return header["alg"], header["kid"], header["typ"]


# Whoever is heard again and again says the same header each time.
_known_header = lru_cache(maxsize=64)(_read_header)
_SHORT_HEADER = 256


def digest(envelope: bytes) -> str:
    """What a receipt names: base64url of SHA-256 over the envelope's bytes."""
    return b64url(hashlib.sha256(envelope).digest()).decode("ascii")


def encode_json(value: JsonObject) -> bytes:
    """Compact JSON in UTF-8; key order is kept."""
    return _ENCODER.encode(value).encode("utf-8")


def b64url(data: bytes) -> bytes:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _unb64url(text: bytes) -> bytes:
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise Refused(Refusal.FORM)
    data = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    # The last character may carry stray bits: two texts for one value would be two digests for one signature.
    if b64url(data) != text:
        raise Refused(Refusal.FORM)
    return data


def _object(data: bytes, reason: Refusal) -> JsonObject:
    try:
        value = _DECODER.decode(data.decode("utf-8"))
        # What cannot be written again (1e999, half a surrogate pair) would fail later, where it is quoted.
        encode_json(value)
    except (ValueError, RecursionError):
        raise Refused(reason) from None
    if not isinstance(value, dict):
        raise Refused(reason)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name stands twice")
    return members


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


# json.dumps and json.loads would make these anew for each envelope.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
