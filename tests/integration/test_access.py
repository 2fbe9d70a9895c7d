"""Who is let in by a broker as it is set up for the field, and what he can do there: one sentence each."""

import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from queue import Empty

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from device.logic.envelope import MAX_BYTES
from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.errors import RefusedError
from provisioning.model import Purpose
from tests.mqtt_client import TIMEOUT_S, TestClient
from tests.pki import Identity, Pki
from tests.provisioning.broker.office import ROOM, make_authority, make_folder, make_setup, now, revoked
from tests.provisioning.broker.running import Proof, RunningBroker, Wallet, running

STORES = ("store-1", "store-2", "store-3")
UP = ("alarm", "event", "status")
DOWN = ("receipt", "command")
NOT_AUTHORIZED = "Not authorized"
# MQTT 3.1.1 CONNECT, clean session, client id "x".
CONNECT = bytes.fromhex("100d00044d5154540402003c000178")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def wallet(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Wallet:
    return Wallet(tmp_path_factory.mktemp("wallet"), authority)


@pytest.fixture(scope="module")
def stores(wallet: Wallet) -> dict[str, Proof]:
    """Two kinds of key."""
    kinds = (Algorithm.ED25519, Algorithm.P256, Algorithm.ED25519)
    return {name: wallet.make(name, algorithm=kind) for name, kind in zip(STORES, kinds, strict=True)}


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[RunningBroker]:
    setup = make_setup(tmp_path / "broker")
    make_folder(setup, authority)
    with running(setup) as found:
        yield found


@pytest.fixture
def room(broker: RunningBroker, wallet: Wallet) -> Iterator[TestClient]:
    with wallet.connect(broker.setup, wallet.make(ROOM, Purpose.CLIENT).identity) as client:
        client.greeted()
        client.subscribe("ansim/v1/+/+")
        yield client


@pytest.fixture
def clients(broker: RunningBroker, wallet: Wallet, stores: dict[str, Proof]) -> Iterator[dict[str, TestClient]]:
    """All three, connected."""
    found = {name: wallet.connect(broker.setup, proof.identity) for name, proof in stores.items()}
    try:
        for client in found.values():
            client.greeted()
        yield found
    finally:
        for client in found.values():
            client.close()


def heard_until(client: TestClient, last: str) -> list[str]:
    """Topics, up to and without the last one."""
    topics = []
    while (topic := client.next().topic) != last:
        topics.append(topic)
    return topics


def heard_until_quiet(client: TestClient) -> list[str]:
    """What the broker has sent before its answer to one more question."""
    client.publish("ansim/v1/store-1/event", b"")
    topics = []
    try:
        while True:
            topics.append(client.heard.get_nowait().topic)
    except Empty:
        return topics


def is_refused(client: TestClient) -> bool:
    """Hung up on, without an answer to CONNECT."""
    with client:
        client.lost.get(timeout=TIMEOUT_S)
        return client.greetings.empty()


def refused_identity(broker: RunningBroker, wallet: Wallet, identity: Identity | None) -> bool:
    return is_refused(wallet.connect(broker.setup, identity, client_id="store-1"))


# ---------------------------------------------------------------- what a device may


def test_each_device_says_what_is_its_to_say(room: TestClient, clients: dict[str, TestClient]) -> None:
    for name, client in clients.items():
        for kind in UP:
            assert client.publish(f"ansim/v1/{name}/{kind}", b"") == "Success"

    heard = [room.next().topic for _ in range(9)]
    assert heard == [f"ansim/v1/{name}/{kind}" for name in STORES for kind in UP]


def test_each_device_hears_what_is_for_it(room: TestClient, clients: dict[str, TestClient]) -> None:
    for name, client in clients.items():
        for kind in DOWN:
            client.subscribe(f"ansim/v1/{name}/{kind}")
            room.publish(f"ansim/v1/{name}/{kind}", name.encode())

    for name, client in clients.items():
        assert [client.next().payload for _ in DOWN] == [name.encode()] * 2


def test_the_longest_envelope_passes(room: TestClient, clients: dict[str, TestClient]) -> None:
    clients["store-1"].publish("ansim/v1/store-1/alarm", bytes(MAX_BYTES))

    assert len(room.next().payload) == MAX_BYTES


# ---------------------------------------------------------------- what it may not


def test_who_sends_more_than_any_envelope_ends_his_own_connection_only(
    room: TestClient, clients: dict[str, TestClient]
) -> None:
    clients["store-1"].send("ansim/v1/store-1/alarm", bytes(2 * MAX_BYTES))

    assert clients["store-1"].lost.get(timeout=TIMEOUT_S)
    clients["store-2"].publish("ansim/v1/store-2/alarm", b"")
    assert room.next().topic == "ansim/v1/store-2/alarm"


def test_no_device_speaks_for_another(room: TestClient, clients: dict[str, TestClient]) -> None:
    reasons = {clients["store-1"].publish(f"ansim/v1/store-2/{kind}", b"") for kind in (*UP, *DOWN)}

    clients["store-1"].publish("ansim/v1/store-1/event", b"")
    assert reasons == {NOT_AUTHORIZED}
    assert heard_until(room, "ansim/v1/store-1/event") == []


def test_no_device_speaks_for_the_control_room(clients: dict[str, TestClient]) -> None:
    reasons = {clients["store-1"].publish(f"ansim/v1/store-1/{kind}", b"") for kind in DOWN}

    assert reasons == {NOT_AUTHORIZED}


@pytest.mark.parametrize("topic", ["ansim/v1/store-1", "ansim/v1/store-1/alarm/x", "ansim/v1", "$SYS/broker", "x"])
def test_no_device_speaks_anywhere_else(clients: dict[str, TestClient], topic: str) -> None:
    assert clients["store-1"].publish(topic, b"") == NOT_AUTHORIZED


@pytest.mark.parametrize(
    "topic_filter",
    ["ansim/v1/store-2/receipt", "ansim/v1/+/receipt", "ansim/v1/#", "#", "+/+/+/+", "$share/g/ansim/v1/#"],
)
def test_no_device_hears_what_is_for_another(
    room: TestClient, clients: dict[str, TestClient], topic_filter: str
) -> None:
    spy = clients["store-1"]
    spy.subscribe("ansim/v1/store-1/receipt")
    spy.subscribe(topic_filter)
    for kind in DOWN:
        room.publish(f"ansim/v1/store-2/{kind}", b"for another")
    for kind in UP:
        clients["store-3"].publish(f"ansim/v1/store-3/{kind}", b"of another", retain=kind == "status")

    room.publish("ansim/v1/store-1/receipt", b"the end")

    own = {"ansim/v1/store-1/receipt"}
    assert {spy.next().topic} == own
    assert set(heard_until_quiet(spy)) <= own


def test_what_is_kept_for_all_is_not_given_to_a_device(clients: dict[str, TestClient]) -> None:
    clients["store-2"].publish("ansim/v1/store-2/status", b"online", retain=True)

    clients["store-1"].subscribe("ansim/v1/+/status")

    assert heard_until_quiet(clients["store-1"]) == []


@pytest.mark.parametrize("claimed", ["store-2", ROOM, "#"])
def test_another_name_in_connect_changes_nothing(
    broker: RunningBroker,
    wallet: Wallet,
    stores: dict[str, Proof],
    clients: dict[str, TestClient],
    room: TestClient,
    claimed: str,
) -> None:
    with TestClient(
        broker.setup.port, claimed, tls=wallet.context(stores["store-1"].identity), user=claimed, clean=True
    ) as liar:
        liar.greeted()
        # The one that it replaces is its own, and nobody else's.
        assert clients["store-1"].lost.get(timeout=TIMEOUT_S)
        liar.publish("ansim/v1/store-2/event", b"a lie")
        liar.publish("ansim/v1/store-1/event", b"the truth")

        assert heard_until(room, "ansim/v1/store-1/event") == []
        assert clients["store-2"].publish("ansim/v1/store-2/event", b"") == "Success"
        assert clients["store-2"].lost.empty()
        assert room.lost.empty()


# ---------------------------------------------------------------- who is not let in


def test_nobody_comes_in_without_a_certificate(broker: RunningBroker, wallet: Wallet) -> None:
    assert refused_identity(broker, wallet, None)


def test_nobody_comes_in_without_tls(broker: RunningBroker) -> None:
    assert is_refused(TestClient(broker.setup.port, "store-1"))


def test_nobody_comes_in_with_a_certificate_of_another_authority(
    broker: RunningBroker, wallet: Wallet, tmp_path: Path
) -> None:
    assert refused_identity(broker, wallet, Pki(tmp_path).make_device("store-1"))


def test_nobody_comes_in_with_a_certificate_that_he_signed_himself(
    broker: RunningBroker, wallet: Wallet, tmp_path: Path, authority: Authority
) -> None:
    own = make_authority(tmp_path / "own")
    proof = Wallet(tmp_path / "own-wallet", own).make("store-1")
    # With the true issuer's certificate behind it.
    chain = proof.identity.certificate
    true_issuer = authority.issuing.public_bytes(Encoding.PEM).decode()
    chain.write_text(proof.certificate.pem + true_issuer)

    assert refused_identity(broker, wallet, proof.identity)


def test_no_device_signs_for_another(broker: RunningBroker, wallet: Wallet, tmp_path: Path) -> None:
    signer = wallet.make("store-1", algorithm=Algorithm.P256)
    own = x509.load_pem_x509_certificate(signer.certificate.pem.encode())
    assert not own.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    forged = forge(signer, tmp_path)

    assert refused_identity(broker, wallet, forged)


def forge(signer: Proof, folder: Path) -> Identity:
    """A certificate for store-2 that store-1 has signed, with its chain up to the office."""
    issuer_key = load_pem_private_key(signer.identity.key.read_bytes(), None)
    assert isinstance(issuer_key, EllipticCurvePrivateKey)
    issuer = x509.load_pem_x509_certificate(signer.certificate.pem.encode())
    key = make_key(Algorithm.P256)
    made = x509.CertificateBuilder(
        issuer_name=issuer.subject,
        subject_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "store-2")]),
        public_key=key.public_key(),
        serial_number=5,
        not_valid_before=now() - timedelta(hours=1),
        not_valid_after=now() + timedelta(hours=1),
    ).sign(issuer_key, SHA256())
    path = folder / "forged.key"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    chain = folder / "forged.crt"
    chain.write_text(made.public_bytes(Encoding.PEM).decode() + signer.identity.certificate.read_text())
    return Identity("store-2", path, chain)


