"""Names of brokers to addresses, without ever waiting longer than we have: getaddrinfo(3) itself cannot be told."""

import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

from drivers.mqtt.brokers import Broker
from drivers.mqtt.patience import Patience
from drivers.waker import Waker

# A resolver that works answers from a shop's router within tens of ms; after that the last known addresses are tried.
_WITH_KNOWN_S = 1.0


@dataclass(frozen=True, slots=True)
class Address:
    """What `socket.connect` takes."""

    family: int
    sockaddr: tuple[Any, ...]


class Resolver:
    """Asks on a short-lived thread "mqtt-lookup", at most one per broker, and remembers the last answers.

    A shop's router often stops answering DNS while it still routes; the broker's last known addresses are used then.
    One thread calls; the waker given is its own.
    """

    def __init__(self, waker: Waker) -> None:
        self._waker = waker
        self._known: dict[Broker, tuple[Address, ...]] = {}
        self._lookups: dict[Broker, _Lookup] = {}

    def addresses(self, broker: Broker, patience: Patience) -> tuple[Address, ...]:
        """Never empty. Raises OSError with a reason, and UnwantedError from `patience`."""
        numeric = _numeric(broker)
        if numeric:
            return numeric
        lookup = self._lookups.pop(broker, None) or _Lookup(broker, self._waker)
        known = self._known.get(broker)
        try:
            end_s = time.monotonic() + _WITH_KNOWN_S if known else float("inf")
            while lookup.running and time.monotonic() < end_s:
                patience.wait(None, 0, end_s - time.monotonic())
        finally:
            if lookup.running:  # cannot be ended; its answer may serve the next attempt
                self._lookups[broker] = lookup
        found = lookup.found or known
        if not found:
            raise OSError(f"no address for {broker.host}: {lookup.fault}")
        self._known[broker] = found
        return found

    def close(self, timeout_s: float) -> None:
        """Wait for lookups, which the resolver library may hold up for longer than we can wait."""
        for lookup in self._lookups.values():
            lookup.join(timeout_s)


class _Lookup:
    def __init__(self, broker: Broker, waker: Waker) -> None:
        self.running = True
        self.found: tuple[Address, ...] = ()
        self.fault = ""
        self._broker = broker
        self._waker = waker
        self._thread = threading.Thread(target=self._run, name="mqtt-lookup", daemon=True)
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            self.found = _resolve(self._broker, 0)
        except (OSError, UnicodeError) as fault:  # UnicodeError: a label that IDNA cannot encode
            self.fault = getattr(fault, "strerror", None) or str(fault)
        self.running = False
        self._waker.wake()


def _numeric(broker: Broker) -> tuple[Address, ...]:
    try:
        return _resolve(broker, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return ()


def _resolve(broker: Broker, flags: int) -> tuple[Address, ...]:
    # As bytes, since a name in the configuration is ASCII: for a str Python loads the tables of IDNA.
    found = socket.getaddrinfo(broker.host.encode("ascii"), broker.port, type=socket.SOCK_STREAM, flags=flags)
    return tuple(Address(family, sockaddr) for family, _, _, _, sockaddr in found)
