"""What MQTT 3.1.1 and 5 clients say, as values. Pure. At most QoS 1: a device and its control room use nothing else."""

from dataclasses import dataclass
from enum import IntEnum


class Version(IntEnum):
    """Protocol level in CONNECT."""

    V311 = 4
    V5 = 5


class Reason(IntEnum):
    """Reason codes of MQTT 5 §2.4, as far as they are used here."""

    SUCCESS = 0x00
    WITH_WILL = 0x04
    NO_SUBSCRIBERS = 0x10
    NO_SUBSCRIPTION = 0x11
    MALFORMED = 0x81
    PROTOCOL_ERROR = 0x82
    BAD_VERSION = 0x84
    BAD_CLIENT_ID = 0x85
    NOT_AUTHORIZED = 0x87
    SHUTTING_DOWN = 0x8B
    KEEPALIVE_TIMEOUT = 0x8D
    TAKEN_OVER = 0x8E
    BAD_FILTER = 0x8F
    BAD_TOPIC = 0x90
    BAD_ALIAS = 0x94
    TOO_LARGE = 0x95
    BAD_QOS = 0x9B


class Malformed(ValueError):
    """Bytes that are not MQTT, or not what may be said now. The connection cannot go on."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.name)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Publish:
    """A message; `packet_id` is 0 at QoS 0. `properties` are the encoded ones that a broker passes on."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    packet_id: int = 0
    properties: bytes = b""


@dataclass(frozen=True, slots=True)
class Connect:
    """The first packet. `session_expiry_s` is 0 when the session ends with the connection."""

    version: Version
    client_id: str
    clean: bool
    keepalive_s: int
    will: Publish | None = None
    user: str | None = None
    session_expiry_s: int = 0
    receive_maximum: int = 0xFFFF
    max_packet_bytes: int = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class PubAck:
    """The client has taken a message, or refused it for good."""

    packet_id: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """One filter and its options (MQTT 5 §3.8.3.1). `retain_handling`: 0 always, 1 if new, 2 never."""

    topic_filter: str
    qos: int
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Filters to add, at least one."""

    packet_id: int
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Filters to drop, at least one."""

    packet_id: int
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PingReq:
    """I am still here."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """A goodbye. `session_expiry_s` replaces the one in CONNECT unless None."""

    reason: int = Reason.SUCCESS
    session_expiry_s: int | None = None


Packet = Connect | Publish | PubAck | Subscribe | Unsubscribe | PingReq | Disconnect
