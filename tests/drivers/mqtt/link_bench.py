"""What the tests of a link share: a link to make, its messages, and what brokers commonly do."""

from dataclasses import dataclass, field

from drivers.clock import SystemClock
from drivers.mqtt.brokers import Broker
from drivers.mqtt.link import MqttLink
from drivers.ports import Link, Message, Post
from tests.mqtt_script import Peer

WILL = Message("ansim/v1/store-0042/status", b"offline", retain=True)
ALARM = Message("ansim/v1/store-0042/alarm", b"alarm")
DOWN = ("ansim/v1/store-0042/receipt", "ansim/v1/store-0042/command")
MAX_PAYLOAD_BYTES = 1024
DAY_NS = 86_400_000_000_000


class ShiftedClock(SystemClock):
    """Real time, plus what a test adds to it."""

    def __init__(self) -> None:
        super().__init__()
        self.shift_ns = 0

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() + self.shift_ns


@dataclass
class LinkMaker:
    """Makes links to brokers on loopback, without TLS."""

    links: list[MqttLink] = field(default_factory=list)
    clock: ShiftedClock = field(default_factory=ShiftedClock)

    def __call__(self, *ports: int, post: Post, keepalive_s: int = 30) -> MqttLink:
        brokers = [Broker("127.0.0.1", port, tls=False) for port in ports]
        link = MqttLink(brokers, "store-0042", DOWN, keepalive_s, None, post, self.clock, MAX_PAYLOAD_BYTES)
        self.links.append(link)
        contract: Link = link  # checked by the type checker
        assert contract is link
        return link


def accept_and_stay(peer: Peer) -> None:
    peer.accept()
    peer.stay()


def old_broker_by_reason(peer: Peer) -> None:
    assert peer.expect_connect().version == 5
    peer.connack(reason=0x84)


def old_broker_by_code(peer: Peer) -> None:
    assert peer.expect_connect().version == 5
    peer.send(2, 0, b"\x00\x01")


def old_broker_by_silence(peer: Peer) -> None:
    assert peer.expect_connect().version == 5
