"""One short MQTT connection in a device's name: it ends the one that is there, and deletes what waits for it.

A server has to hang up on a client when another one comes with its client id (MQTT 3.1.1 and 5.0, [MQTT-3.1.4-3]
and [MQTT-3.1.4-2]), on whichever node of a cluster it is. Every broker can do that; no plugin is needed.
"""

import os
import socket
import ssl
import struct

from drivers.jwk import PrivateKey
from drivers.key_making import key_pem
from drivers.mqtt.tls import tls_reason
from provisioning.errors import ReachError
from provisioning.model import Broker

TIMEOUT_S = 5.0
"""For each of: reaching the broker, its answer, its goodbye."""

# MQTT 3.1.1, §3.1 and §3.14: every broker speaks it, and its clean session leaves nothing behind.
_LEVEL = 4
_USER_AND_CLEAN = 0x82
_KEEPALIVE_S = 30
_DISCONNECT = b"\xe0\x00"
_CONNACK_BYTES = 4
# §3.2.2.3
_REFUSALS = {
    1: "it does not speak MQTT 3.1.1",
    2: "client id refused",
    3: "not available",
    4: "user name refused",
    5: "not authorized",
}


def identity_context(ca_pem: str, chain_pem: str, key: PrivateKey) -> ssl.SSLContext:
    """TLS as a device does it. The key stays in memory: no file system sees it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=ca_pem)
    pem = key_pem(key)
    descriptor = os.memfd_create("identity", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, chain_pem.encode("ascii") + pem)
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
    return context


def take_over(broker: Broker, context: ssl.SSLContext, client_id: str) -> bool:
    """Connect, leave, forget. False if the broker does not take the certificate.

    Raises ReachError if it is not reached, is not the broker that it should be, or refuses for another reason.
    """
    with _dial(broker) as tcp:
        try:
            sock = context.wrap_socket(tcp, server_hostname=broker.host, do_handshake_on_connect=False)
        except (OSError, ValueError) as error:
            raise _unreached(broker, error) from None
        with sock:
            return _shakes_hands(broker, sock) and _is_taken(broker, sock, client_id)


def _dial(broker: Broker) -> socket.socket:
    try:
        return socket.create_connection((broker.host, broker.port), TIMEOUT_S)
    except (OSError, UnicodeError) as error:
        raise _unreached(broker, error) from None


def _shakes_hands(broker: Broker, sock: ssl.SSLSocket) -> bool:
    """Under TLS 1.2 the broker refuses here; under 1.3 it does so where it should answer."""
    try:
        sock.do_handshake()
    except ssl.SSLError as error:
        if "_ALERT_" in (error.reason or ""):
            return False
        raise _unreached(broker, error) from None
    except OSError as error:
        raise _unreached(broker, error) from None
    return True


def _is_taken(broker: Broker, sock: ssl.SSLSocket, client_id: str) -> bool:
    try:
        sock.sendall(_connect(client_id))
        answer = _read(sock, _CONNACK_BYTES)
    except TimeoutError as error:
        raise _unreached(broker, error) from None
    except OSError:
        # An alert, or a reset that came before it could be read.
        return False
    if not answer:
        return False
    if len(answer) != _CONNACK_BYTES or answer[:2] != b"\x20\x02":
        raise ReachError(f"{broker.host}:{broker.port}: its answer is not MQTT")
    if answer[3] != 0:
        reason = _REFUSALS.get(answer[3], f"code {answer[3]}")
        raise ReachError(f"{broker.host}:{broker.port}: refuses to be asked as {client_id}: {reason}")
    _leave(sock)
    return True


def _leave(sock: ssl.SSLSocket) -> None:
    """When the broker has hung up, it has forgotten the session."""
    try:
        sock.sendall(_DISCONNECT)
        _read(sock, 1)
    except OSError:
        # It was taken; how the connection ends changes nothing of that.
        return


def _connect(client_id: str) -> bytes:
    body = b"\x00\x04MQTT" + struct.pack("!BBH", _LEVEL, _USER_AND_CLEAN, _KEEPALIVE_S)
    # The user name is the client id, as devices have it; the certificate proves it.
    body += 2 * (struct.pack("!H", len(client_id)) + client_id.encode("ascii"))
    # A device id has at most 40 characters: one byte holds the length (§2.2.3).
    return bytes([0x10, len(body)]) + body


def _read(sock: ssl.SSLSocket, count: int) -> bytes:
    """Fewer bytes only at the end of the connection."""
    data = b""
    while len(data) < count and (more := sock.recv(count - len(data))):
        data += more
    return data


def _unreached(broker: Broker, error: Exception) -> ReachError:
    why = tls_reason(error) if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None) or str(error)
    return ReachError(f"{broker.host}:{broker.port}: not reached: {why}")