def test_nobody_comes_in_with_a_certificate_that_has_ended(broker: RunningBroker, wallet: Wallet) -> None:
    ended = wallet.make("store-1", at=now() - timedelta(hours=5), lifetime=timedelta(hours=1))

    assert refused_identity(broker, wallet, ended.identity)


def test_nobody_comes_in_with_a_server_certificate(broker: RunningBroker, wallet: Wallet) -> None:
    server = wallet.make("localhost", Purpose.SERVER)

    assert refused_identity(broker, wallet, server.identity)


def test_nobody_comes_in_with_a_revoked_certificate(
    broker: RunningBroker, wallet: Wallet, authority: Authority
) -> None:
    thief = wallet.make("store-1")
    put_on_list(broker, authority, thief)

    assert refused_identity(broker, wallet, thief.identity)


def test_nobody_comes_in_with_an_older_tls(broker: RunningBroker, wallet: Wallet, stores: dict[str, Proof]) -> None:
    context = wallet.context(stores["store-1"].identity)
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    with socket.create_connection(("127.0.0.1", broker.setup.port), TIMEOUT_S) as tcp, pytest.raises(ssl.SSLError):
        context.wrap_socket(tcp, server_hostname="localhost")


def test_a_revoked_certificate_is_not_let_in_by_an_old_tls_session(
    broker: RunningBroker, wallet: Wallet, authority: Authority
) -> None:
    thief = wallet.make("store-1")
    context = wallet.context(thief.identity)
    answer, session = shake_hands(broker, context)
    assert answer == b"\x20\x02\x00\x00"

    put_on_list(broker, authority, thief)

    assert shake_hands(broker, context, session)[0] == b""


def put_on_list(broker: RunningBroker, authority: Authority, proof: Proof) -> None:
    crl = authority.revocation_list([revoked(proof.certificate)], 2, now())
    (broker.setup.folder / "crl.pem").write_bytes(crl)
    broker.process.send_signal(1)
    broker.wait_for("Reloading config")


def shake_hands(
    broker: RunningBroker, context: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> tuple[bytes, ssl.SSLSession | None]:
    """The answer to CONNECT, none if there is none, and the TLS session to come back with."""
    try:
        with (
            socket.create_connection(("127.0.0.1", broker.setup.port), TIMEOUT_S) as tcp,
            context.wrap_socket(tcp, server_hostname="localhost", session=session) as sock,
        ):
            sock.sendall(CONNECT)
            return sock.recv(100), sock.session
    except OSError:
        return b"", None


@pytest.mark.parametrize("name", ["+", "#", "store-1/+", "ansim/v1", "store#1", "Store-1", "-store", "s", "store-1\n"])
def test_no_certificate_is_made_for_a_name_with_a_meaning_in_topics(authority: Authority, name: str) -> None:
    with pytest.raises(RefusedError, match="allowed are"):
        authority.issue(make_key(Algorithm.ED25519).public_key(), name, Purpose.DEVICE, now())
