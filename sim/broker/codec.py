"""MQTT 3.1.1 and 5 bytes as a broker reads and writes them. Pure. OASIS MQTT 3.1.1 and MQTT 5.0; § are those of 5.0."""

import struct
from dataclasses import dataclass
from enum import IntEnum

from sim.broker.packets import (
    Connect,
    Disconnect,
    Malformed,
    Packet,
    PingReq,
    PubAck,
    Publish,
    Reason,
    Subscribe,
    Subscription,
    Unsubscribe,
    Version,
)
from sim.broker.topics import is_filter, is_topic

# Envelopes are at most 16 KiB; the rest is room for tests of what is larger.
MAX_PACKET_BYTES = 256 * 1024


class _Kind(IntEnum):
    """Packet types (§2.1.2)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


_SESSION_EXPIRY, _ASSIGNED_CLIENT_ID, _RECEIVE_MAXIMUM = 0x11, 0x12, 0x21
_TOPIC_ALIAS, _MAXIMUM_QOS, _USER_PROPERTY, _MAXIMUM_PACKET = 0x23, 0x24, 0x26, 0x27
_SUBSCRIPTION_IDS_AVAILABLE, _SHARED_AVAILABLE = 0x29, 0x2A
# §2.2.2.2: identifiers by the form of their value.
_ONE_BYTE = frozenset({0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A})
_TWO_BYTES = frozenset({0x13, 0x21, 0x22, 0x23})
_FOUR_BYTES = frozenset({0x02, 0x11, 0x18, 0x27})
_LENGTH_FIRST = frozenset({0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F})
# Payload format, expiry, content type, response topic, correlation data, user properties: §3.3.2.3.
_PASSED_ON = frozenset({0x01, 0x02, 0x03, 0x08, 0x09, _USER_PROPERTY})

# 3.1.1 §3.2.2.3 has its own codes; what it cannot say is "not authorized".
_CONNACK_311 = {Reason.SUCCESS: 0, Reason.BAD_VERSION: 1, Reason.BAD_CLIENT_ID: 2}
_NOT_AUTHORIZED_311 = 5
_FAILURE_311 = 0x80


@dataclass(frozen=True, slots=True)
class _Properties:
    numbers: dict[int, int]
    passed_on: bytes


class Decoder:
    """Cuts a stream into packets. Knows the version once it has read CONNECT; one per connection."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.version = Version.V311

    def feed(self, data: bytes) -> None:
        """Take what has arrived."""
        self._buffer += data

    def next(self) -> Packet | None:
        """The next whole packet, None if there is none yet. Raises Malformed, after which nothing else will do."""
        size = self._whole()
        if size is None:
            return None
        first, body = self._buffer[0], bytes(self._buffer[size[0] : size[1]])
        del self._buffer[: size[1]]
        return self._decode(first >> 4, first & 0x0F, _Reader(body))

    def _whole(self) -> tuple[int, int] | None:
        """Where the body of the first packet begins and ends, once all of it is here (§2.1.4)."""
        length = 0
        for index in range(1, min(len(self._buffer), 5)):
            byte = self._buffer[index]
            length |= (byte & 0x7F) << (7 * (index - 1))
            if byte < 0x80:
                if length > MAX_PACKET_BYTES:
                    raise Malformed(Reason.TOO_LARGE)
                end = index + 1 + length
                return (index + 1, end) if len(self._buffer) >= end else None
        if len(self._buffer) >= 5:
            raise Malformed(Reason.MALFORMED)
        return None

    def _decode(self, kind: int, flags: int, body: "_Reader") -> Packet:
        if kind == _Kind.PUBLISH:
            return self._publish(flags, body)
        if flags != (2 if kind in {_Kind.SUBSCRIBE, _Kind.UNSUBSCRIBE} else 0):
            raise Malformed(Reason.MALFORMED)
        match kind:
            case _Kind.CONNECT:
                packet = _connect(body)
                self.version = packet.version
                return packet
            case _Kind.PUBACK:
                return PubAck(body.u16())
            case _Kind.SUBSCRIBE:
                return self._subscribe(body)
            case _Kind.UNSUBSCRIBE:
                return self._unsubscribe(body)
            case _Kind.PINGREQ:
                return PingReq()
            case _Kind.DISCONNECT:
                return self._disconnect(body)
            case _:
                raise Malformed(Reason.PROTOCOL_ERROR)

    def _publish(self, flags: int, body: "_Reader") -> Publish:
        topic = body.text()
        qos = flags >> 1 & 3
        if qos > 1:
            raise Malformed(Reason.BAD_QOS)
        packet_id = body.packet_id() if qos else 0
        properties = self._properties(body)
        # No alias was offered in CONNACK, so none may be used (§3.2.2.3.8).
        if _TOPIC_ALIAS in properties.numbers:
            raise Malformed(Reason.BAD_ALIAS)
        if not is_topic(topic):
            raise Malformed(Reason.BAD_TOPIC)
        return Publish(topic, body.rest(), qos, bool(flags & 1), packet_id, properties.passed_on)

    def _subscribe(self, body: "_Reader") -> Subscribe:
        packet_id = body.packet_id()
        self._properties(body)
        found: list[Subscription] = []
        while not found or body.left:
            found.append(_subscription(body.text(), body.u8()))
        return Subscribe(packet_id, tuple(found))

    def _unsubscribe(self, body: "_Reader") -> Unsubscribe:
        packet_id = body.packet_id()
        self._properties(body)
        found: list[str] = []
        while not found or body.left:
            found.append(body.text())
        return Unsubscribe(packet_id, tuple(found))

    def _disconnect(self, body: "_Reader") -> Disconnect:
        reason = body.u8() if body.left else Reason.SUCCESS
        numbers = self._properties(body).numbers if body.left else {}
        return Disconnect(reason, numbers.get(_SESSION_EXPIRY))

    def _properties(self, body: "_Reader") -> _Properties:
        return body.properties() if self.version is Version.V5 else _Properties({}, b"")


