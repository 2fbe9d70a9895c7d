"""The room against a real Mosquitto, with mutual TLS and the access list of docs/protocol.md."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from device.logic.envelope import MAX_BYTES, Typ
from device.logic.receipt import Answer, Receipt, read_receipts
from drivers.clock import SystemClock
from drivers.mqtt.brokers import Broker
from drivers.mqtt.link import MqttLink
from drivers.mqtt.tls import client_context
from drivers.ports import Post, Record
from sim.broker.mosquitto import Mosquitto
from sim.broker.server_tls import ServerTls
from sim.control_room.chain import examine
from sim.control_room.desk import TakenStatus
from sim.control_room.ledger import Ledger
from sim.control_room.room import SUBSCRIPTIONS, Arrival, Room, Seen, make_core
from tests import mqtt_client
from tests.fixtures_broker import installed_mosquitto
from tests.mqtt_client import V5, TestClient
from tests.pki import Pki
from tests.sim.control_room.scene import (
    ROOM,
    ROOM_KEYS,
    ROOM_SIGNER,
    STORE,
    make_journal,
    make_verifier,
    press,
    sign,
    status_payload,
    topic,
)

_PATIENCE_S = 20.0
_RESEND_S = 1.0


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def broker(pki: Pki) -> Iterator[Mosquitto]:
    tls = ServerTls(pki.ca, pki.server.certificate, pki.server.key, pki.crl)
    with Mosquitto(binary=installed_mosquitto(), tls=tls, persistence=True, control_room=ROOM) as running:
        yield running


@contextmanager
def _room(pki: Pki, broker: Mosquitto, ledger: Ledger, seen: SimpleQueue[Seen]) -> Iterator[Room]:
    def make_link(post: Post) -> MqttLink:
        context = client_context(pki.ca, pki.control_room.certificate, pki.control_room.key)
        at = [Broker("localhost", broker.tls_port, tls=True)]
        return MqttLink(at, ROOM, SUBSCRIPTIONS, 10, context, post, SystemClock(), MAX_BYTES)

    with Room(make_core(make_verifier(), ledger, ROOM_SIGNER, ROOM), make_link, SystemClock(), seen.put) as room:
        assert room.wait_connected(_PATIENCE_S)
        yield room


@contextmanager
def _store(pki: Pki, broker: Mosquitto) -> Iterator[TestClient]:
    context = mqtt_client.client_context(pki.ca, pki.make_device(STORE))
    with TestClient(broker.tls_port, STORE, version=V5, tls=context) as client:
        client.greeted()
        client.subscribe(topic("receipt"))
        yield client


def _send_until_answered(store: TestClient, record: Record) -> Receipt:
    """As a device does: the same bytes again, until a receipt comes."""
    for _ in range(round(_PATIENCE_S / _RESEND_S)):
        store.publish(topic("alarm"), record.envelope)
        try:
            heard = store.heard.get(timeout=_RESEND_S)
        except Empty:
            continue
        return read_receipts(heard.payload, STORE, ROOM_KEYS)[0]
    pytest.fail("no receipt")


def test_press_is_verified_stored_and_answered(pki: Pki, broker: Mosquitto, tmp_path: Path) -> None:
    record = press(make_journal())
    seen: SimpleQueue[Seen] = SimpleQueue()

    with Ledger(tmp_path / "ledger.db") as ledger:
        with _room(pki, broker, ledger, seen), _store(pki, broker) as store:
            receipt = _send_until_answered(store, record)
        stored = [event.digest for event in ledger.events()]

    arrival = seen.get(timeout=_PATIENCE_S)
    assert (receipt.place, receipt.digest, receipt.answer) == (record.place, record.digest, Answer.RECEIVED)
    assert stored == [record.digest]
    assert isinstance(arrival, Arrival)
    assert arrival.receipt_ns is not None
    assert arrival.arrived_ns <= arrival.stored_ns <= arrival.receipt_ns


def test_room_comes_back_after_the_broker(pki: Pki, broker: Mosquitto, tmp_path: Path) -> None:
    journal = make_journal()
    seen: SimpleQueue[Seen] = SimpleQueue()

    with Ledger(tmp_path / "ledger.db") as ledger, _room(pki, broker, ledger, seen):
        with _store(pki, broker) as store:
            _send_until_answered(store, press(journal))
        broker.restart()
        with _store(pki, broker) as store:
            receipt = _send_until_answered(store, press(journal))
        with Ledger(tmp_path / "ledger.db") as reader:
            links = reader.links(STORE)

    assert receipt.place.seq == 2
    assert examine(links).is_whole


def test_room_that_comes_later_hears_who_is_there(pki: Pki, broker: Mosquitto, tmp_path: Path) -> None:
    seen: SimpleQueue[Seen] = SimpleQueue()

    with _store(pki, broker) as store:
        store.publish(topic("status"), sign(status_payload(), Typ.STATUS), retain=True)
        with Ledger(tmp_path / "ledger.db") as ledger, _room(pki, broker, ledger, seen):
            status = seen.get(timeout=_PATIENCE_S)

    assert isinstance(status, TakenStatus)
    assert status.is_news
