"""What every broker in the simulator does, the embedded one and a real Mosquitto alike."""

import socket
import struct
from collections.abc import Callable, Iterator

import pytest
from paho.mqtt.enums import MQTTProtocolVersion as MqttVersion

from sim.broker.brokers import Broker, open_broker
from sim.broker.embedded import EmbeddedBroker
from sim.broker.mosquitto import Mosquitto
from sim.broker.packets import Version
from sim.broker.server_tls import ServerTls
from sim.errors import BrokerError
from tests.fixtures_broker import installed_mosquitto
from tests.mqtt_client import TIMEOUT_S, V5, V311, Greeting, Heard, TestClient, client_context
from tests.pki import Identity, Pki

EVENT, STATUS, RECEIPT = (f"ansim/v1/store-1/{name}" for name in ("event", "status", "receipt"))
KINDS = ["embedded", "mosquitto"]
CONTROL_ROOM = "control-room"

pytestmark = pytest.mark.parametrize("version", [V311, V5], ids=["3.1.1", "5"])


def make_broker(kind: str, *, tls: ServerTls | None = None, control_room: str | None = None) -> Broker:
    if kind == "embedded":
        return EmbeddedBroker(tls=tls, control_room=control_room)
    return open_broker(installed_mosquitto(), tls=tls, control_room=control_room)


def connect_bytes(version: MqttVersion, client_id: str, topic: str, will: bytes) -> bytes:
    """CONNECT with a will and a keepalive of one second."""
    none = b"\0" if version is V5 else b""
    texts = [struct.pack("!H", len(text)) + text for text in (client_id.encode(), topic.encode(), will)]
    body = b"\0\4MQTT" + struct.pack("!BBH", version, 0x0E, 1) + none + texts[0] + none + texts[1] + texts[2]
    return bytes([0x10, len(body)]) + body


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with make_broker(request.param) as running:
        yield running