def connack(
    version: Version, reason: Reason, *, present: bool = False, receive_maximum: int, assigned_id: str
) -> bytes:
    """Answer to CONNECT. `assigned_id` is empty unless the client came without one."""
    flags = 1 if present and reason is Reason.SUCCESS else 0
    if version is not Version.V5:
        return _packet(_Kind.CONNACK << 4, bytes([flags, _CONNACK_311.get(reason, _NOT_AUTHORIZED_311)]))
    properties = bytes([_MAXIMUM_QOS, 1, _SUBSCRIPTION_IDS_AVAILABLE, 0, _SHARED_AVAILABLE, 0])
    properties += struct.pack("!BHBI", _RECEIVE_MAXIMUM, receive_maximum, _MAXIMUM_PACKET, MAX_PACKET_BYTES)
    if assigned_id:
        properties += bytes([_ASSIGNED_CLIENT_ID]) + _text(assigned_id)
    return _packet(_Kind.CONNACK << 4, bytes([flags, reason]) + _varint(len(properties)) + properties)


def publish(version: Version, message: Publish, *, dup: bool = False) -> bytes:
    """A message on its way to a client."""
    body = _text(message.topic)
    if message.qos:
        body += struct.pack("!H", message.packet_id)
    if version is Version.V5:
        body += _varint(len(message.properties)) + message.properties
    flags = (8 if dup else 0) | message.qos << 1 | message.retain
    return _packet(_Kind.PUBLISH << 4 | flags, body + message.payload)


def puback(version: Version, packet_id: int, reason: Reason) -> bytes:
    """3.1.1 has no way to refuse a message: the reason is left out."""
    body = struct.pack("!H", packet_id)
    if version is Version.V5 and reason is not Reason.SUCCESS:
        body += bytes([reason])
    return _packet(_Kind.PUBACK << 4, body)


def suback(version: Version, packet_id: int, codes: tuple[int, ...]) -> bytes:
    """One code per filter: the QoS granted, or a reason from 0x80 on."""
    if version is not Version.V5:
        codes = tuple(min(code, _FAILURE_311) for code in codes)
    return _packet(_Kind.SUBACK << 4, struct.pack("!H", packet_id) + _no_properties(version) + bytes(codes))


def unsuback(version: Version, packet_id: int, codes: tuple[int, ...]) -> bytes:
    """One code per filter in MQTT 5, none in 3.1.1."""
    listed = bytes(codes) if version is Version.V5 else b""
    return _packet(_Kind.UNSUBACK << 4, struct.pack("!H", packet_id) + _no_properties(version) + listed)


def pingresp() -> bytes:
    """Answer to PINGREQ."""
    return _packet(_Kind.PINGRESP << 4, b"")


def disconnect(version: Version, reason: Reason) -> bytes:
    """The broker's reason for hanging up; nothing in 3.1.1, where it just closes."""
    return _packet(_Kind.DISCONNECT << 4, bytes([reason])) if version is Version.V5 else b""


