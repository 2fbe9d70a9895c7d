import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provisioning.authority.authority import Authority
from provisioning.broker import eviction
from provisioning.broker.eviction import Evictor, make_identity
from provisioning.broker.takeover import take_over
from provisioning.errors import ReachError
from provisioning.model import Broker, Certificate, Purpose
from tests.mqtt_client import TIMEOUT_S
from tests.ports import deaf_port
from tests.provisioning.broker.office import ROOM, ignore, make_authority, make_folder, make_setup, now, revoked
from tests.provisioning.broker.running import RunningBroker, Wallet, running

STORE = "store-0042"
WILL = (f"ansim/v1/{STORE}/status", b"offline, says the will")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("office"))


@pytest.fixture
def wallet(tmp_path: Path, authority: Authority) -> Wallet:
    return Wallet(tmp_path / "wallet", authority)


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[RunningBroker]:
    setup = make_setup(tmp_path / "broker")
    make_folder(setup, authority)
    with running(setup) as found:
        yield found


def at(broker: RunningBroker) -> Broker:
    return Broker("localhost", broker.setup.port, str(broker.setup.folder), "")


def make_evictor(authority: Authority) -> Evictor:
    made = [make_identity(authority, STORE, ignore, now()) for _ in range(2)]
    return Evictor(STORE, *made)


def put_on_list(broker: RunningBroker, authority: Authority, *certificates: Certificate) -> None:
    crl = authority.revocation_list([revoked(one) for one in certificates], 2, now())
    (broker.setup.folder / "crl.pem").write_bytes(crl)


def test_what_the_office_issues_itself_is_registered_and_lives_minutes(authority: Authority) -> None:
    registered: list[Certificate] = []

    made = make_identity(authority, STORE, registered.append, now())

    assert registered == [made.certificate]
    assert made.certificate.purpose is Purpose.EVICTION
    assert (made.certificate.not_after - now()).total_seconds() <= 600


def test_a_live_connection_ends(broker: RunningBroker, wallet: Wallet, authority: Authority) -> None:
    with wallet.connect(broker.setup, wallet.make(STORE).identity) as thief:
        thief.greeted()

        make_evictor(authority).end(at(broker))

        assert thief.lost.get(timeout=TIMEOUT_S)


def test_what_waits_for_it_is_deleted(broker: RunningBroker, wallet: Wallet, authority: Authority) -> None:
    proof = wallet.make(STORE)
    with wallet.connect(broker.setup, proof.identity, clean=False) as thief:
        thief.greeted()
        thief.subscribe(f"ansim/v1/{STORE}/command")
    with wallet.connect(broker.setup, wallet.make(ROOM).identity) as room:
        room.greeted()
        room.publish(f"ansim/v1/{STORE}/command", b"open the door")

    make_evictor(authority).end(at(broker))

    with wallet.connect(broker.setup, proof.identity, clean=False) as again:
        assert not again.greeted().session_present


def test_the_control_room_sees_the_will_of_who_is_evicted(
    broker: RunningBroker, wallet: Wallet, authority: Authority
) -> None:
    with (
        wallet.connect(broker.setup, wallet.make(ROOM).identity) as room,
        wallet.connect(broker.setup, wallet.make(STORE).identity, will=WILL) as thief,
    ):
        room.greeted()
        room.subscribe("ansim/v1/+/status")
        thief.greeted()

        make_evictor(authority).end(at(broker))

        heard = room.next()
    assert (heard.topic, heard.payload) == WILL


def test_where_nobody_is_there_is_nobody_to_end(broker: RunningBroker, authority: Authority) -> None:
    make_evictor(authority).end(at(broker))

    assert "Error" not in broker.log()


def test_a_broker_that_has_the_list_proves_it(broker: RunningBroker, authority: Authority) -> None:
    evictor = make_evictor(authority)
    put_on_list(broker, authority, evictor.canary.certificate)
    broker.process.send_signal(1)

    evictor.prove(at(broker))
    evictor.end(at(broker))


def test_a_broker_that_never_reads_the_list_is_told(
    broker: RunningBroker, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eviction, "PROOF_LIMIT_S", 0.1)
    evictor = make_evictor(authority)
    put_on_list(broker, authority, evictor.canary.certificate)

    with pytest.raises(ReachError, match=r"still takes revoked certificates: is crl\.pem its list\?"):
        evictor.prove(at(broker))


def test_a_broker_that_refuses_everybody_is_told(broker: RunningBroker, authority: Authority, tmp_path: Path) -> None:
    strange = make_authority(tmp_path / "other-office")
    stranger = make_identity(strange, STORE, ignore, now())
    stranger.context.load_verify_locations(cadata=authority.ca_pem)
    evictor = Evictor(STORE, stranger, stranger)

    with pytest.raises(ReachError, match="refuses the office's own certificate"):
        evictor.end(at(broker))


def test_a_broker_that_is_down_is_one_line(authority: Authority) -> None:
    broker = Broker("127.0.0.1", deaf_port(), "/nowhere", "")

    with pytest.raises(ReachError, match=r"127\.0\.0\.1:\d+: not reached: Connection refused"):
        make_evictor(authority).end(broker)


def test_a_broker_of_another_office_is_not_believed(broker: RunningBroker, tmp_path: Path) -> None:
    strange = make_authority(tmp_path / "other-office")

    with pytest.raises(ReachError, match="certificate of the broker: "):
        make_evictor(strange).end(at(broker))


@contextmanager
def answering(wallet: Wallet, answer: Callable[[ssl.SSLSocket], None]) -> Iterator[Broker]:
    """A broker for one client, with an honest certificate, and what it says after TLS."""
    server = wallet.make("localhost", Purpose.SERVER)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server.identity.certificate, server.identity.key)

    def serve() -> None:
        with listener.accept()[0] as tcp, context.wrap_socket(tcp, server_side=True) as sock:
            answer(sock)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Broker("localhost", listener.getsockname()[1], "/nowhere", "")
        finally:
            thread.join()


def _say(data: bytes) -> Callable[[ssl.SSLSocket], None]:
    def answer(sock: ssl.SSLSocket) -> None:
        sock.recv(1000)
        if data:
            sock.sendall(data)

    return answer


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x20\x02\x00\x01", "refuses to be asked as store-0042: it does not speak MQTT 3.1.1"),
        (b"\x20\x02\x00\x05", "refuses to be asked as store-0042: not authorized"),
        (b"\x20\x02\x00\x63", "refuses to be asked as store-0042: code 99"),
        (b"HTTP/1.1 400 Bad Request", "its answer is not MQTT"),
        (b"\x20", "its answer is not MQTT"),
    ],
)
def test_a_refusal_is_understood(wallet: Wallet, authority: Authority, data: bytes, said: str) -> None:
    with answering(wallet, _say(data)) as broker, pytest.raises(ReachError, match=said):
        make_evictor(authority).end(broker)


def test_a_connection_that_just_ends_is_a_refusal(wallet: Wallet, authority: Authority) -> None:
    context = make_evictor(authority).evictor.context

    with answering(wallet, _say(b"")) as broker:
        assert not take_over(broker, context, STORE)
