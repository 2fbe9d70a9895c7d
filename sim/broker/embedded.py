"""A broker in a thread: MQTT 3.1.1 and 5, QoS 0 and 1, retained messages, wills, sessions. Needs nothing but Python.

For demonstrations and tests. Not modelled: QoS 2 (refused), message expiry and will delay (passed on, not applied),
subscription identifiers, shared subscriptions and topic aliases (refused, as CONNACK says), passwords (not looked at),
session expiry (a session that may stay stays), persistence over a stop.
"""

import asyncio
import logging
import ssl
from types import TracebackType
from typing import Self, cast

from sim.broker.packets import Reason, Version
from sim.broker.peer import Peer, Rules
from sim.broker.server_tls import ServerTls
from sim.broker.sessions import Sessions
from sim.errors import BrokerError
from sim.network.loop_thread import LoopThread

_LOG = logging.getLogger(__name__)

HOST = "127.0.0.1"
# MQTT 5 §3.1.2.10: a client is gone when nothing was heard for one and a half times what it promised.
_KEEPALIVE_FACTOR = 1.5
# For clients that say nothing at all; Mosquitto waits as long.
_CONNECT_TIMEOUT_S = 10.0
_GOODBYE_TIMEOUT_S = 1.0


class EmbeddedBroker:
    """One broker on one loopback port, chosen at the first start and kept. Start and stop from one thread.

    Sessions and retained messages live from `start` to `stop`. With `tls` every client needs a certificate, and its CN
    becomes user name and client id. `control_room` (a user name) turns the access rules of docs/protocol.md on; without
    TLS user names are believed. `highest` = Version.V311 makes it refuse MQTT 5, as old brokers do.
    """

    def __init__(
        self, *, tls: ServerTls | None = None, control_room: str | None = None, highest: Version = Version.V5
    ) -> None:
        self._tls = tls
        self._rules = Rules(control_room, highest)
        self._port = 0
        self._thread: LoopThread | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    @property
    def name(self) -> str:
        """For people."""
        return "embedded broker"

    @property
    def port(self) -> int:
        """RuntimeError before the first start."""
        if not self._port:
            raise RuntimeError("the port is chosen when the broker is first started")
        return self._port

    def start(self) -> None:
        """Return when connections are accepted. BrokerError if the port is taken or a TLS file cannot be used."""
        if self._thread is not None:
            raise RuntimeError("this broker is running already")
        context = None if self._tls is None else _server_context(self._tls)
        self._thread = LoopThread("embedded-broker")
        try:
            self._thread.call(self._open(context))
        except OSError as error:
            self._end_thread()
            raise BrokerError(f"cannot listen on {HOST} port {self._port}: {error}") from error

    def stop(self) -> None:
        """Say goodbye to the clients that understand it, hang up, forget everything. Nothing if it is not running."""
        if self._thread is not None:
            self._thread.call(self._shut())
            self._end_thread()

    def close(self) -> None:
        """Stop for good."""
        self.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _end_thread(self) -> None:
        if self._thread is not None:
            self._thread.close()
            self._thread = None

    async def _open(self, context: ssl.SSLContext | None) -> None:
        sessions = Sessions(self._rules.control_room)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(sessions, self._rules, self._connections), HOST, self._port, ssl=context
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
        gone = [connection.end() for connection in list(self._connections)]
        if gone:
            await asyncio.wait(gone, timeout=_GOODBYE_TIMEOUT_S)
        for connection in list(self._connections):
            connection.abort()
        if self._server is not None:
            await self._server.wait_closed()


class _Connection(asyncio.Protocol):
    """The socket of one client. Loop thread only."""

    def __init__(self, sessions: Sessions, rules: Rules, everyone: "set[_Connection]") -> None:
        self._everyone = everyone
        self._peer = Peer(sessions, rules, self)
        self._loop = asyncio.get_running_loop()
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def identity(self) -> str | None:
        """See Wire."""
        tls = None if self._transport is None else self._transport.get_extra_info("peercert")
        return _common_name(tls) if tls else None

    def send(self, data: bytes) -> None:
        """See Wire."""
        if self._transport is not None and data:
            self._transport.write(data)

    def close(self) -> None:
        """See Wire."""
        if self._transport is not None:
            self._transport.close()

    def end(self) -> asyncio.Future[None]:
        """Say goodbye and hang up; done when the socket is closed."""
        self._peer.hang_up(Reason.SHUTTING_DOWN)
        return self._gone

    def abort(self) -> None:
        """Close without waiting for anybody."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._everyone.add(self)
        self._expect_within(_CONNECT_TIMEOUT_S)

    def data_received(self, data: bytes) -> None:
        self._peer.feed(data)
        self._expect_within(self._peer.keepalive_s * _KEEPALIVE_FACTOR)

    def connection_lost(self, exc: Exception | None) -> None:
        _LOG.debug("a connection is gone: %s", exc or "closed")
        self._everyone.discard(self)
        self._expect_within(0)
        self._peer.lost()
        if not self._gone.done():
            self._gone.set_result(None)

    def _expect_within(self, seconds: float) -> None:
        """Hang up unless something is heard in time; 0 for never."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._loop.call_later(seconds, self._silent) if seconds else None

    def _silent(self) -> None:
        self._peer.hang_up(Reason.KEEPALIVE_TIMEOUT)
        # Whoever is silent may never take the last bytes, and then the socket would stay.
        self.abort()


def _server_context(tls: ServerTls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(tls.certificate, tls.key)
        context.load_verify_locations(tls.ca)
        if tls.crl is not None:
            context.load_verify_locations(tls.crl)
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    except OSError as error:
        raise BrokerError(f"TLS files of the broker ({tls.certificate}, {tls.key}, {tls.ca}): {error}") from error
    return context


def _common_name(certificate: dict[str, tuple[tuple[tuple[str, str], ...], ...]]) -> str | None:
    names = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    return names[0] if names else None
