"""Makes a broker forget what it keeps for a client that is away."""

import socket
import ssl
import struct

HOST = "127.0.0.1"
_TIMEOUT_S = 5.0
_CONNACK_BYTES = 4
_DISCONNECT = b"\xe0\x00"
_CLEAN_SESSION = 0x02
_KEEPALIVE_S = 10


def forget_session(port: int, client_id: str, tls: ssl.SSLContext | None) -> None:
    """Connect once as this client with a clean session (MQTT 3.1.1 §3.1.2.4). OSError if the broker is not there."""
    with socket.create_connection((HOST, port), _TIMEOUT_S) as plain:
        wire = plain if tls is None else tls.wrap_socket(plain, server_hostname=HOST)
        with wire:
            wire.sendall(_connect(client_id))
            wire.recv(_CONNACK_BYTES)
            wire.sendall(_DISCONNECT)


def _connect(client_id: str) -> bytes:
    name = client_id.encode()
    body = b"\x00\x04MQTT\x04" + struct.pack("!BHH", _CLEAN_SESSION, _KEEPALIVE_S, len(name)) + name
    if len(body) > 127:
        raise ValueError(f"client id of {len(name)} bytes")
    return bytes((0x10, len(body))) + body
