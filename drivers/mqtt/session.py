"""One MQTT connection on paho-mqtt, from CONNECT to its end. The one file that knows paho.

A client is made per connection and thrown away with it: paho keeps unsent messages over a reconnect and then sends them
all at once, past its own limit and the broker's. paho neither opens the socket nor runs a thread nor decides when
a link is dead: its own check takes two keepalives (§3.1.2.10 allows one and a half), and it drops the check altogether
when the broker names a keepalive of 0. It reads and writes packets on the wire that it is given.

Everything here runs on the link's one thread. paho holds locks while it calls back: callbacks post and note, no more.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, error_string
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.mqtt.wire import Wire
from drivers.ports import Clock, LinkUp, Message, Post, Published, Received

# Between TCP or TLS being there and the SUBACK; a broker answers within two round trips.
OPENING_TIMEOUT_S = 5
# The broker keeps our subscriptions and what it has for us for a day without us; receipts are repeated anyway.
_SESSION_EXPIRY_S = 86_400
# More in flight gains no throughput (docs/architecture.md) and delays the alarm that comes behind it.
_MOST_IN_FLIGHT = 20
# Topic, packet id and a few properties beside the payload; topics are at most 65,535 bytes (§1.5.4).
_HEADROOM_BYTES = 70 * 1024
# Fixed header (5), topic length (2), packet id (2), length of no properties (1).
_PUBLISH_OVERHEAD_BYTES = 10
_PACKETS_AT_ONCE = 100
_NS = 1_000_000_000


class Version(Enum):
    """What is spoken; the numbers are those of CONNECT."""

    MQTT_3_1_1 = 4
    MQTT_5 = 5


@dataclass(frozen=True, slots=True)
class Hello:
    """What a broker is told about us. The user name is the client id; the certificate proves it."""

    client_id: str
    keepalive_s: int
    subscriptions: tuple[str, ...]
    max_payload_bytes: int
    will: Message | None

    @property
    def max_body_bytes(self) -> int:
        """The longest packet body that is read."""
        return self.max_payload_bytes + _HEADROOM_BYTES


class Session:
    """One connection. `ended` is the reason of its end once it is over; a session never starts again."""

    def __init__(self, wire: Wire, version: Version, hello: Hello, broker: int, clock: Clock, post: Post) -> None:
        self.up = False
        self.ended: str | None = None
        self.farewell_taken = False
        self.version_refused = False
        """The broker said that it does not know this version of MQTT."""
        self.version = version
        self.wire = wire
        self._hello = hello
        self._broker = broker
        self._clock = clock
        self._post = post
        self._client = _client(wire, version, hello)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._answered = False
        self._leaving = False
        self._tokens: dict[int, int | None] = {}
        self._waiting: deque[tuple[Message, int | None]] = deque()
        self._receive_maximum = _MOST_IN_FLIGHT
        self._max_packet_bytes: int | None = None
        self._keepalive_ns = hello.keepalive_s * _NS
        self._pinged_ns = 0
        self._opening_until_ns = clock.monotonic_ns() + OPENING_TIMEOUT_S * _NS

    @property
    def version_doubted(self) -> bool:
        """It ended as it does with a broker that does not know this version of MQTT, whatever else may have been."""
        return self.version_refused or (not self._answered and self.wire.cut_by_peer)

    @property
    def wants_write(self) -> bool:
        return self._client.want_write()

    @property
    def due_ns(self) -> int:
        """When to call `tick` next."""
        return min(self._ping_at_ns, self._dead_at_ns) if self.up else self._opening_until_ns

    def start(self) -> None:
        """Send CONNECT."""
        five = self.version is Version.MQTT_5
        # The host is only asked for; the wire is there already.
        self._check(
            self._client.connect("broker", 1, self._hello.keepalive_s, clean_start=False, properties=self._wishes())
            if five
            else self._client.connect("broker", 1, self._hello.keepalive_s)
        )

    def read(self) -> None:
        """Take in what has arrived, but not for ever."""
        for _ in range(_PACKETS_AT_ONCE):
            self._check(self._client.loop_read())
            if self.ended is not None or not self.wire.has_input:
                break
        self._send_waiting()
        if self.ended is None and self.wants_write:
            self.write()

    def write(self) -> None:
        """Send what is ready to be sent, as far as the socket takes it."""
        self._check(self._client.loop_write())

    def tick(self) -> None:
        """Ping when it is time, and end the session that nothing is heard from."""
        now_ns = self._clock.monotonic_ns()
        if self.ended is not None or now_ns < self.due_ns:
            return
        if not self.up:
            missing = "SUBACK" if self._answered else "CONNACK"
            self._end(f"no {missing} within {OPENING_TIMEOUT_S} s")
        elif now_ns >= self._dead_at_ns:
            self._end(f"nothing heard for {(now_ns - self.wire.last_in_ns) / _NS:.1f} s")
        else:
            self._pinged_ns = now_ns
            self._check(self._client.ping())

    def publish(self, message: Message, token: int | None) -> None:
        """Send, or keep until the broker takes more. A token of None marks the farewell, which is not reported."""
        self._waiting.append((message, token))
        self._send_waiting()

    def disconnect(self) -> None:
        """Say goodbye; the session ends once that is written."""
        self._leaving = True
        self._check(self._client.disconnect())

    def abort(self, reason: str) -> None:
        """End without a word to the broker; a session that has ended keeps its reason."""
        self._end(reason)
        self.wire.abort()

    @property
    def _ping_at_ns(self) -> int:
        # At three quarters: the answer has as long again before the link counts as dead, time to be sent twice.
        quiet_ns = self._keepalive_ns * 3 // 4
        ping_at_ns = max(self.wire.last_out_ns, self._pinged_ns) + quiet_ns
        asked = self._pinged_ns >= self.wire.last_in_ns
        return ping_at_ns if asked else min(ping_at_ns, self.wire.last_in_ns + quiet_ns)

    @property
    def _dead_at_ns(self) -> int:
        return self.wire.last_in_ns + self._keepalive_ns * 3 // 2

    def _wishes(self) -> Properties:
        wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
        wishes.SessionExpiryInterval = _SESSION_EXPIRY_S
        wishes.MaximumPacketSize = self._hello.max_body_bytes
        return wishes

    def _send_waiting(self) -> None:
        while self.ended is None and self._waiting and len(self._tokens) < self._receive_maximum:
            message, token = self._waiting.popleft()
            size_bytes = len(message.topic.encode()) + len(message.payload) + _PUBLISH_OVERHEAD_BYTES
            if self._max_packet_bytes is not None and size_bytes > self._max_packet_bytes:
                # Sent, it would end the connection (§3.2.2.3.6), this one and every one after it.
                self._report(token, "Packet too large")
                continue
            info = self._client.publish(message.topic, message.payload, 1, message.retain)
            self._tokens[info.mid] = token
            self._check(info.rc)

    def _report(self, token: int | None, refused: str | None) -> None:
        if token is None:
            self.farewell_taken = refused is None
        else:
            self._post(Published(self._clock.monotonic_ns(), token, refused))

    def _check(self, code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._end(self.wire.failure or error_string(code))

    def _end(self, reason: str) -> None:
        if self.ended is None:
            self.ended = reason
            self.up = False

    # ------------------------------------------------------------ called by paho

    def _on_connect(
        self, _client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._answered = True
        if reason.is_failure:
            self.version_refused = reason == "Unsupported protocol version"
            self._end(f"refused by the broker: {reason.getName()}")
            return
        self._receive_maximum = min(_MOST_IN_FLIGHT, getattr(properties, "ReceiveMaximum", _MOST_IN_FLIGHT))
        self._max_packet_bytes = getattr(properties, "MaximumPacketSize", None)
        # The broker's is how long it bears our silence; how long we bear its own stays ours, unless it is shorter.
        granted_s = getattr(properties, "ServerKeepAlive", 0) or self._hello.keepalive_s
        self._keepalive_ns = min(granted_s, self._hello.keepalive_s) * _NS
        self._check(self._client.subscribe([(topic, 1) for topic in self._hello.subscriptions])[0])

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        refused = [reason.getName() for reason in reasons if reason.is_failure]
        if refused or self.ended is not None:
            self._end(f"subscription refused by the broker: {', '.join(refused)}")
        elif not self.up:
            self.up = True
            self._post(LinkUp(self._clock.monotonic_ns(), self._broker, self._receive_maximum))

    def _on_publish(
        self, _client: Client, _data: object, mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if mid in self._tokens:
            self._report(self._tokens.pop(mid), reason.getName() if reason.is_failure else None)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # fits no subscription: it is counted and dropped like any other foreign message
        payload = bytes(message.payload) if len(message.payload) <= self._hello.max_payload_bytes else None
        self._post(Received(self._clock.monotonic_ns(), topic, payload))

    def _on_disconnect(
        self, _client: Client, _data: object, flags: DisconnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            self._end(f"ended by the broker: {reason.getName()}")
        elif self._leaving:
            self._end("left")
        else:
            self._end(self.wire.failure or reason.getName())


class _Client(Client):
    """paho on a socket that is open already: reading needs no more than what arrived, and every byte is seen."""

    def __init__(self, wire: Wire, version: Version, client_id: str) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id,
            # Also under 5: paho's default asks for a new session, and mosquitto 2.0.11 then does not keep it.
            clean_session=None if version is Version.MQTT_5 else False,
            protocol=MQTTProtocolVersion(version.value),
            reconnect_on_failure=False,
        )
        self._wire = wire

    def _create_socket(self) -> Wire:
        return self._wire

    def ping(self) -> MQTTErrorCode:
        return self._send_pingreq()


def _client(wire: Wire, version: Version, hello: Hello) -> _Client:
    client = _Client(wire, version, hello.client_id)
    # Ours is the limit, taken from each CONNACK; paho's cannot be changed on a connection.
    client.max_inflight_messages = _MOST_IN_FLIGHT
    client.username_pw_set(hello.client_id)
    if hello.will is not None:
        client.will_set(hello.will.topic, hello.will.payload, 1, hello.will.retain)
    return client
