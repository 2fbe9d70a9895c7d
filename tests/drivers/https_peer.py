"""Whoever answers on the other side of HTTPS: an office, or somebody who would like to be one."""

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from cryptography import x509

from tests.pki import Identity, Pki

_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One request. `peer`: the CN that the client has shown."""

    line: str
    headers: dict[str, str]
    body: bytes
    peer: str | None


Answer = Callable[[ssl.SSLSocket, Heard], None]


class HttpsPeer:
    """Serves one connection after the other on a thread. Bytes are sent as they are given."""

    def __init__(self, pki: Pki, answer: Answer, server: Identity | None = None, demands: bool = False) -> None:
        """demands: a client certificate that the CA has signed."""
        server = server or pki.server
        self._answer = answer
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(server.certificate, server.key)
        self._context.load_verify_locations(pki.ca)
        self._context.verify_mode = ssl.CERT_REQUIRED if demands else ssl.CERT_OPTIONAL
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="https peer")
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heard: list[Heard] = []

    def __enter__(self) -> "HttpsPeer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(_LIMIT_S)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # told to end
                return
            with connection:
                self._serve_one(connection)

    def _serve_one(self, connection: socket.socket) -> None:
        connection.settimeout(_LIMIT_S)
        try:
            with self._context.wrap_socket(connection, server_side=True) as tls:
                heard = _hear(tls)
                self.heard.append(heard)
                self._answer(tls, heard)
        except OSError:  # whoever asks may think better of it
            return


def _hear(tls: ssl.SSLSocket) -> Heard:
    with tls.makefile("rb") as file:
        line = file.readline().decode("ascii").strip()
        headers = {}
        while header := file.readline().strip():
            name, _, value = header.decode("ascii").partition(":")
            headers[name.lower()] = value.strip()
        body = file.read(int(headers.get("content-length", "0")))
    shown = tls.getpeercert(binary_form=True)
    return Heard(line, headers, body, None if shown is None else _name_in(shown))


def _name_in(der: bytes) -> str:
    name = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0]
    return str(name.value)


def ok(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def saying(data: bytes) -> Answer:
    """Answer everything with these bytes."""
    return lambda tls, _: tls.sendall(data)


def serving(pages: dict[str, bytes]) -> Answer:
    """Answer each path with its body."""

    def answer(tls: ssl.SSLSocket, heard: Heard) -> None:
        path = heard.line.split(" ")[1]
        tls.sendall(ok(pages[path]) if path in pages else ok(b"", "404 Not Found"))

    return answer
