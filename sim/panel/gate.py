"""Who may ask what: hosts, origins, sizes. Pure.

A browser lets any page send requests to this machine. The host keeps pages away whose name was made to point here; the
origin keeps all other pages away.
"""

import ipaddress
from dataclasses import dataclass

MAX_BODY_BYTES = 4_096
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP status, and one line."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Gate:
    """listens_on: the host that was asked for; on loopback only loopback's names are known."""

    listens_on: str

    def refuses(self, host: str | None, origin: str | None) -> Refusal | None:
        """host, origin: the headers of those names."""
        name = _name(host or "")
        if not self._knows(name):
            return Refusal(421, f"{host or 'no host'}: this panel is not known by that name")
        if origin is not None and origin != f"http://{host}":
            return Refusal(403, f"{origin}: other pages may not ask this panel")
        return None

    def _knows(self, name: str) -> bool:
        if name in _LOOPBACK:
            return True
        if self.listens_on in _LOOPBACK:
            return False
        return name == self.listens_on or _is_address(name)


def body_size(length: str | None, content_type: str | None) -> int | Refusal:
    """Bytes of a JSON body that may be read."""
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        return Refusal(415, "application/json is allowed")
    if length is None or not length.isascii() or not length.isdigit():
        return Refusal(411, "a Content-Length is required")
    if len(length) > 9 or int(length) > MAX_BODY_BYTES:
        return Refusal(413, f"at most {MAX_BODY_BYTES} bytes are allowed")
    return int(length)


def _name(host: str) -> str:
    """Without the port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    # A name that somebody else's name server answers for is no address.
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
