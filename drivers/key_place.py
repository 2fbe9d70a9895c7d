"""Where a private key is. Pure."""

from pathlib import Path
from typing import TypeGuard

KeyPlace = Path | str
"""A file, or the RFC 7512 URI of a key in a token (always a `str` that begins with URI_START)."""

URI_START = "pkcs11:"


def is_in_token(place: object) -> TypeGuard[str]:
    """Whether the key is in a token, and not in a file."""
    return isinstance(place, str) and place.startswith(URI_START)
