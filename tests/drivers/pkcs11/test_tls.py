import logging
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path

import pytest

from drivers.authorities import parse_authorities
from drivers.certificate_request import make_request
from drivers.errors import KeyFileError
from drivers.identity_files import Pair
from drivers.keystore import load_signer
from drivers.mqtt.tls import client_context
from drivers.pkcs11.key import TOKENS, TokenKey
from drivers.pkcs11.tls import token_context
from drivers.pkcs11.token import Token
from drivers.pkcs11.uri import TokenUri
from sim.broker.mosquitto import Mosquitto
from sim.broker.server_tls import ServerTls
from tests.builders import make_keys
from tests.drivers.https_peer import HttpsPeer, serving
from tests.drivers.pkcs11.memory_module import MemoryModule
from tests.drivers.pkcs11.softhsm import SoftHsm, write_pin
from tests.drivers.test_est_client import RENEW, certificates_in, certs_only, client
from tests.fixtures_broker import installed_mosquitto
from tests.mqtt_client import TIMEOUT_S, TestClient
from tests.pki import Pki

STORE = "store-0042"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def certificate(pki: Pki, uri: str, process_tokens: None, tmp_path: Path) -> Path:
    """Of the key in the token."""
    return pki.certify(STORE, load_signer(uri).public_key, tmp_path)  # type: ignore[arg-type]  # of a token: P-256


@pytest.fixture
def server(pki: Pki) -> Iterator["Server"]:
    with ExitStack() as stack:
        yield Server(pki, stack)


class Server:
    """Python's own TLS on the other side, asking for a certificate."""

    def __init__(self, pki: Pki, stack: ExitStack) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pki.server.certificate, pki.server.key)
        self.context.load_verify_locations(pki.ca)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self._listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._listener.settimeout(TIMEOUT_S)
        self._workers = stack.enter_context(ThreadPoolExecutor(1))

    def meet(self, client: ssl.SSLContext) -> tuple[str | None, str]:
        """TLS version and CN of the client, as the server sees them. SSLError as the client sees it."""
        seen = self._workers.submit(self._serve)
        try:
            plain = socket.create_connection(self._listener.getsockname(), TIMEOUT_S)
            with plain, client.wrap_socket(plain, server_hostname="localhost") as secured:
                assert secured.recv(1) == b"!"
        finally:
            wait([seen], TIMEOUT_S)
        return seen.result()

    def _serve(self) -> tuple[str | None, str]:
        plain, _ = self._listener.accept()
        plain.settimeout(TIMEOUT_S)
        with plain, self.context.wrap_socket(plain, server_side=True) as secured:
            secured.sendall(b"!")
            certificate = secured.getpeercert()
            assert certificate is not None
            return secured.version(), str(dict(pair[0] for pair in certificate["subject"])["commonName"])  # type: ignore[misc]  # typeshed: a tree of unions


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_knows_the_device_by_the_key_in_its_token(
    pki: Pki, uri: str, certificate: Path, server: Server, version: ssl.TLSVersion
) -> None:
    server.context.minimum_version = server.context.maximum_version = version

    seen = server.meet(client_context(pki.ca, certificate, uri))

    assert seen == (version.name.replace("_", "."), STORE)


def test_the_context_checks_the_brokers_name_and_takes_no_old_tls(pki: Pki, uri: str, certificate: Path) -> None:
    context = client_context(pki.ca, certificate, uri)

    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_many_handshakes_beside_many_signatures(pki: Pki, uri: str, certificate: Path, server: Server) -> None:
    signer = load_signer(uri)
    context = client_context(pki.ca, certificate, uri)
    with ThreadPoolExecutor(1) as other:
        met = other.submit(lambda: [server.meet(context) for _ in range(20)])
        signatures = [signer.sign(b"data") for _ in range(200)]

        assert met.result(TIMEOUT_S) == [("TLSv1.3", STORE)] * 20
    keys = make_keys(signer)
    assert all(keys.verify(signer.kid, "ES256", signature, b"data") for signature in signatures)


def test_mosquitto_knows_the_device_by_the_key_in_its_token(pki: Pki, uri: str, certificate: Path) -> None:
    tls = ServerTls(pki.ca, pki.server.certificate, pki.server.key, pki.crl)
    with Mosquitto(binary=installed_mosquitto(), plain=False, tls=tls, control_room="control-room") as broker:
        with TestClient(broker.tls_port, STORE, tls=client_context(pki.ca, certificate, uri)) as client:
            assert client.greetings.get(timeout=TIMEOUT_S).reason == "Success"
        log = broker.log()

    assert f"u'{STORE}'" in log


def test_the_office_knows_the_device_by_the_key_in_its_token(pki: Pki, uri: str, certificate: Path) -> None:
    issued = certificates_in(certificate)[0]
    trusted = parse_authorities(pki.ca.read_bytes())
    with HttpsPeer(pki, serving({RENEW: certs_only([issued])}), demands=True) as peer:
        renewed = client(peer.url).renew(trusted, Pair(uri, certificate), make_request(TOKENS.key(uri), STORE))

    assert renewed == issued
    assert peer.heard[0].peer == STORE


def test_an_openssl_that_cannot_do_it_is_told(
    pki: Pki, uri: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssl, "OPENSSL_VERSION_INFO", (4, 0, 0, 0, 0))
    monkeypatch.setattr(ssl, "OPENSSL_VERSION", "OpenSSL 4.0.0")

    with pytest.raises(KeyFileError, match="TLS with a key in a token needs OpenSSL 3 as a shared library; here is Op"):
        client_context(pki.ca, certificate, uri)


def test_a_certificate_of_another_key_is_refused(pki: Pki, uri: str, certificate: Path, server: Server) -> None:
    other = pki.make_device("store-0001", "ES256").certificate

    with pytest.raises(KeyFileError, match=f"{other}: belongs to another key than the token's"):
        client_context(pki.ca, other, uri)

    assert server.meet(client_context(pki.ca, certificate, uri)) == ("TLSv1.3", STORE)


def test_a_certificate_of_another_kind_of_key_is_refused(pki: Pki, uri: str, certificate: Path) -> None:
    other = pki.make_device("store-0002", "Ed25519").certificate

    with pytest.raises(KeyFileError, match=f"{other}: belongs to another key than the token's"):
        client_context(pki.ca, other, uri)


def test_a_broken_certificate_is_named(pki: Pki, uri: str, hsm: SoftHsm, process_tokens: None, tmp_path: Path) -> None:
    broken = tmp_path / "broken.crt"
    broken.write_text("-----BEGIN CERTIFICATE-----\nxxxx\n-----END CERTIFICATE-----\n")

    with pytest.raises(KeyFileError, match=f"{broken}: not a certificate"):
        client_context(pki.ca, broken, uri)


def test_a_token_pulled_out_ends_the_handshake_and_the_log_says_why(
    pki: Pki, server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    module = MemoryModule()
    uri = TokenUri("ansim", None, "device", None, Path("/module.so"), write_pin(tmp_path / "pin", "271828"))
    key = TokenKey(Token(module, uri, set()))
    context = token_context(pki.certify(STORE, key.public_key(), tmp_path), key)
    context.load_verify_locations(pki.ca)
    module.pull_out()

    with caplog.at_level(logging.ERROR), pytest.raises(ssl.SSLError, match="EVP lib"):
        server.meet(context)

    assert caplog.messages == [
        "pkcs11:token=ansim;object=device: no such token; is it plugged in, and may this user reach it?"
    ]
