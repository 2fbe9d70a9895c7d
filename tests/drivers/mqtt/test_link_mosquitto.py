"""The link against a real Mosquitto, with mutual TLS."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from drivers.clock import SystemClock
from drivers.mqtt.brokers import Broker
from drivers.mqtt.link import MqttLink
from drivers.mqtt.tls import client_context
from drivers.ports import LinkDown, LinkUp, Message, Probed, Published, Received
from sim.broker.mosquitto import INSTALL, Mosquitto, find_mosquitto
from sim.broker.server_tls import ServerTls
from tests.conftest import external
from tests.drivers.mailbox import Mailbox
from tests.pki import Identity, Pki

_DEVICE = "store-0042"
_RECEIPTS = f"ansim/v1/{_DEVICE}/receipt"
_ALARMS = f"ansim/v1/{_DEVICE}/alarm"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def cleanup() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def broker(pki: Pki, cleanup: ExitStack) -> Mosquitto:
    return cleanup.enter_context(_mosquitto(pki, pki.server))


def _mosquitto(pki: Pki, server: Identity) -> Mosquitto:
    found = find_mosquitto()
    external(None if found is None else str(found), INSTALL)
    return Mosquitto(
        tls=ServerTls(pki.ca, server.certificate, server.key, pki.crl), persistence=True, control_room="control-room"
    )


class _Party:
    """Somebody with a certificate, and what he hears."""

    def __init__(
        self,
        stack: ExitStack,
        ca: Path,
        who: Identity,
        *addresses: Broker,
        topics: tuple[str, ...] = (_RECEIPTS,),
        keepalive_s: int = 30,
    ) -> None:
        self.facts = Mailbox()
        context = client_context(ca, who.certificate, who.key)
        self.link = MqttLink(addresses, who.name, topics, keepalive_s, context, self.facts, SystemClock(), 16_384)
        stack.callback(self.link.close)

    def up(self, will: Message | None = None) -> None:
        self.link.connect(0, will)
        self.facts.expect(LinkUp)


def _at(port: int) -> Broker:
    return Broker("localhost", port, tls=True)


def test_alarm_goes_up_and_receipt_comes_down(pki: Pki, broker: Mosquitto, cleanup: ExitStack) -> None:
    room = _Party(cleanup, pki.ca, pki.control_room, _at(broker.tls_port), topics=(_ALARMS,))
    store = _Party(cleanup, pki.ca, pki.make_device(_DEVICE), _at(broker.tls_port))
    room.up()
    store.up()

    store.link.publish(Message(_ALARMS, b"alarm"), 1)
    assert room.facts.expect(Received).payload == b"alarm"
    assert store.facts.expect(Published).refused is None
    room.link.publish(Message(_RECEIPTS, b"receipt"), 1)

    assert store.facts.expect(Received).payload == b"receipt"


def test_round_trip_does_not_wait_for_delayed_acknowledgements(pki: Pki, broker: Mosquitto, cleanup: ExitStack) -> None:
    room = _Party(cleanup, pki.ca, pki.control_room, _at(broker.tls_port), topics=(_RECEIPTS,))
    room.up()
    took_s = []
    for token in range(20):
        began_s = time.monotonic()
        room.link.publish(Message(_RECEIPTS, b"x"), token)
        room.facts.take()
        room.facts.take()  # published and received, in either order
        took_s.append(time.monotonic() - began_s)

    # A loaded machine is slow now and then; Nagle is slow each time, once the kernel has begun to delay.
    assert min(took_s[10:]) < 0.02, "40 ms are Nagle's, waiting for a delayed acknowledgement"


def test_foreign_topic_is_refused_by_name(pki: Pki, broker: Mosquitto, cleanup: ExitStack) -> None:
    store = _Party(cleanup, pki.ca, pki.make_device(_DEVICE), _at(broker.tls_port))
    store.up()
    store.link.publish(Message("ansim/v1/store-0001/alarm", b"alarm"), 1)

    assert store.facts.expect(Published).refused == "Not authorized"


def test_session_outlives_connection_and_broker(pki: Pki, broker: Mosquitto, cleanup: ExitStack) -> None:
    room = _Party(cleanup, pki.ca, pki.control_room, _at(broker.tls_port), topics=(_ALARMS,))
    store = _Party(cleanup, pki.ca, pki.make_device(_DEVICE), _at(broker.tls_port))
    room.up()
    store.up()
    store.link.drop()
    store.facts.expect(LinkDown)
    room.link.publish(Message(_RECEIPTS, b"while away"), 1)
    room.facts.expect(Published)
    broker.restart()

    store.link.connect(0, None)

    facts = {type(fact): fact for fact in (store.facts.take(), store.facts.take())}
    received = facts[Received]
    assert isinstance(received, Received)
    assert received.payload == b"while away"


def test_will_is_published_when_the_link_is_dropped_but_not_when_left(
    pki: Pki, broker: Mosquitto, cleanup: ExitStack
) -> None:
    status = f"ansim/v1/{_DEVICE}/status"
    room = _Party(cleanup, pki.ca, pki.control_room, _at(broker.tls_port), topics=(status,))
    store = _Party(cleanup, pki.ca, pki.make_device(_DEVICE), _at(broker.tls_port))
    room.up()
    store.up(Message(status, b"will", retain=True))
    store.link.leave(Message(status, b"farewell", retain=True))
    assert store.facts.expect(LinkDown).reason == "left"
    assert room.facts.expect(Received).payload == b"farewell"
    store.up(Message(status, b"will", retain=True))
    store.link.drop()

    assert room.facts.expect(Received).payload == b"will"


def test_standing_broker_is_noticed_within_one_and_a_half_keepalives(
    pki: Pki, broker: Mosquitto, cleanup: ExitStack
) -> None:
    store = _Party(cleanup, pki.ca, pki.make_device(_DEVICE), _at(broker.tls_port), keepalive_s=1)
    store.up()
    broker.pause()
    paused_ns = time.monotonic_ns()

    down = store.facts.expect(LinkDown)
    broker.resume()

    assert down.reason.startswith("nothing heard for 1.5")
    assert down.at_ns - paused_ns < 1_900_000_000


def test_other_connection_of_the_same_device_ends_this_one(pki: Pki, broker: Mosquitto, cleanup: ExitStack) -> None:
    device = pki.make_device(_DEVICE)
    first = _Party(cleanup, pki.ca, device, _at(broker.tls_port))
    second = _Party(cleanup, pki.ca, device, _at(broker.tls_port))
    first.up()
    second.up()

    # Mosquitto 2.0.11 just closes; later ones say why.
    assert first.facts.expect(LinkDown).reason in {
        "closed by the broker",
        "ended by the broker: Session taken over",
    }


def test_why_tls_failed_is_told_in_words(pki: Pki, broker: Mosquitto, cleanup: ExitStack) -> None:
    revoked = pki.make_device("store-0666")
    pki.revoke(revoked)
    broker.reload()
    device = pki.make_device(_DEVICE)
    elsewhere = cleanup.enter_context(_mosquitto(pki, pki.misnamed_server))
    port = broker.tls_port

    assert _why(cleanup, pki.ca, revoked, port) == "TLS refused by the broker: certificate revoked"
    assert _why(cleanup, pki.ca, pki.make_stranger("store-0007"), port) == "TLS refused by the broker: unknown ca"
    assert _why(cleanup, pki.ca, pki.make_expired_device("store-0008"), port) == (
        "TLS refused by the broker: certificate expired"
    )
    assert _why(cleanup, pki.ca, device, elsewhere.tls_port) == (
        f"localhost:{elsewhere.tls_port}: certificate of the broker: "
        "Hostname mismatch, certificate is not valid for 'localhost'"
    )
    assert _why(cleanup, device.certificate, device, port).startswith(f"localhost:{port}: certificate of the broker: ")
    assert _why(cleanup, pki.ca, device, broker.port).startswith(f"localhost:{broker.port}: ")


def _why(stack: ExitStack, ca: Path, who: Identity, port: int) -> str:
    party = _Party(stack, ca, who, _at(port))
    party.link.connect(0, None)
    return party.facts.expect(LinkDown).reason


def test_probe_shakes_hands(pki: Pki, broker: Mosquitto, cleanup: ExitStack) -> None:
    device = pki.make_device(_DEVICE)
    store = _Party(cleanup, pki.ca, device, _at(broker.tls_port), _at(broker.port))
    store.up()
    store.link.probe(0)
    assert store.facts.expect(Probed).well
    store.link.probe(1)

    assert not store.facts.expect(Probed).well
    assert store.facts.empty


def test_probe_under_way_does_not_hold_up_close(pki: Pki, broker: Mosquitto, cleanup: ExitStack) -> None:
    store = _Party(cleanup, pki.ca, pki.make_device(_DEVICE), _at(broker.tls_port))
    broker.pause()
    store.link.probe(0)
    began_s = time.monotonic()
    store.link.close()
    took_s = time.monotonic() - began_s
    broker.resume()

    assert took_s < 3, "a probe alone gives up after five seconds"
    assert store.facts.empty
