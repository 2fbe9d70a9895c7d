"""The `Link` over MQTT: one thread that owns the socket, and a queue of what it was asked for."""

import logging
import select
import ssl
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.errors import MqttError
from drivers.mqtt.brokers import Broker
from drivers.mqtt.dial import dial
from drivers.mqtt.packet_guard import PacketGuard
from drivers.mqtt.patience import Patience, UnwantedError
from drivers.mqtt.probe import CONNECT_TIMEOUT_S, Prober
from drivers.mqtt.resolver import Resolver
from drivers.mqtt.session import Hello, Session, Version
from drivers.mqtt.wire import Wire
from drivers.ports import Clock, LinkDown, Message, Post
from drivers.waker import Waker

_LOG = logging.getLogger(__name__)

_FAREWELL_TIMEOUT_S = 2.0
# A broker that did not know MQTT 5 may have been replaced by one that does; one that only hung up may have been about
# to restart, and under 3.1.1 we would not hear that it refuses a message.
_REFUSED_5_S = 86_400
_HUNG_UP_ON_5_S = 3_600
_NS = 1_000_000_000
# The kernel's limit for what is sent, like ours for what is heard: 1.5 keepalives, in ms.
_SILENCE_MS_PER_KEEPALIVE_S = 1_500
_LOOKUP_TIMEOUT_S = 5.0
# Three times the longest that an attempt may take: connecting, in both versions, and looking a name up.
_HUNG_NS = 45 * _NS


@dataclass(frozen=True, slots=True)
class _Connect:
    broker: int
    will: Message | None


@dataclass(frozen=True, slots=True)
class _Leave:
    farewell: Message | None


@dataclass(frozen=True, slots=True)
class _Drop:
    pass


@dataclass(frozen=True, slots=True)
class _Close:
    pass


@dataclass(frozen=True, slots=True)
class _Publish:
    message: Message
    token: int


