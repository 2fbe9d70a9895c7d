"""What a device may be called, wherever it is named. Pure. Implements docs/protocol.md, "Names"."""

import re

DEVICE_ID = r"[a-z0-9][a-z0-9-]{2,39}"
DEVICE_ID_WORDS = '3–40 characters a–z, 0–9 and "-" (not the first)'

_WHOLE = re.compile(DEVICE_ID)


def is_device_id(text: str) -> bool:
    """No wildcard, no slash, no upper case: a broker's access list expands it into a topic."""
    return _WHOLE.fullmatch(text) is not None