@pytest.fixture(params=KINDS)
def guarded(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """With the access rules."""
    with make_broker(request.param, control_room=CONTROL_ROOM) as running:
        yield running


@pytest.fixture(params=KINDS)
def tls_broker(request: pytest.FixtureRequest, pki: Pki) -> Iterator[Broker]:
    files = ServerTls(pki.ca, pki.server.certificate, pki.server.key, pki.crl)
    with make_broker(request.param, tls=files, control_room=CONTROL_ROOM) as running:
        yield running


def test_messages_arrive_in_order_at_qos_1(broker: Broker, version: MqttVersion) -> None:
    with TestClient(broker.port, "room", version=version) as room, TestClient(broker.port, "store-1") as store:
        room.greeted()
        assert room.subscribe("ansim/v1/+/event") == [1]
        store.greeted()

        for number in range(500):
            store.send(EVENT, b"%d" % number)

        assert [room.next() for _ in range(500)] == [Heard(EVENT, b"%d" % n, False, 1) for n in range(500)]


def test_a_new_subscriber_hears_what_was_retained(broker: Broker, version: MqttVersion) -> None:
    with TestClient(broker.port, "store-1", version=version) as store:
        store.greeted()
        store.publish(STATUS, b"here", retain=True)

    with TestClient(broker.port, "room", version=version) as room:
        room.greeted()
        room.subscribe("ansim/v1/#")

        assert room.next() == Heard(STATUS, b"here", True, 1)


def test_nothing_retained_is_sent_to_who_did_not_ask(broker: Broker, version: MqttVersion) -> None:
    with TestClient(broker.port, "room") as room, TestClient(broker.port, "store-1") as store:
        room.greeted()
        room.subscribe("#")
        store.greeted()
        store.publish(STATUS, b"here", retain=True)

        with TestClient(broker.port, "store-2", version=version, clean=False) as other:
            other.greeted()
            other.subscribe("mine")
            other.send("mine", b"first")
            assert other.next().payload == b"first"


def test_an_empty_retained_message_removes_the_one_before(broker: Broker, version: MqttVersion) -> None:
    with TestClient(broker.port, "room", version=version) as room:
        room.greeted()
        room.publish(STATUS, b"old", retain=True)
        room.publish(STATUS, b"", retain=True)
        room.subscribe("ansim/v1/#")
        room.send(EVENT, b"first")

        assert room.next().payload == b"first"


def test_the_will_of_a_vanished_client_is_published_and_kept(broker: Broker, version: MqttVersion) -> None:
    with TestClient(broker.port, "room", version=version) as room:
        room.greeted()
        room.subscribe("ansim/v1/+/status")
        with TestClient(broker.port, "store-1", version=version, will=(STATUS, b"gone")) as store:
            store.greeted()
            store.vanish()

        assert room.next() == Heard(STATUS, b"gone", False, 1)
        room.subscribe(STATUS)
        assert room.next() == Heard(STATUS, b"gone", True, 1)


def test_a_client_that_says_goodbye_leaves_no_will(broker: Broker, version: MqttVersion) -> None:
    with TestClient(broker.port, "room", version=version) as room:
        room.greeted()
        room.subscribe("ansim/v1/#")
        with TestClient(broker.port, "store-1", version=version, will=(STATUS, b"gone")) as store:
            store.greeted()
        with TestClient(broker.port, "store-1", version=version) as store:
            store.greeted()
            store.publish(EVENT, b"back")

        assert room.next().payload == b"back"


def test_a_silent_client_is_given_up_after_one_and_a_half_keepalives(version: MqttVersion) -> None:
    with EmbeddedBroker() as broker, TestClient(broker.port, "room", version=version) as room:
        room.greeted()
        room.subscribe("ansim/v1/#")
        with socket.create_connection(("127.0.0.1", broker.port), timeout=TIMEOUT_S) as silent:
            silent.sendall(connect_bytes(version, "store-1", STATUS, b"gone"))

            assert room.next().payload == b"gone"
            assert b"".join(iter(lambda: silent.recv(1024), b""))


def test_what_was_sent_while_a_client_was_away_waits_for_it(broker: Broker, version: MqttVersion) -> None:
    with TestClient(broker.port, "room", version=version, clean=False) as room:
        room.greeted()
        room.subscribe("ansim/v1/#")
    with TestClient(broker.port, "store-1", version=version) as store:
        store.greeted()
        for number in range(100):
            store.publish(EVENT, b"%d" % number)

    with TestClient(broker.port, "room", version=version, clean=False) as room:
        assert room.greeted() == Greeting("Success", True)
        assert [room.next().payload for _ in range(100)] == [b"%d" % n for n in range(100)]


def test_a_clean_start_forgets_the_session(broker: Broker, version: MqttVersion) -> None:
    for clean, present in ((False, False), (False, True), (True, False), (False, False)):
        with TestClient(broker.port, "room", version=version, clean=clean) as room:
            assert room.greeted().session_present is present


def test_the_same_client_id_takes_the_connection_over(broker: Broker, version: MqttVersion) -> None:
    with TestClient(broker.port, "store-1", version=version, clean=False) as first:
        first.greeted()
        first.subscribe(RECEIPT)

        with TestClient(broker.port, "store-1", version=version, clean=False) as second:
            assert second.greeted() == Greeting("Success", True)
            assert first.lost.get(timeout=TIMEOUT_S)
            second.send(RECEIPT, b"mine")
            assert second.next().payload == b"mine"


def test_a_stopped_broker_comes_back_on_its_port(broker: Broker, version: MqttVersion) -> None:
    port = broker.port
    with TestClient(port, "store-1", version=version) as store:
        store.greeted()
        broker.stop()
        assert store.lost.get(timeout=TIMEOUT_S)

    broker.start()

    assert broker.port == port
    with TestClient(port, "store-1", version=version) as store:
        assert store.greeted().reason == "Success"


def test_a_device_can_neither_write_nor_hear_what_is_not_its_own(guarded: Broker, version: MqttVersion) -> None:
    with (
        TestClient(guarded.port, "room", version=version, user=CONTROL_ROOM) as room,
        TestClient(guarded.port, "one", version=version, user="store-1") as one,
        TestClient(guarded.port, "two", version=version, user="store-2") as two,
    ):
        for client in (room, one, two):
            client.greeted()
            client.subscribe("ansim/v1/#")

        refused = two.publish(EVENT, b"forged")
        two.publish("ansim/v1/store-2/event", b"own")
        room.publish(RECEIPT, b"receipt")

        assert refused == ("Not authorized" if version is V5 else "Success")
        assert room.next().payload == b"own"
        assert one.next().payload == b"receipt"
        room.publish("ansim/v1/store-2/command", b"for two")
        assert two.next().payload == b"for two"


def test_the_certificate_names_user_and_client(tls_broker: Broker, pki: Pki, version: MqttVersion) -> None:
    device = client_context(pki.ca, pki.make_device("store-1"))
    room_context = client_context(pki.ca, pki.control_room)
    with (
        TestClient(tls_broker.port, "whatever", version=version, tls=room_context) as room,
        TestClient(tls_broker.port, "somebody-else", version=version, user="store-2", tls=device) as store,
    ):
        room.greeted()
        room.subscribe("ansim/v1/#")
        store.greeted()
        store.publish("ansim/v1/store-2/event", b"forged")
        store.publish(EVENT, b"own")

        assert room.next().payload == b"own"


@pytest.mark.parametrize("who", ["nobody", "stranger", "expired", "revoked"])
def test_no_valid_certificate_no_connection(tls_broker: Broker, pki: Pki, version: MqttVersion, who: str) -> None:
    identities: dict[str, Callable[[], Identity | None]] = {
        "nobody": lambda: None,
        "stranger": lambda: pki.make_stranger("store-1"),
        "expired": lambda: pki.make_expired_device("store-1"),
        "revoked": lambda: pki.make_device("store-9"),
    }
    identity = identities[who]()
    if who == "revoked":
        assert identity is not None
        pki.revoke(identity)
        tls_broker.stop()
        tls_broker.start()

    with TestClient(tls_broker.port, "store-1", version=version, tls=client_context(pki.ca, identity)) as client:
        # TLS 1.3 lets the client finish before the server has looked at its certificate.
        assert client.lost.get(timeout=TIMEOUT_S)
        assert client.greetings.empty()


def test_an_old_broker_refuses_mqtt_5_at_once(version: MqttVersion) -> None:
    with EmbeddedBroker(highest=Version.V311) as old, TestClient(old.port, "store-1", version=version) as store:
        assert store.greeted().reason == ("Success" if version is V311 else "Unsupported protocol version")


def test_a_broker_with_unusable_keys_says_so_in_one_line(pki: Pki, version: MqttVersion) -> None:
    files = ServerTls(pki.ca, pki.server.certificate, pki.ca)
    for kind in KINDS:
        with pytest.raises(BrokerError) as refused:
            make_broker(kind, tls=files).__enter__()
        assert "\n" not in str(refused.value)


def test_the_real_one_is_taken_where_there_is_one(version: MqttVersion) -> None:
    chosen = open_broker(installed_mosquitto())

    assert isinstance(chosen, Mosquitto)
    chosen.close()