def _connect(body: "_Reader") -> Connect:
    if body.text() != "MQTT":
        raise Malformed(Reason.BAD_VERSION)
    level = body.u8()
    if level not in (Version.V311, Version.V5):
        raise Malformed(Reason.BAD_VERSION)
    version = Version(level)
    flags = body.u8()
    if flags & 1:
        raise Malformed(Reason.MALFORMED)
    keepalive_s = body.u16()
    numbers = body.properties().numbers if version is Version.V5 else {}
    client_id = body.text()
    will = _will(version, flags, body) if flags & 4 else None
    user = body.text() if flags & 0x80 else None
    if flags & 0x40:
        body.binary()
    clean = bool(flags & 2)
    expiry_s = numbers.get(_SESSION_EXPIRY, 0) if version is Version.V5 else 0 if clean else 0xFFFFFFFF
    limits = numbers.get(_RECEIVE_MAXIMUM, 0xFFFF), numbers.get(_MAXIMUM_PACKET, 0xFFFFFFFF)
    if 0 in limits:
        raise Malformed(Reason.PROTOCOL_ERROR)
    return Connect(version, client_id, clean, keepalive_s, will, user, expiry_s, *limits)


def _will(version: Version, flags: int, body: "_Reader") -> Publish:
    properties = body.properties().passed_on if version is Version.V5 else b""
    topic, payload = body.text(), body.binary()
    qos = flags >> 3 & 3
    if qos > 1:
        raise Malformed(Reason.BAD_QOS)
    if not is_topic(topic):
        raise Malformed(Reason.BAD_TOPIC)
    return Publish(topic, payload, qos, bool(flags & 0x20), properties=properties)


def _subscription(topic_filter: str, options: int) -> Subscription:
    """§3.8.3.1; in 3.1.1 all bits above the QoS are zero and mean the same. A bad filter is answered, not punished."""
    qos, retain_handling = options & 3, options >> 4 & 3
    if qos == 3 or retain_handling == 3 or options & 0xC0:
        raise Malformed(Reason.PROTOCOL_ERROR)
    granted = min(qos, 1) if is_filter(topic_filter) else Reason.BAD_FILTER
    return Subscription(topic_filter, granted, bool(options & 4), bool(options & 8), retain_handling)


class _Reader:
    """A cursor over one packet's body. Raises Malformed where it ends too soon."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise Malformed(Reason.MALFORMED)
        self._at += count
        return self._data[self._at - count : self._at]

    def rest(self) -> bytes:
        return self.take(self.left)

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return int.from_bytes(self.take(2))

    def packet_id(self) -> int:
        found = self.u16()
        if found == 0:
            raise Malformed(Reason.PROTOCOL_ERROR)
        return found

    def binary(self) -> bytes:
        return self.take(self.u16())

    def text(self) -> str:
        try:
            found = self.binary().decode()
        except UnicodeDecodeError:
            raise Malformed(Reason.MALFORMED) from None
        if "\0" in found:
            raise Malformed(Reason.MALFORMED)
        return found

    def properties(self) -> _Properties:
        inner = _Reader(self.take(self._varint()))
        numbers: dict[int, int] = {}
        passed_on = bytearray()
        while inner.left:
            start = inner._at
            identifier = inner._varint()
            value = inner._value(identifier)
            if identifier in _PASSED_ON:
                passed_on += inner._data[start : inner._at]
            if value is not None and numbers.setdefault(identifier, value) != value:
                raise Malformed(Reason.PROTOCOL_ERROR)
        return _Properties(numbers, bytes(passed_on))

    def _value(self, identifier: int) -> int | None:
        """The number that the property carries; None if it carries something else."""
        if identifier in _ONE_BYTE:
            return self.u8()
        if identifier in _TWO_BYTES:
            return self.u16()
        if identifier in _FOUR_BYTES:
            return int.from_bytes(self.take(4))
        if identifier in _LENGTH_FIRST:
            self.binary()
        elif identifier == _USER_PROPERTY:
            self.text()
            self.text()
        else:
            # Subscription identifiers are not offered in CONNACK, so none is expected either.
            raise Malformed(Reason.PROTOCOL_ERROR)
        return None

    def _varint(self) -> int:
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise Malformed(Reason.MALFORMED)


def _packet(first: int, body: bytes) -> bytes:
    return bytes([first]) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("!H", len(data)) + data


def _no_properties(version: Version) -> bytes:
    return b"\0" if version is Version.V5 else b""
