"""A broker that follows a script, packet by packet: for what a real broker never does, or not when asked.

    def refuses(peer: Peer) -> None:
        peer.expect_connect()
        peer.connack(reason=0x87)

    with ScriptBroker(refuses, lambda peer: peer.accept()) as broker: ...

Connection n runs script n, the last one for all that follow. Each script has its own thread; what fails there fails
`close`. Written from the standards and on no library, so that it shares no mistake with the driver.
"""

import queue
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 13, 14
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet as it came."""

    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Greeting:
    """What CONNECT said."""

    version: int
    clean: bool
    keepalive_s: int
    client_id: str
    user: str | None
    has_password: bool
    will_topic: str | None
    will_payload: bytes
    will_qos: int
    will_retain: bool
    session_expiry_s: int | None
    max_packet_bytes: int | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A PUBLISH from the device."""

    topic: str
    payload: bytes
    mid: int
    qos: int
    retain: bool
    dup: bool


class Peer:
    """The broker's end of one connection."""

    def __init__(self, sock: socket.socket, released: threading.Event) -> None:
        self.sock = sock
        self.version = 5
        self._released = released

    def read(self) -> Packet | None:
        """The next packet; None when the device has closed or cut the connection."""
        try:
            first = self._exactly(1)[0]
            length = shift = 0
            while True:
                digit = self._exactly(1)[0]
                length |= (digit & 0x7F) << shift
                shift += 7
                if not digit & 0x80:
                    break
            return Packet(first >> 4, first & 0xF, self._exactly(length))
        except (EOFError, ConnectionError):
            return None

    def expect(self, kind: int) -> Packet:
        """The next packet that is no ping (which is answered), and must be of this kind."""
        while True:
            packet = self.read()
            assert packet is not None, f"the connection ended where packet {kind} was expected"
            if packet.kind != PINGREQ:
                break
            self.send(PINGRESP, 0, b"")
        assert packet.kind == kind, packet
        return packet

    def expect_connect(self) -> Greeting:
        greeting = _greeting(self.expect(CONNECT).body)
        self.version = greeting.version
        return greeting

    def expect_publish(self) -> Arrival:
        packet = self.expect(PUBLISH)
        topic, rest = _text(packet.body)
        mid = struct.unpack("!H", rest[:2])[0]
        rest = rest[2:]
        if self.version == 5:
            assert rest[0] == 0, "a device sends no properties"
            rest = rest[1:]
        qos = packet.flags >> 1 & 3
        return Arrival(topic, rest, mid, qos, bool(packet.flags & 1), bool(packet.flags & 8))

    def expect_end(self) -> None:
        """The connection ends without a further packet, pings aside."""
        packet = self.read()
        while packet is not None and packet.kind == PINGREQ:
            packet = self.read()
        assert packet is None, packet

    def accept(self, properties: bytes = b"", suback: int = 1) -> Greeting:
        """The whole opening: CONNECT, CONNACK, SUBSCRIBE, SUBACK."""
        greeting = self.expect_connect()
        self.connack(properties=properties)
        self.answer_subscribe(suback)
        return greeting

    def connack(self, reason: int = 0, properties: bytes = b"") -> None:
        self.send(CONNACK, 0, bytes([0, reason]) + self._properties(properties))

    def answer_subscribe(self, reason: int = 1) -> list[str]:
        """SUBACK with one reason for all; the topics that were subscribed to."""
        body = self.expect(SUBSCRIBE).body
        mid, rest = body[:2], body[2:]
        topics = []
        if self.version == 5:
            rest = rest[1 + rest[0] :]
        while rest:
            topic, rest = _text(rest)
            assert rest[0] & 3 == 1, "subscriptions are at QoS 1"
            topics.append(topic)
            rest = rest[1:]
        self.send(SUBACK, 0, mid + self._properties(b"") + bytes([reason]) * len(topics))
        return topics

    def puback(self, mid: int, reason: int = 0) -> None:
        self.send(PUBACK, 0, struct.pack("!H", mid) + (bytes([reason, 0]) if reason else b""))

    def publish(self, topic: str, *payloads: bytes, mid: int = 1) -> None:
        """Send messages at QoS 1 in one go, which under TLS is one record if they fit."""
        packets = bytearray()
        for place, payload in enumerate(payloads):
            head = struct.pack("!H", len(topic)) + topic.encode() + struct.pack("!H", mid + place)
            packets += _packet(PUBLISH, 2, head + self._properties(b"") + payload)
        self.sock.sendall(packets)

    def send(self, kind: int, flags: int, body: bytes) -> None:
        self.sock.sendall(_packet(kind, flags, body))

    def wait(self) -> None:
        """Do nothing, read nothing, until the test releases or closes the broker."""
        assert self._released.wait(_TIMEOUT_S)

    def stay(self) -> None:
        """Answer pings until the device ends the connection; acknowledge everything."""
        while (packet := self.read()) is not None and packet.kind != DISCONNECT:
            if packet.kind == PINGREQ:
                self.send(PINGRESP, 0, b"")
            elif packet.kind == PUBLISH:
                length = struct.unpack("!H", packet.body[:2])[0]
                self.puback(struct.unpack("!H", packet.body[2 + length : 4 + length])[0])

    def _properties(self, properties: bytes) -> bytes:
        return _variable(len(properties)) + properties if self.version == 5 else b""

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            chunk = self.sock.recv(count - len(data))
            if not chunk:
                raise EOFError
            data += chunk
        return bytes(data)


