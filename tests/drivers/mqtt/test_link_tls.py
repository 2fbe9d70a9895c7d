"""The link over TLS against brokers that follow a script."""

import ssl
from collections.abc import Callable, Iterator

import pytest

from drivers.clock import SystemClock
from drivers.mqtt.brokers import Broker
from drivers.mqtt.link import MqttLink
from drivers.mqtt.tls import client_context
from drivers.ports import LinkDown, LinkUp, Message, Published, Received
from tests.drivers.mailbox import Mailbox
from tests.mqtt_script import Peer, ScriptBroker
from tests.pki import Pki

_RECEIPTS = "ansim/v1/store-0042/receipt"
MakeLink = Callable[[ScriptBroker, int], MqttLink]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def server(pki: Pki) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.server.certificate, pki.server.key)
    context.load_verify_locations(pki.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.fixture
def facts() -> Mailbox:
    return Mailbox()


@pytest.fixture
def make_link(pki: Pki, facts: Mailbox) -> Iterator[MakeLink]:
    device = pki.make_device("store-0042")
    context = client_context(pki.ca, device.certificate, device.key)
    links = []

    def make(broker: ScriptBroker, keepalive_s: int) -> MqttLink:
        address = Broker("localhost", broker.port, tls=True)
        links.append(MqttLink([address], "store-0042", [_RECEIPTS], keepalive_s, context, facts, SystemClock(), 16_384))
        return links[-1]

    yield make
    for link in links:
        link.close()


@pytest.mark.parametrize("size_bytes", [1, 100, 3000])
def test_messages_that_come_in_one_record_are_all_read_at_once(
    make_link: MakeLink, server: ssl.SSLContext, facts: Mailbox, size_bytes: int
) -> None:
    payloads = [bytes([place]) * size_bytes for place in range(100)]

    def sends(peer: Peer) -> None:
        peer.accept()
        peer.publish(_RECEIPTS, *payloads)
        peer.stay()

    with ScriptBroker(sends, tls=server) as broker:
        link = make_link(broker, 30)
        link.connect(0, None)
        facts.expect(LinkUp)

        assert [facts.expect(Received).payload for _ in payloads] == payloads
        link.close()


def test_much_is_sent_through_a_socket_that_takes_little(
    make_link: MakeLink, server: ssl.SSLContext, facts: Mailbox
) -> None:
    def reads_late(peer: Peer) -> None:
        peer.accept()
        peer.wait()
        peer.stay()

    with ScriptBroker(reads_late, tls=server) as broker:
        link = make_link(broker, 30)
        link.connect(0, None)
        facts.expect(LinkUp)
        for token in range(40):
            link.publish(Message("ansim/v1/store-0042/event", bytes(500_000)), token)
        broker.release()

        assert [facts.expect(Published).token for _ in range(40)] == list(range(40))
        link.close()


def test_old_broker_that_hangs_up_is_spoken_to_in_3_1_1(
    make_link: MakeLink, server: ssl.SSLContext, facts: Mailbox
) -> None:
    def hangs_up(peer: Peer) -> None:
        assert peer.expect_connect().version == 5

    def speaks_3_1_1(peer: Peer) -> None:
        assert peer.accept().version == 4
        peer.stay()

    with ScriptBroker(hangs_up, speaks_3_1_1, tls=server) as broker:
        link = make_link(broker, 30)
        link.connect(0, None)

        facts.expect(LinkUp)
        link.close()


def test_half_open_link_is_noticed(make_link: MakeLink, server: ssl.SSLContext, facts: Mailbox) -> None:
    def goes_deaf(peer: Peer) -> None:
        peer.accept()
        while peer.read() is not None:
            pass

    with ScriptBroker(goes_deaf, tls=server) as broker:
        make_link(broker, 1).connect(0, None)
        facts.expect(LinkUp)

        assert facts.expect(LinkDown).reason.startswith("nothing heard for 1.5")
