"""What a server may be called in its certificate: DNS names and IP addresses. Pure."""

import ipaddress
import re
from collections.abc import Sequence

from provisioning.errors import RefusedError

MAX_NAMES = 32
# RFC 1035 §2.3.4 for the whole; RFC 5280 App. A, ub-common-name, for the first, which is also the CN.
_MAX_CHARACTERS = 253
_MAX_FIRST = 64

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label is never a number: 256.1.1.1 is a mistyped address, not a name.
_DNS_NAME = re.compile(rf"(?:{_LABEL}\.)*(?![0-9]+$){_LABEL}")
_ALLOWED = "allowed are IP addresses, and DNS names in a–z, 0–9, '-' and '.', without wildcards"


def check_server_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each once. RefusedError, in one line, if one of them cannot be."""
    if not 1 <= len(names) <= MAX_NAMES:
        raise RefusedError(f"server: {len(names)} names; allowed are 1–{MAX_NAMES}")
    for name in names:
        if not _is_server_name(name):
            raise RefusedError(f"server name {name[:80]!r}; {_ALLOWED}")
    if len(names[0]) > _MAX_FIRST:
        raise RefusedError(f"server name {names[0][:80]!r}: the first may have at most {_MAX_FIRST} characters")
    return tuple(dict.fromkeys(names))


def _is_server_name(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return len(name) <= _MAX_CHARACTERS and _DNS_NAME.fullmatch(name) is not None
    # An IPv6 zone means something on one machine only.
    return "%" not in name