Script = Callable[[Peer], None]


class ScriptBroker:
    """Listens on a free loopback port. `seen` is for what scripts want to tell the test."""

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.seen: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._scripts = scripts
        self._tls = tls
        self._released = threading.Event()
        self._failures: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="script-broker")
        self._acceptor.start()

    def release(self) -> None:
        """Let scripts that wait go on."""
        self._released.set()

    def close(self) -> None:
        """End all scripts; raises what the first of them raised."""
        self.release()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            script = self._scripts[min(len(self._threads), len(self._scripts) - 1)]
            thread = threading.Thread(target=self._follow, args=(sock, script), name="script-peer")
            self._threads.append(thread)
            thread.start()

    def _follow(self, plain: socket.socket, script: Script) -> None:
        plain.settimeout(_TIMEOUT_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock = plain
        try:
            if self._tls is not None:
                sock = self._tls.wrap_socket(plain, server_side=True)
            script(Peer(sock, self._released))
        except BaseException as failure:  # noqa: BLE001 - handed to the test's thread
            self._failures.append(failure)
        finally:
            sock.close()


def _packet(kind: int, flags: int, body: bytes) -> bytes:
    return bytes([kind << 4 | flags]) + _variable(len(body)) + body


def _greeting(body: bytes) -> Greeting:
    name, rest = _text(body)
    version, flags, keepalive_s = struct.unpack("!BBH", rest[:4])
    rest = rest[4:]
    assert name == "MQTT"
    expiry: int | None = None
    maximum: int | None = None
    if version == 5:
        length, rest = rest[0], rest[1:]
        expiry, maximum = _four_byte(rest[:length], 17), _four_byte(rest[:length], 39)
        rest = rest[length:]
    client_id, rest = _text(rest)
    will_topic: str | None = None
    will_payload = b""
    if flags & 4:
        if version == 5:
            rest = rest[1 + rest[0] :]
        will_topic, rest = _text(rest)
        length = struct.unpack("!H", rest[:2])[0]
        will_payload, rest = rest[2 : 2 + length], rest[2 + length :]
    user = _text(rest)[0] if flags & 0x80 else None
    return Greeting(
        version,
        bool(flags & 2),
        keepalive_s,
        client_id,
        user,
        bool(flags & 0x40),
        will_topic,
        will_payload,
        flags >> 3 & 3,
        bool(flags & 0x20),
        expiry,
        maximum,
    )


def _four_byte(properties: bytes, wanted: int) -> int | None:
    """CONNECT of a device carries only properties of one octet for the name and four for the value."""
    for at in range(0, len(properties), 5):
        name, value = struct.unpack("!BI", properties[at : at + 5])
        if name == wanted:
            assert isinstance(value, int)
            return value
    return None


def _text(data: bytes) -> tuple[str, bytes]:
    length = struct.unpack("!H", data[:2])[0]
    return data[2 : 2 + length].decode(), data[2 + length :]


def _variable(value: int) -> bytes:
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)
