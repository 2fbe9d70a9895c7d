"""One-time tokens: 128 bits in the letters of a label. Only the SHA-256 of a token is ever kept. Pure."""

import base64
import hashlib
import hmac

TOKEN_BYTES = 16

# Stands in for the digest of a device that has no token, so that both are compared in the same time. No text has it.
_NOBODY = bytes(hashlib.sha256().digest_size)


def new_token(random_bytes: bytes) -> str:
    """Write 16 octets of chance as 26 characters of lower-case base32 (RFC 4648 §6, without padding)."""
    if len(random_bytes) != TOKEN_BYTES:
        raise ValueError(f"{len(random_bytes)} octets; a token has {TOKEN_BYTES}")
    return base64.b32encode(random_bytes).decode("ascii").rstrip("=").lower()


def digest(token: str) -> bytes:
    """SHA-256 of a token as a person may have typed it: with the groups of the label, or in capitals."""
    return hashlib.sha256(_plain(token).encode("utf-8", "replace")).digest()


def matches(token: str, expected: bytes | None) -> bool:
    """Whether the token has this digest; in constant time, and in the same time if there is no digest at all."""
    same = hmac.compare_digest(digest(token), _NOBODY if expected is None else expected)
    return same and expected is not None


def _plain(token: str) -> str:
    return token.replace("-", "").replace(" ", "").lower()
