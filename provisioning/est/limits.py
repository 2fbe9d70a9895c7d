"""How often somebody may fail: so many times a minute, then he waits. Pure; time is an argument.

What is counted is bounded in memory: of too many names, the one that failed longest ago is forgotten.
"""

import ipaddress
import math
from collections import OrderedDict
from datetime import datetime, timedelta

MAX_NAMES = 4096
"""At 5 times each: about 2 MB."""

_WINDOW = timedelta(minutes=1)


class Limits:
    """Counts the failures of each name, an address or a device, within the last minute."""

    def __init__(self, failures: int, max_names: int = MAX_NAMES) -> None:
        """failures: how many in a minute are let pass, >= 1."""
        self._failures = failures
        self._max_names = max_names
        self._failed: OrderedDict[str, tuple[datetime, ...]] = OrderedDict()

    def fail(self, name: str, now: datetime) -> None:
        self._failed[name] = (*self._recent(name, now), now)[-self._failures :]
        self._failed.move_to_end(name)
        while len(self._failed) > self._max_names:
            self._failed.popitem(last=False)

    def wait_s(self, name: str, now: datetime) -> int:
        """Whole seconds until the name may try again; 0 if it may at once."""
        recent = self._recent(name, now)
        if len(recent) < self._failures:
            return 0
        return math.ceil((recent[0] + _WINDOW - now).total_seconds())

    def _recent(self, name: str, now: datetime) -> tuple[datetime, ...]:
        # A time in the future was taken before the clock was set back: it would lock the name out for as long.
        return tuple(at for at in self._failed.get(name, ()) if now - _WINDOW < at <= now)


def household(address: str) -> str:
    """Who an address belongs to: itself, or its /64 in IPv6, of which one host has as many as it likes."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
