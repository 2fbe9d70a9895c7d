"""A device is stolen: registry, broker and control room, with real certificates and a real Mosquitto."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest

from device.logic.envelope import MAX_BYTES, Refusal, Typ, seal
from device.logic.event import Happening, Journal, Origin, Phase
from drivers.clock import SystemClock
from drivers.files import Files
from drivers.mqtt.brokers import Broker as Address
from drivers.mqtt.link import MqttLink
from drivers.mqtt.tls import client_context
from drivers.ports import Post, Record
from provisioning.authority.authority import Authority
from provisioning.control_room import devices_jwks
from provisioning.model import Broker, Plan, Purpose, Reason, Site
from provisioning.registry.registry import Registry
from provisioning.revocation import Revocation, evict_late, revoke
from sim.control_room.desk import NotTaken
from sim.control_room.device_keys import DeviceKeys
from sim.control_room.ledger import Filing, Ledger
from sim.control_room.room import SUBSCRIPTIONS, Arrival, Room, Seen, make_core
from sim.control_room.verifier import Verifier
from tests.builders import make_signer
from tests.mqtt_client import TIMEOUT_S
from tests.provisioning.broker.office import ROOM, make_authority, make_folder, make_setup, now
from tests.provisioning.broker.running import Proof, RunningBroker, Wallet, running
from tests.sim.control_room.scene import BOOT, EPOCH_1, status_payload, topic

STORE, OTHER = "store-0042", "store-0043"
# MQTT 3.1.1 CONNECT, clean session, client id "x".
CONNECT = bytes.fromhex("100d00044d5154540402003c000178")
# Mosquitto reloads within 100 ms; the rest is for a loaded machine.
ENDS_WITHIN_S = 5.0


class Office:
    """A folder with an authority, a registry, one broker, two stores and the control room."""

    def __init__(self, folder: Path, authority: Authority, registry: Registry, broker: RunningBroker) -> None:
        self.folder = folder
        self.authority = authority
        self.registry = registry
        self.broker = broker
        self.wallet = Wallet(folder / "wallet", authority)
        registry.apply([Plan(Site("s", "Store"), (STORE, OTHER))], now())
        self.stores = {name: self.wallet.make(name) for name in (STORE, OTHER)}
        for proof in self.stores.values():
            registry.enrol(proof.certificate, now(), "enrol")
        self.room = self.wallet.make(ROOM, Purpose.CLIENT)
        registry.add_certificate(self.room.certificate, now())
        setup = broker.setup
        registry.put_broker(Broker("localhost", setup.port, str(setup.folder), ""), now())
        self.publish()

    @property
    def device_keys(self) -> Path:
        return self.folder / "devices.jwks.json"

    def publish(self) -> None:
        Files().write(self.device_keys, devices_jwks(self.registry.certificates(), now()), 0o644)

    def revoke(self, name: str = STORE) -> Revocation:
        done = revoke(
            self.authority, self.registry, self.folder, name, Reason.KEY_COMPROMISE, now(), publish=self.publish
        )
        assert [delivery.fault for delivery in done.deliveries] == [None]
        return done

    @contextmanager
    def open_room(self, seen: SimpleQueue[Seen]) -> Iterator[Room]:
        """The control room; it finds its ledger and its session at the broker again."""
        keys = DeviceKeys(self.device_keys)
        with Ledger(self.folder / "ledger.db") as ledger:
            core = make_core(Verifier(keys.pinned, keys.revoked_utc_ns), ledger, make_signer(owner=ROOM), ROOM)
            with Room(core, self._link, SystemClock(), seen.put, keys.refresh) as room:
                assert room.wait_connected(TIMEOUT_S)
                yield room

    def _link(self, post: Post) -> MqttLink:
        context = client_context(self.wallet.ca, self.room.identity.certificate, self.room.identity.key)
        at = [Address("localhost", self.broker.setup.port, tls=True)]
        return MqttLink(at, ROOM, SUBSCRIPTIONS, 10, context, post, SystemClock(), MAX_BYTES)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def office(tmp_path: Path, authority: Authority) -> Iterator[Office]:
    setup = make_setup(tmp_path / "broker")
    make_folder(setup, authority)
    with running(setup) as broker, Registry(tmp_path / "registry.db", "tester") as registry:
        yield Office(tmp_path, authority, registry, broker)


def gets_in(office: Office, proof: Proof) -> bool:
    """Whether the broker answers CONNECT; with a connection of its own that ends at once."""
    try:
        with (
            socket.create_connection(("127.0.0.1", office.broker.setup.port), TIMEOUT_S) as tcp,
            office.wallet.context(proof.identity).wrap_socket(tcp, server_hostname="localhost") as sock,
        ):
            sock.sendall(CONNECT)
            return sock.recv(4) == b"\x20\x02\x00\x00"
    except (ssl.SSLError, ConnectionError):
        return False


# ---------------------------------------------------------------- at the broker


def test_the_live_session_of_a_revoked_device_ends(office: Office) -> None:
    with office.wallet.connect(office.broker.setup, office.stores[STORE].identity) as thief:
        thief.greeted()

        since_s = time.monotonic()
        office.revoke()

        assert thief.lost.get(timeout=ENDS_WITHIN_S)
        assert time.monotonic() - since_s < ENDS_WITHIN_S


def test_a_revoked_device_does_not_come_back(office: Office) -> None:
    thief = office.stores[STORE]
    assert gets_in(office, thief)

    office.revoke()

    assert not gets_in(office, thief)


def test_a_thief_who_never_stops_trying_is_out_when_it_is_done(office: Office) -> None:
    thief, stop = office.stores[STORE], threading.Event()

    def try_on() -> None:
        while not stop.is_set():
            gets_in(office, thief)

    trying = threading.Thread(target=try_on)
    trying.start()
    try:
        office.revoke()
        after = [gets_in(office, thief) for _ in range(5)]
    finally:
        stop.set()
        trying.join()

    assert after == [False] * 5


def test_a_connection_that_was_held_ready_is_ended_by_the_late_eviction(office: Office) -> None:
    context = office.wallet.context(office.stores[STORE].identity)
    with (
        socket.create_connection(("127.0.0.1", office.broker.setup.port), TIMEOUT_S) as tcp,
        context.wrap_socket(tcp, server_hostname="localhost") as ready,
    ):
        # The broker has looked at the certificate when it greets somebody who comes later.
        assert gets_in(office, office.stores[OTHER])
        done = office.revoke()
        ready.sendall(CONNECT)
        assert ready.recv(4) == b"\x20\x02\x00\x00"

        late = evict_late(done)

        assert [delivery.fault for delivery in late] == [None]
        assert ready.recv(4) == b""


def test_nobody_else_notices(office: Office) -> None:
    sent: list[bytes] = []
    done = threading.Event()
    with (
        office.wallet.connect(office.broker.setup, office.stores[STORE].identity) as thief,
        office.wallet.connect(office.broker.setup, office.stores[OTHER].identity) as other,
        office.wallet.connect(office.broker.setup, office.room.identity) as room,
    ):
        for client in (thief, other, room):
            client.greeted()
        other.subscribe(f"ansim/v1/{OTHER}/receipt")

        def speak() -> None:
            while not done.is_set():
                sent.append(str(len(sent)).encode())
                room.publish(f"ansim/v1/{OTHER}/receipt", sent[-1])

        speaking = threading.Thread(target=speak)
        speaking.start()
        try:
            office.revoke()
        finally:
            done.set()
            speaking.join()

        assert thief.lost.get(timeout=TIMEOUT_S)
        assert [other.next().payload for _ in sent] == sent
        assert other.lost.empty()
        assert room.lost.empty()


def test_a_replaced_box_comes_in_under_the_old_name(office: Office) -> None:
    office.revoke()
    office.registry.replan(STORE, now())
    new = office.wallet.make(STORE)
    office.registry.enrol(new.certificate, now(), "enrol")

    assert gets_in(office, new)
    assert not gets_in(office, office.stores[STORE])


# ---------------------------------------------------------------- in the control room


def make_journal(proof: Proof) -> Journal:
    return Journal(Origin(STORE, EPOCH_1, BOOT), None, proof.signer)


def press(journal: Journal) -> Record:
    wall = SystemClock().wall()
    return journal.write(Happening(wall.at_ns, "alarm.holdup", "counter-button", Phase.RAISED, detail={}), wall)


def said(office: Office, *records: Record) -> None:
    """By the device, over the broker, each taken by it."""
    with office.wallet.connect(office.broker.setup, office.stores[STORE].identity) as store:
        store.greeted()
        for record in records:
            assert store.publish(topic("alarm"), record.envelope) == "Success"


def outcome(seen: SimpleQueue[Seen]) -> tuple[int, Filing] | Refusal:
    match seen.get(timeout=TIMEOUT_S):
        case Arrival(event=event, filing=filing):
            return event.place.seq, filing
        case NotTaken(reason=reason):
            return reason
        case other:
            pytest.fail(f"{other} was seen")


def test_a_control_room_at_work_refuses_a_revoked_key_without_a_restart(office: Office) -> None:
    seen: SimpleQueue[Seen] = SimpleQueue()
    alarm = press(make_journal(office.stores[STORE]))

    with office.open_room(seen):
        # The key alone: the broker has not been asked yet, and lets the thief speak.
        office.registry.revoke(STORE, Reason.KEY_COMPROMISE, now())
        office.publish()
        said(office, alarm)

        assert outcome(seen) is Refusal.REVOKED


def test_what_was_signed_before_is_taken_if_it_is_proved(office: Office) -> None:
    seen: SimpleQueue[Seen] = SimpleQueue()
    journal = make_journal(office.stores[STORE])
    first, second, third = press(journal), press(journal), press(journal)
    with office.open_room(seen):
        said(office, second)
        assert outcome(seen) == (2, Filing.NEW)
    # The control room is away; the broker keeps this for it.
    said(office, first, second, third)

    office.revoke()

    with office.open_room(seen):
        found = [outcome(seen) for _ in range(3)]
    assert found == [(1, Filing.NEW), (2, Filing.DUPLICATE), Refusal.REVOKED]


def test_the_will_of_an_evicted_device_is_refused(office: Office) -> None:
    seen: SimpleQueue[Seen] = SimpleQueue()
    thief = office.stores[STORE]
    will = seal(status_payload(state="offline"), Typ.STATUS, thief.signer)

    with (
        office.open_room(seen),
        office.wallet.connect(office.broker.setup, thief.identity, will=(topic("status"), will)) as client,
    ):
        client.greeted()

        office.revoke()

        assert outcome(seen) is Refusal.REVOKED
