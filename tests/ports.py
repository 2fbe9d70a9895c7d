"""Ports of this machine."""

import socket


def deaf_port() -> int:
    """A port on loopback where nobody listens: it was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port
