"""Addresses of brokers, as they stand in the configuration. Pure."""

import ipaddress
import re
from dataclasses import dataclass

from drivers.errors import MqttError

# IANA: secure-mqtt 8883, mqtt 1883.
_DEFAULT_PORTS = {"mqtts": 8883, "mqtt": 1883}
_ADDRESS = re.compile(r"(?P<scheme>[a-z]+)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker listens. `host` is a name or a bare IP address, without brackets."""

    host: str
    port: int
    tls: bool

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_broker(text: str) -> Broker:
    """Read `mqtts://host[:port]`, or `mqtt://` on loopback. Raises MqttError with one line that says what is wrong."""
    # What stands before an @ may be a password; it is not repeated.
    shown = repr("…@" + text.rpartition("@")[2] if "@" in text else text)
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise MqttError(f"broker {shown}: expected mqtts://host or mqtts://host:port, without user, path or query")
    if found["scheme"] not in _DEFAULT_PORTS:
        raise MqttError(f"broker {shown}: unknown scheme {found['scheme']!r}, expected mqtts, or mqtt on loopback")
    port = int(found["port"]) if found["port"] else _DEFAULT_PORTS[found["scheme"]]
    if not 1 <= port <= 65535:
        raise MqttError(f"broker {shown}: port {port}, expected 1 to 65535")
    host = _host(found["host"], shown)
    tls = found["scheme"] == "mqtts"
    if not tls and not _is_loopback(host):
        raise MqttError(f"broker {shown}: mqtt:// without TLS is for loopback addresses only, use mqtts://")
    return Broker(host, port, tls)


def _host(text: str, shown: str) -> str:
    if not text.startswith("["):
        return text
    try:
        return str(ipaddress.IPv6Address(text[1:-1]))
    except ValueError:
        raise MqttError(f"broker {shown}: {text} is not an IPv6 address") from None


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
