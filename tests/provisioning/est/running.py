"""The server on loopback, with its files, in a thread of its own; and a plain client to be rude to it with."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from drivers.jwk import PrivateKey
from provisioning.authority.authority import Authority
from provisioning.clock import now_utc
from provisioning.enrolment import Enrolment
from provisioning.est.server import UPKEEP_S, Server
from provisioning.est.service import Service
from provisioning.est.tls import TlsFiles
from provisioning.model import Certificate, Purpose
from provisioning.registry.registry import Registry
from tests.provisioning.est.desk import new_key

PATIENCE_S = 20.0


def write_key(path: Path, key: PrivateKey) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


class Running(AbstractContextManager["Running"]):
    """Serves the registry in `folder`. `issued` gets an entry each time that on_issued is called."""

    def __init__(
        self,
        folder: Path,
        authority: Authority,
        *,
        handshake_s: float = 5.0,
        connection_s: float = 20.0,
        on_issued: Callable[[], None] | None = None,
        on_upkeep: Callable[[], None] = lambda: None,
        upkeep_s: float = UPKEEP_S,
        publish_after_s: float = 0.0,
        clock: Callable[[], datetime] = now_utc,
        is_registry_open: bool = True,
        host: str = "127.0.0.1",
    ) -> None:
        self.folder, self.authority = folder, authority
        self.ca, self.crl = folder / "ca.crt", folder / "crl.pem"
        self.issued: SimpleQueue[bool] = SimpleQueue()
        self._limits = (handshake_s, connection_s)
        self._upkeep = (on_upkeep, upkeep_s)
        self._publish_after_s = publish_after_s
        self._on_issued = on_issued or (lambda: self.issued.put(True))
        self._clock, self._is_registry_open, self._host = clock, is_registry_open, host
        self._started: SimpleQueue[int] = SimpleQueue()
        self._crl_number = 0
        self.ca.write_text(authority.ca_pem)
        self.revoke([])
        key = new_key()
        now = now_utc() - timedelta(seconds=5)
        made = authority.issue(key.public_key(), "localhost", Purpose.SERVER, now, names=["localhost", "127.0.0.1"])
        (folder / "server.crt").write_text(authority.chain_pem(made))
        write_key(folder / "server.key", key)
        self.tls = TlsFiles(folder / "server.crt", folder / "server.key", self.ca, self.crl)
        self._servers: SimpleQueue[Server] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="est")

    def revoke(self, certificates: list[Certificate], now: datetime | None = None) -> None:
        """Write the list as the office does: beside it, then renamed."""
        self._crl_number += 1
        at = (now or now_utc()) - timedelta(seconds=5)
        part = self.folder / "crl.part"
        part.write_bytes(self.authority.revocation_list(certificates, self._crl_number, at))
        part.rename(self.crl)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._servers.get(timeout=PATIENCE_S)
        self.port = self._started.get(timeout=PATIENCE_S)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """What it had begun to note is noted when this returns."""
        self._server.stop()
        self._thread.join(PATIENCE_S)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def plain(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def connect(self, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.ca))
        if certificate is not None:
            context.load_cert_chain(certificate, key)
        connection = self.plain()
        try:
            return context.wrap_socket(connection, server_hostname="127.0.0.1")
        except BaseException:
            connection.close()
            raise

    def ask(self, data: bytes, certificate: Path | None = None, key: Path | None = None) -> bytes:
        """Send bytes, and read until the server ends."""
        with self.connect(certificate, key) as connection:
            connection.sendall(data)
            return read_all(connection)

    def _run(self) -> None:
        handshake_s, connection_s = self._limits
        with Registry(self.folder / "registry.db", "est") as registry:
            service = Service(self.authority, registry, Enrolment(self.authority, registry))
            server = Server(
                service,
                self.tls,
                self._host,
                0,
                on_issued=self._on_issued,
                on_upkeep=self._upkeep[0],
                upkeep_s=self._upkeep[1],
                publish_after_s=self._publish_after_s,
                on_started=self._started.put,
                clock=self._clock,
                handshake_s=handshake_s,
                connection_s=connection_s,
            )
            self._servers.put(server)
            if not self._is_registry_open:
                registry.close()
            server.run()


def read_all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)
