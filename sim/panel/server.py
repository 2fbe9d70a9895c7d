"""The panel over HTTP: the page, the state and its stream, acts, envelopes, the recorded scenario."""

import ipaddress
import logging
import socket
import sys
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

from sim.errors import SimError
from sim.panel.gate import Gate
from sim.panel.handler import PanelHandler
from sim.panel.panel import Panel

_LOG = logging.getLogger(__name__)

MAX_CONNECTIONS = 128
MAX_STREAMS = 32


class PanelPortError(SimError, OSError):
    """The panel cannot listen where it was told to."""


class PanelServer(ThreadingHTTPServer):
    """Serves from construction to `close`; a thread for each connection. A context manager."""

    allow_reuse_address = True
    # Closing waits for the threads: nothing is left behind.
    daemon_threads = False
    block_on_close = True

    def __init__(self, panel: Panel, host: str = "127.0.0.1", port: int = 0) -> None:
        """port: 0 for a free one. Raises PanelPortError."""
        self.panel = panel
        self.gate = Gate(host)
        self.address_family = _family(host)
        self._lock = Lock()
        self._connections: set[socket.socket] = set()
        self._streams = 0
        try:
            super().__init__((host.strip("[]"), port), PanelHandler)
        except OSError as error:
            raise PanelPortError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
        self._host = host
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="panel-http")
        self._thread.start()

    @property
    def url(self) -> str:
        """For a browser on this machine."""
        host = "127.0.0.1" if self._host in ("0.0.0.0", "[::]", "") else self._host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.server_address[1]}/"

    def close(self) -> None:
        """Hang up on everybody, and wait for their threads."""
        self.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._connections:
                _hang_up(connection)
        self.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.panel.publication.close()
        self.close()

    # ------------------------------------------------------------ asked by handlers, on their threads

    def stream(self, play: Callable[[], None]) -> bool:
        """Play an endless answer; False if there are too many already."""
        with self._lock:
            if self._streams >= MAX_STREAMS:
                return False
            self._streams += 1
        try:
            play()
        finally:
            with self._lock:
                self._streams -= 1
        return True

    # ------------------------------------------------------------ socketserver

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - as socketserver has it
        with self._lock:
            return len(self._connections) < MAX_CONNECTIONS

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as above
        """A client that goes away in the middle is no error."""
        if not isinstance(sys.exception(), OSError):
            _LOG.exception("a request to the panel failed")


def _family(host: str) -> socket.AddressFamily:
    try:
        return socket.AF_INET6 if ipaddress.ip_address(host.strip("[]")).version == 6 else socket.AF_INET
    except ValueError:
        return socket.AF_INET


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has gone by itself