class MqttLink:
    """A `Link` to brokers that speak MQTT 5 or 3.1.1, messages and subscriptions at QoS 1.

    Methods: any thread, and none of them touches the socket. Facts are posted from the threads "mqtt" and "mqtt-probe".
    """

    def __init__(
        self,
        brokers: Sequence[Broker],
        client_id: str,
        subscriptions: Sequence[str],
        keepalive_s: int,
        tls: ssl.SSLContext | None,
        post: Post,
        clock: Clock,
        max_payload_bytes: int,
    ) -> None:
        """keepalive_s: 1 to 65,535. MqttError where no attempt could ever work."""
        if tls is None and any(broker.tls for broker in brokers):
            raise MqttError("a broker is to be reached over TLS, but there is no certificate to show it")
        if not 1 <= keepalive_s <= 65_535:
            raise MqttError(f"keepalive of {keepalive_s} s, expected 1 to 65535")
        if not subscriptions:
            raise MqttError("nothing to subscribe to")
        self._brokers = tuple(brokers)
        self._client_id = client_id
        self._subscriptions = tuple(subscriptions)
        self._keepalive_s = keepalive_s
        self._tls = tls
        self._post = post
        self._clock = clock
        self._max_payload_bytes = max_payload_bytes
        self._old_until_ns: dict[int, int] = {}
        self._commands: deque[_Connect | _Leave | _Drop | _Publish | _Close] = deque()
        self._closed = False
        self._turned_ns = clock.monotonic_ns()
        self._waker = Waker()
        self._resolver = Resolver(self._waker)
        self._prober = Prober(self._brokers, tls, post, clock)
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """The thread that owns the socket is there, and takes what it is asked. It ends with `close` only."""
        waits = bool(self._commands) and self._clock.monotonic_ns() - self._turned_ns > _HUNG_NS
        return self._thread.is_alive() and not waits

    def connect(self, broker: int, will: Message | None) -> None:
        """See `Link`. A connection that is still there is dropped first. IndexError if there is no such broker."""
        self._brokers[broker]
        self._ask(_Connect(broker, will))

    def leave(self, farewell: Message | None) -> None:
        self._ask(_Leave(farewell))

    def drop(self) -> None:
        self._ask(_Drop())

    def publish(self, message: Message, token: int) -> None:
        self._ask(_Publish(message, token))
        # This link's thread gets the interpreter before the store's, and before the caller: 0.1 ms (make bench).
        time.sleep(0)

    def present(self, tls: ssl.SSLContext | None) -> None:
        """From the next connection on, show another certificate. The one that is up goes on."""
        self._tls = tls
        self._prober.present(tls)

    def stand_by(self) -> None:
        if not self._closed:
            self._waker.wake()

    def probe(self, broker: int) -> None:
        """See `Link`. IndexError if there is no such broker."""
        self._brokers[broker]
        self._prober.probe(broker)

    def close(self) -> None:
        """End everything that was asked for; a farewell that is under way is given its time."""
        if self._closed:
            return
        self._ask(_Close())
        self._closed = True
        self._thread.join()
        self._prober.close()
        self._resolver.close(_LOOKUP_TIMEOUT_S)
        self._waker.close()

    def _ask(self, command: _Connect | _Leave | _Drop | _Publish | _Close) -> None:
        if not self._closed:
            self._commands.append(command)
            self._waker.wake()

    # ------------------------------------------------------------ the thread "mqtt"

    def _run(self) -> None:
        while True:
            while not self._commands:
                self._waker.wait_for_call()
            self._turned_ns = self._clock.monotonic_ns()
            command = self._commands.popleft()
            if isinstance(command, _Close):
                return
            if isinstance(command, _Connect):
                self._serve(command)

    def _serve(self, order: _Connect) -> None:
        """One connection, or attempt at one, from beginning to end. Raises nothing: the thread must live on."""
        broker = self._brokers[order.broker]
        try:
            reason = self._connection(order)
        except (UnwantedError, OSError) as fault:
            reason = str(fault)
        except Exception as fault:  # noqa: BLE001 - ends the connection, whatever it is, and not the thread
            reason = f"{type(fault).__name__}: {fault}"
            _LOG.error(
                "connection to %s ended by an error: %s", broker, reason, exc_info=_LOG.isEnabledFor(logging.DEBUG)
            )
        _LOG.debug("connection to %s ended: %s", broker, reason)
        try:
            self._post(LinkDown(self._clock.monotonic_ns(), order.broker, reason))
        except Exception:  # noqa: BLE001 - as above
            _LOG.exception("the end of a connection could not be posted")

    def _connection(self, order: _Connect) -> str:
        session = self._open(order)
        try:
            while session.ended is None:
                self._obey(session)
                if session.ended is None:
                    self._turn(session, session.due_ns)
        finally:
            session.wire.abort()
        return session.ended

    def _open(self, order: _Connect) -> Session:
        """A session that is up, or one that has ended. Falls back to MQTT 3.1.1 where 5 seems not to be known."""
        now_ns = self._clock.monotonic_ns()
        if now_ns < self._old_until_ns.get(order.broker, 0):
            session = self._greet(order, Version.MQTT_3_1_1)
            if not session.up:
                self._old_until_ns.pop(order.broker)
            return session
        session = self._greet(order, Version.MQTT_5)
        if session.up or not session.version_doubted:
            return session
        old_for_s = _REFUSED_5_S if session.version_refused else _HUNG_UP_ON_5_S
        session = self._greet(order, Version.MQTT_3_1_1)
        if session.up:
            _LOG.info("%s does not speak MQTT 5, using 3.1.1", self._brokers[order.broker])
            self._old_until_ns[order.broker] = now_ns + old_for_s * _NS
        return session

    def _greet(self, order: _Connect, version: Version) -> Session:
        session = self._session(order, version)
        try:
            session.start()
            while not session.up and session.ended is None:
                self._turn(session, session.due_ns)
                if not session.up:  # from LinkUp on, what is asked for is meant for this connection
                    self._check_wanted()
        except BaseException:
            session.wire.abort()
            raise
        if session.ended is not None:
            session.wire.close()
        return session

    def _session(self, order: _Connect, version: Version) -> Session:
        hello = Hello(self._client_id, self._keepalive_s, self._subscriptions, self._max_payload_bytes, order.will)
        broker = self._brokers[order.broker]
        patience = Patience(self._waker, CONNECT_TIMEOUT_S, self._check_wanted)
        sock = dial(broker, self._resolver.addresses(broker, patience), self._tls if broker.tls else None, patience)
        guard = PacketGuard(hello.max_body_bytes, trim=version is Version.MQTT_3_1_1)
        wire = Wire(sock, guard, self._clock)
        wire.allow_silence(self._keepalive_s * _SILENCE_MS_PER_KEEPALIVE_S)
        return Session(wire, version, hello, order.broker, self._clock, self._post)

    def _check_wanted(self) -> None:
        """Before the connection is there: messages are ignored, everything else puts an end to the attempt."""
        while self._commands:
            command = self._commands.popleft()
            if isinstance(command, _Publish):
                continue
            if isinstance(command, _Connect | _Close):
                self._commands.appendleft(command)
            raise UnwantedError("given up before the connection was there")

    def _turn(self, session: Session, until_ns: int) -> None:
        """Wait for the socket, for a command or for the time, and do what the socket is ready for."""
        wire = session.wire
        self._turned_ns = self._clock.monotonic_ns()
        wait_ns = 0 if wire.has_input else until_ns - self._clock.monotonic_ns()
        events = select.POLLIN | (select.POLLOUT if session.wants_write else 0)
        ready = self._waker.wait(wire.fileno(), events, wait_ns / _NS)
        # Also on POLLHUP and POLLERR: reading tells why.
        if ready & ~select.POLLOUT or wire.has_input:
            session.read()
        if ready & select.POLLOUT and session.ended is None:
            session.write()
        session.tick()

    def _obey(self, session: Session) -> None:
        while self._commands and session.ended is None:
            command = self._commands.popleft()
            if isinstance(command, _Publish):
                session.publish(command.message, command.token)
            elif isinstance(command, _Leave):
                self._take_leave(session, command.farewell)
            elif isinstance(command, _Drop):
                session.abort("dropped")
            else:
                self._commands.appendleft(command)
                session.abort("closed" if isinstance(command, _Close) else "dropped for another connection")

    def _take_leave(self, session: Session, farewell: Message | None) -> None:
        end_ns = self._clock.monotonic_ns() + int(_FAREWELL_TIMEOUT_S * _NS)
        if farewell is not None:
            session.publish(farewell, None)
            while not session.farewell_taken and self._goes_on(session, end_ns):
                self._turn(session, min(session.due_ns, end_ns))
            if not session.farewell_taken:
                # After a DISCONNECT the broker would forget the will, and nobody would hear that we are gone.
                session.abort("left; the broker did not take our farewell")
                return
        session.disconnect()
        while self._goes_on(session, end_ns):
            self._turn(session, min(session.due_ns, end_ns))
        session.abort("left")

    def _goes_on(self, session: Session, until_ns: int) -> bool:
        return session.ended is None and self._clock.monotonic_ns() < until_ns
