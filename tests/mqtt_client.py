"""A plain MQTT client for tests: everything that happens to it is put in queues, in order."""

import queue
import socket
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.enums import MQTTProtocolVersion as MqttVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from tests.pki import Identity

V311 = MqttVersion.MQTTv311
V5 = MqttVersion.MQTTv5

# Everything here takes milliseconds; this is for a machine that is busy with something else.
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it arrived."""

    topic: str
    payload: bytes
    retain: bool
    qos: int


@dataclass(frozen=True, slots=True)
class Greeting:
    """The answer to CONNECT."""

    reason: str
    session_present: bool


def client_context(ca: object, identity: Identity | None) -> ssl.SSLContext:
    """What a device's TLS is: checked host name, own certificate."""
    context = ssl.create_default_context(cafile=str(ca))
    if identity is not None:
        context.load_cert_chain(identity.certificate, identity.key)
    return context


class TestClient:
    """One connection, made at once and never again by itself. Close it."""

    __test__ = False

    def __init__(
        self,
        port: int,
        client_id: str,
        *,
        version: MqttVersion = V311,
        clean: bool = True,
        user: str | None = None,
        will: tuple[str, bytes] | None = None,
        tls: ssl.SSLContext | None = None,
        keepalive_s: int = 60,
    ) -> None:
        self.greetings: queue.Queue[Greeting] = queue.Queue()
        self.heard: queue.Queue[Heard] = queue.Queue()
        self.acknowledged: queue.Queue[str] = queue.Queue()
        self.subscribed: queue.Queue[list[int]] = queue.Queue()
        self.lost: queue.Queue[str] = queue.Queue()
        """Why there is no connection (any more)."""
        clean_session = clean if version is V311 else None
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id, clean_session, protocol=version, reconnect_on_failure=False
        )
        if user is not None:
            client.username_pw_set(user)
        if will is not None:
            client.will_set(*will, qos=1, retain=True)
        if tls is not None:
            client.tls_set_context(tls)
        self._paho = client
        self._set_callbacks()
        extra: dict[str, Any] = {}
        if version is V5:
            session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            session.SessionExpiryInterval = 0 if clean else 3600
            extra = {"clean_start": clean, "properties": session}
        client.connect_timeout = TIMEOUT_S
        client.connect_async("localhost" if tls else "127.0.0.1", port, keepalive_s, **extra)
        client.loop_start()

    def _set_callbacks(self) -> None:
        client = self._paho
        client.on_connect = lambda _c, _u, flags, reason, _p: self.greetings.put(
            Greeting(str(reason), flags.session_present)
        )
        client.on_message = lambda _c, _u, m: self.heard.put(Heard(m.topic, bytes(m.payload), m.retain, m.qos))
        client.on_publish = lambda _c, _u, _mid, reason, _p: self.acknowledged.put(str(reason))
        client.on_subscribe = lambda _c, _u, _mid, codes, _p: self.subscribed.put([code.value for code in codes])
        client.on_disconnect = lambda _c, _u, _f, reason, _p: self.lost.put(str(reason))
        client.on_connect_fail = lambda _c, _u: self.lost.put("no connection")
        client.on_socket_open = lambda _c, _u, sock: _set_no_delay(sock)

    def greeted(self) -> Greeting:
        """Wait for the answer to CONNECT."""
        return self.greetings.get(timeout=TIMEOUT_S)

    def subscribe(self, topic_filter: str, qos: int = 1) -> list[int]:
        """Wait for the codes granted."""
        wanted = [(topic_filter, SubscribeOptions(qos))] if self._paho.protocol == V5 else [(topic_filter, qos)]
        self._paho.subscribe(wanted)
        return self.subscribed.get(timeout=TIMEOUT_S)

    def send(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Do not wait."""
        self._paho.publish(topic, payload, qos, retain)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> str:
        """Wait for the broker's reason."""
        self.send(topic, payload, retain=retain)
        return self.acknowledged.get(timeout=TIMEOUT_S)

    def next(self) -> Heard:
        """Wait for a message."""
        return self.heard.get(timeout=TIMEOUT_S)

    def vanish(self) -> None:
        """End without a goodbye, as when the power is cut."""
        sock = self._paho.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)
        self.lost.get(timeout=TIMEOUT_S)

    def close(self) -> None:
        """Say goodbye if still connected, and end the thread."""
        self._paho.disconnect()
        self._paho.loop_stop()
        # paho closes its wake-up sockets when it is collected, and only then.
        del self._paho

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _set_no_delay(sock: object) -> None:
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
