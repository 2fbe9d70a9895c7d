"""The HTTPS server for devices: sockets, TLS, limits in time and number. What is answered is up to `Service`."""

import asyncio
import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from cryptography import x509

from provisioning.clock import now_utc
from provisioning.errors import ProvisioningError, ReachError
from provisioning.est.channel import Channel
from provisioning.est.exchange import BadHttpError, Exchange, Head
from provisioning.est.service import Request, Response, Service, refusal
from provisioning.est.tls import TlsFiles

_LOG = logging.getLogger(__name__)

MAX_CONNECTIONS = 32
"""Who comes later waits in the kernel's queue."""

HANDSHAKE_S = 5.0
CONNECTION_S = 20.0
"""From the handshake to the last byte, so that nobody holds a place by sending slowly."""

UPKEEP_S = 6 * 3600.0
"""A revocation list lasts weeks; a broker that was down for a day has it soon after."""

PUBLISH_AFTER_S = 1.0
"""What is published holds every device: a hundred that enrol together are published once."""

_BACKLOG = 128
_BREATH_S = 1.0
_MAX_LOG_CHARACTERS = 200


class Server:
    """One request per connection. `run` serves in the calling thread, which is then that of the registry."""

    def __init__(
        self,
        service: Service,
        tls: TlsFiles,
        host: str,
        port: int,
        *,
        on_issued: Callable[[], None] = lambda: None,
        on_started: Callable[[int], None] = lambda _: None,
        on_upkeep: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = now_utc,
        handshake_s: float = HANDSHAKE_S,
        connection_s: float = CONNECTION_S,
        upkeep_s: float = UPKEEP_S,
        publish_after_s: float = PUBLISH_AFTER_S,
    ) -> None:
        """host: a name or an address of this machine; "::" is all, IPv4 too. port: 0 lets the kernel choose.

        All callbacks come in the thread of `run`: on_started with the port, once devices can connect; on_issued
        within `publish_after_s` after a certificate has been sent; on_upkeep every `upkeep_s`. The last two may raise
        ProvisioningError or OSError.
        """
        self._service, self._tls, self._host, self.port = service, tls, host, port
        self._on_issued, self._on_started, self._clock = on_issued, on_started, clock
        self._on_upkeep, self._upkeep_s, self._publish_after_s = on_upkeep, upkeep_s, publish_after_s
        self._to_publish: asyncio.TimerHandle | None = None
        self._handshake_s, self._connection_s = handshake_s, connection_s
        self._talking: set[asyncio.Task[None]] = set()
        self._stopped = threading.Event()
        self._wake: Callable[[], None] = lambda: None

    def run(self) -> None:
        """Serve until `stop`; connections that are open then are closed. Raises ReachError if it cannot listen."""
        with _listen(self._host, self.port) as listener:
            self.port = listener.getsockname()[1]
            asyncio.run(self._serve(listener))

    def stop(self) -> None:
        """From any thread, or from a signal handler; before `run` as well. Returns at once."""
        self._stopped.set()
        self._wake()

    async def _serve(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        accepting, keeping = loop.create_task(self._accept(listener)), loop.create_task(self._keep_up())
        self._wake = lambda: _call(loop, accepting.cancel)
        if self._stopped.is_set():
            accepting.cancel()
        try:
            await accepting
        except asyncio.CancelledError:
            if not self._stopped.is_set():
                raise
        finally:
            keeping.cancel()
            if self._to_publish is not None:
                self._to_publish.cancel()
                self._publish()

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(self._upkeep_s)
            _report("the upkeep failed", self._on_upkeep)

    async def _accept(self, listener: socket.socket) -> None:
        loop, places = asyncio.get_running_loop(), asyncio.Semaphore(MAX_CONNECTIONS)
        self._on_started(self.port)
        while True:
            await places.acquire()
            try:
                connection, peer = await loop.sock_accept(listener)
            except OSError as error:
                # Out of file descriptors, mostly: those who are served now will give some back.
                _LOG.error("cannot accept a connection: %s", error.strerror)
                places.release()
                await asyncio.sleep(_BREATH_S)
            else:
                self._seat(connection, peer[0].removeprefix("::ffff:"), places)

    def _seat(self, connection: socket.socket, address: str, places: asyncio.Semaphore) -> None:
        def leave(task: asyncio.Task[None]) -> None:
            # Here, not in the task: one that is cancelled before its first step would close nothing.
            connection.close()
            places.release()
            self._talking.discard(task)

        task = asyncio.get_running_loop().create_task(self._talk(connection, address))
        self._talking.add(task)
        task.add_done_callback(leave)

    async def _talk(self, connection: socket.socket, address: str) -> None:
        """All of one connection. Whatever happens on it, the others go on."""
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            channel = Channel(connection, self._tls.context())
            async with asyncio.timeout(self._connection_s):
                await self._shake_hands(channel, address)
        except TimeoutError:
            _log_closed(logging.WARNING, address, "too slow")
        except OSError as error:
            _log_closed(logging.INFO, address, _why(error))
        except Exception:  # noqa: BLE001 - a fault in one answer must not end the service for all devices
            _LOG.exception("%s: a fault in this program", address)

    async def _shake_hands(self, channel: Channel, address: str) -> None:
        try:
            async with asyncio.timeout(self._handshake_s):
                peer = await channel.handshake()
        except ssl.SSLCertVerificationError as error:
            _log_closed(logging.WARNING, address, f"certificate refused: {error.verify_message}")
            self._note_refused(address, error.verify_message)
        except ssl.SSLError as error:
            _log_closed(logging.INFO, address, _why(error))
        else:
            await self._answer(channel, peer, address)
        await channel.end()

    def _note_refused(self, address: str, reason: str) -> None:
        try:
            self._service.handshake_refused(address, reason, self._clock())
        except ProvisioningError as error:
            _LOG.error("%s", error)

    async def _answer(self, channel: Channel, peer: x509.Certificate | None, address: str) -> None:
        exchange = Exchange()
        try:
            head = await _receive(channel, exchange)
        except BadHttpError as error:
            response = refusal(error.status, str(error))
        else:
            request = Request(head.method, head.path, head.headers, exchange.body, peer, address)
            response = self._service.handle(request, self._clock())
        _log(address, exchange.head, response)
        try:
            await channel.write(exchange.answer(response.status, response.headers, response.body))
        finally:
            if response.issued and self._to_publish is None:
                self._to_publish = asyncio.get_running_loop().call_later(self._publish_after_s, self._publish)

    def _publish(self) -> None:
        self._to_publish = None
        # The certificate is in the registry: if this fails, the next publication has it.
        _report("cannot publish what was issued", self._on_issued)


def _report(failure: str, act: Callable[[], None]) -> None:
    try:
        act()
    except (ProvisioningError, OSError) as error:
        _LOG.error("%s: %s", failure, error)


async def _receive(channel: Channel, exchange: Exchange) -> Head:
    """Read one request. Raises BadHttpError, and ConnectionError if the client leaves in the middle."""
    while not exchange.is_complete or exchange.head is None:
        data = await channel.read()
        if not data:
            raise ConnectionAbortedError("the client left before its request was complete")
        reply = exchange.feed(data)
        if reply:
            await channel.write(reply)
    return exchange.head


def _listen(host: str, port: int) -> socket.socket:
    both = host == "::" and socket.has_dualstack_ipv6()
    try:
        # A machine whose kernel has no IPv6 has all its addresses in IPv4.
        name = "0.0.0.0" if host == "::" and not both else host  # noqa: S104 - the operator has asked for all
        family, _, _, _, address = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address, family=family, backlog=_BACKLOG, dualstack_ipv6=both)
    except (OSError, OverflowError, UnicodeError) as error:
        raise ReachError(f"cannot listen on {host!r}, port {port}: {_why(error)}") from None
    listener.setblocking(False)
    return listener


def _log(address: str, head: Head | None, response: Response) -> None:
    """One line per request: who, which device, what, how it went. Never a body, a credential, or a query."""
    asked = "- -" if head is None else f"{head.method} {head.path.partition('?')[0]}"
    level = logging.WARNING if response.status >= HTTPStatus.BAD_REQUEST else logging.INFO
    _LOG.log(level, "%s", _line(f"{address} {response.device} {asked} {response.status} {response.reason}"))


def _log_closed(level: int, address: str, why: str) -> None:
    """The same line for a connection on which nothing was answered."""
    _LOG.log(level, "%s", _line(f"{address} - - - - closed: {why}"))


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:_MAX_LOG_CHARACTERS])


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"TLS: {(error.reason or 'failed').replace('_', ' ').lower()}"
    if not isinstance(error, OSError):
        return str(error)
    # The text of a port that is taken repeats the address; a name that is not found has a number of its own kind.
    number = error.errno or 0
    return os.strerror(number) if number > 0 else error.strerror or str(error)


def _call(loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
    try:
        loop.call_soon_threadsafe(callback)
    except RuntimeError:
        pass  # the loop has ended already, which is what was wanted
