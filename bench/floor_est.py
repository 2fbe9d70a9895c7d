"""The floor of an enrolment: a TLS handshake and one P-256 signature, one connection after the other. No registry."""

import socket
import ssl
import sys
from threading import Thread

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from bench.lines import orders, say

_BACKLOG = 128
# As long as a certificate before it is signed.
_BODY = b"x" * 400


def main() -> None:
    certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    # As the service has it: no session is resumed.
    context.num_tickets = 0
    with socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG) as listener:
        Thread(target=_serve, args=(listener, context), daemon=True).start()
        say("port", listener.getsockname()[1])
        for _ in orders():
            pass


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.sendall(key.sign(_BODY, ec.ECDSA(SHA256())))


if __name__ == "__main__":
    main()
