import base64
import hashlib
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from drivers.authorities import Authorities, parse_authorities
from drivers.certificate_request import make_request
from drivers.errors import KeyFileError
from drivers.est_client import EstClient
from drivers.https import MAX_BYTES, EstError, Fault, Https
from drivers.identity_files import Pair
from drivers.key_making import Algorithm, make_key
from tests.drivers.https_peer import Answer, Heard, HttpsPeer, ok, saying, serving
from tests.pki import Pki
from tests.ports import deaf_port

NOW = datetime.now(UTC).replace(microsecond=0)
TOKEN = "abcdefghijklmnopqrstuvwxyz"
CACERTS = "/.well-known/est/cacerts"
ENROL = "/.well-known/est/simpleenroll"
RENEW = "/.well-known/est/simplereenroll"
KEYS = "/.well-known/ansim/control-room.jwks.json"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Somebody else's authority."""
    return Pki(tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def trusted(pki: Pki) -> Authorities:
    return parse_authorities(pki.ca.read_bytes())


def client(url: str, now: datetime = NOW, step_s: float = 10.0, total_s: float = 20.0) -> EstClient:
    return EstClient(Https(url, now, step_s, total_s), now)


def certificates_in(path: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(path.read_bytes())


def certs_only(certificates: Sequence[x509.Certificate]) -> bytes:
    return base64.encodebytes(pkcs7.serialize_certificates(list(certificates), Encoding.DER))


def root_of(pki: Pki) -> str:
    return hashlib.sha256(certificates_in(pki.ca)[-1].public_bytes(Encoding.DER)).hexdigest()


def request() -> bytes:
    return make_request(make_key(Algorithm.ED25519), "store-0042")


def fault(do: Callable[[], object]) -> tuple[Fault, str]:
    """What the caller is told: one line."""
    with pytest.raises(EstError) as caught:
        do()
    text = str(caught.value)
    assert "\n" not in text
    assert TOKEN not in text
    return caught.value.fault, text


def asked(pki: Pki, answer: Answer, trusted: Authorities) -> tuple[Fault, str]:
    """Of an office that answers like this when it is asked for the control room's keys."""
    with HttpsPeer(pki, answer) as peer:
        kind, text = fault(lambda: client(peer.url).control_room_keys(trusted))
        assert text.startswith(f"{peer.url}: ")
    return kind, text.removeprefix(f"{peer.url}: ")


def test_the_first_meeting_keeps_what_is_below_the_told_root(pki: Pki, other: Pki) -> None:
    mixed = [*certificates_in(other.ca), *certificates_in(pki.ca)]
    with HttpsPeer(pki, serving({CACERTS: certs_only(mixed)})) as peer:
        authorities = client(peer.url).fetch_ca(root_of(pki))

    assert list(authorities.certificates) == certificates_in(pki.ca)
    assert authorities.pem == pki.ca.read_bytes()


def test_another_root_is_not_believed_at_the_first_meeting(pki: Pki, other: Pki) -> None:
    with HttpsPeer(other, serving({CACERTS: certs_only(certificates_in(other.ca))})) as peer:
        kind, text = fault(lambda: client(peer.url).fetch_ca(root_of(pki)))

    assert kind is Fault.UNBELIEVABLE
    assert root_of(other) in text
    assert root_of(pki) in text


def test_whoever_shows_the_right_authorities_but_is_not_theirs_never_hears_the_token(pki: Pki, other: Pki) -> None:
    pages = {CACERTS: certs_only(certificates_in(pki.ca)), ENROL: b"", KEYS: b""}
    with HttpsPeer(other, serving(pages)) as peer:
        authorities = client(peer.url).fetch_ca(root_of(pki))
        kind, text = fault(lambda: client(peer.url).enrol(authorities, "store-0042", TOKEN, request()))

    assert kind is Fault.UNBELIEVABLE
    assert "certificate of the office" in text
    assert [heard.line for heard in peer.heard] == [f"GET {CACERTS} HTTP/1.1"]


def test_an_office_of_another_name_is_not_believed(pki: Pki, trusted: Authorities) -> None:
    with HttpsPeer(pki, serving({KEYS: b"{}"}), server=pki.misnamed_server) as peer:
        kind, text = fault(lambda: client(peer.url).control_room_keys(trusted))

    assert kind is Fault.UNBELIEVABLE
    assert "mismatch" in text
    assert peer.heard == []


def test_a_device_cannot_play_the_office(pki: Pki, trusted: Authorities) -> None:
    with HttpsPeer(pki, serving({KEYS: b"{}"}), server=pki.make_device("127.0.0.1")) as peer:
        kind, _ = fault(lambda: client(peer.url).control_room_keys(trusted))

    assert kind is Fault.UNBELIEVABLE
    assert peer.heard == []


def test_an_office_whose_certificate_has_expired_asks_for_the_clock(pki: Pki, trusted: Authorities) -> None:
    with HttpsPeer(pki, serving({KEYS: b"{}"}), server=pki.expired_server) as peer:
        kind, text = fault(lambda: client(peer.url).control_room_keys(trusted))

    assert kind is Fault.UNBELIEVABLE
    assert f"is the clock right? it says {NOW:%Y-%m-%d %H:%M} UTC" in text


@pytest.mark.parametrize(("days", "words"), [(-2, "not yet valid"), (31, "has expired")])
def test_a_wrong_clock_is_said_at_the_first_meeting(pki: Pki, days: int, words: str) -> None:
    now = NOW + timedelta(days=days)
    with HttpsPeer(pki, serving({CACERTS: certs_only(certificates_in(pki.ca))})) as peer:
        kind, text = fault(lambda: client(peer.url, now).fetch_ca(root_of(pki)))

    assert kind is Fault.UNBELIEVABLE
    assert words in text
    assert f"is the clock right? it says {now:%Y-%m-%d %H:%M} UTC" in text


def test_a_first_certificate_is_asked_for_with_id_and_token(pki: Pki, trusted: Authorities) -> None:
    issued = certificates_in(pki.make_device("store-0042").certificate)[0]
    der = request()
    with HttpsPeer(pki, serving({ENROL: certs_only([issued])})) as peer:
        certificate = client(peer.url).enrol(trusted, "store-0042", TOKEN, der)

    assert certificate == issued
    heard = peer.heard[0]
    assert heard.line == f"POST {ENROL} HTTP/1.1"
    assert heard.headers["content-type"] == "application/pkcs10"
    assert base64.b64decode(heard.body) == der
    scheme, _, credentials = heard.headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(credentials)) == ("Basic", f"store-0042:{TOKEN}".encode())
    assert heard.peer is None


def test_a_renewal_shows_the_certificate_before(pki: Pki, trusted: Authorities) -> None:
    device = pki.make_device("store-0042")
    issued = certificates_in(device.certificate)[0]
    with HttpsPeer(pki, serving({RENEW: certs_only([issued])}), demands=True) as peer:
        certificate = client(peer.url).renew(trusted, Pair(device.key, device.certificate), request())

    assert certificate == issued
    assert peer.heard[0].peer == "store-0042"
    assert "authorization" not in peer.heard[0].headers


def test_an_office_that_does_not_take_the_certificate_has_refused(pki: Pki, trusted: Authorities) -> None:
    device = pki.make_stranger("store-0042")
    with HttpsPeer(pki, serving({}), demands=True) as peer:
        kind, text = fault(lambda: client(peer.url).renew(trusted, Pair(device.key, device.certificate), request()))

    assert kind is Fault.REFUSED
    assert text == f"{peer.url}: refused in TLS: unknown ca"


def test_the_control_rooms_keys_are_brought_as_they_are(pki: Pki, trusted: Authorities) -> None:
    with HttpsPeer(pki, serving({KEYS: b'{"keys": []}'})) as peer:
        assert client(peer.url).control_room_keys(trusted) == b'{"keys": []}'


def test_an_answer_in_chunks_is_understood(pki: Pki, trusted: Authorities) -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with HttpsPeer(pki, saying(chunks)) as peer:
        assert client(peer.url).control_room_keys(trusted) == b"abcde"


def test_an_office_that_is_away_is_not_reached(trusted: Authorities) -> None:
    url = f"https://127.0.0.1:{deaf_port()}"

    kind, text = fault(lambda: client(url).control_room_keys(trusted))

    assert kind is Fault.UNREACHED
    assert text == f"{url}: not reached: Connection refused"


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", Fault.UNBELIEVABLE, "TLS failed: "),
        (b"", Fault.UNREACHED, "not reached: the connection ended in the TLS handshake"),
    ],
)
def test_whoever_does_not_speak_tls_is_no_office(trusted: Authorities, said: bytes, kind: Fault, words: str) -> None:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(said)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        found = fault(lambda: client(url).control_room_keys(trusted))
        thread.join()

    assert found[0] is kind
    assert found[1].startswith(f"{url}: {words}")


def test_a_certificate_that_cannot_be_shown_is_named(trusted: Authorities, tmp_path: Path) -> None:
    pair = Pair(tmp_path / "device.key", tmp_path / "device.crt")

    with pytest.raises(KeyFileError, match=r"device\.crt: No such file or directory"):
        client("https://office.example").renew(trusted, pair, request())


REFUSED, LATER, ODD = Fault.REFUSED, Fault.UNREACHED, Fault.UNBELIEVABLE


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (ok(b"the token is not valid\n", "401 Unauthorized"), REFUSED, "refused: the token is not valid"),
        (ok(b"", "403 Forbidden"), REFUSED, "refused: HTTP status 403"),
        (ok(b"\n \x1b[2Jodd\x07\nmore", "400 Bad"), REFUSED, "refused: \ufffd[2Jodd\ufffd"),
        (ok(b"x" * 5000, "400 Bad"), REFUSED, f"refused: {'x' * 200}"),
        (ok(b"busy", "429 Too Many"), LATER, "not now: busy"),
        (ok(b"", "503 Unavailable"), LATER, "not now: HTTP status 503"),
        (ok(b"wait", "202 Accepted"), LATER, "not now: wait"),
        (ok(b"", "404 Not Found"), ODD, "is no enrolment service: HTTP status 404"),
        (ok(b"", "302 Found"), ODD, "is no enrolment service: HTTP status 302"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\n\r\n",
            ODD,
            "is no enrolment service: HTTP status 302",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", ODD, "does not speak HTTP: SSH-2.0-OpenSSH_9.2"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
            LATER,
            "not reached: the connection ended before the answer",
        ),
        (b"", LATER, "not reached: the connection ended before the answer"),
        (ok(b"x" * MAX_BYTES), ODD, f"answered with more than {MAX_BYTES} bytes"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200, ODD, "does not speak HTTP: got more than 100 headers"),
    ],
)
def test_an_answer_that_is_none_is_one_line(
    pki: Pki, trusted: Authorities, answer: bytes, kind: Fault, words: str
) -> None:
    assert asked(pki, saying(answer), trusted) == (kind, words)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"AAAA", base64.b64encode(b"\x30\x03\x02\x01\x01"), b"-----BEGIN CERTIFICATE-----\n"],
)
def test_what_is_no_certificate_is_not_believed(pki: Pki, trusted: Authorities, content: bytes) -> None:
    with HttpsPeer(pki, saying(ok(content))) as peer:
        kind, text = fault(lambda: client(peer.url).enrol(trusted, "store-0042", TOKEN, request()))

    assert kind is Fault.UNBELIEVABLE
    assert text == f"{peer.url}: answered with something that is not certificates"


def test_damaged_authorities_are_never_a_traceback(pki: Pki) -> None:
    whole = base64.b64decode(certs_only(certificates_in(pki.ca)))
    random = Random(7)
    asking = client("https://office.example")

    for _ in range(1000):
        damaged = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        with warnings.catch_warnings():
            # cryptography warns of odd certificates; the command line says one line instead.
            warnings.simplefilter("ignore")
            try:
                Authorities(asking._certificates(base64.b64encode(damaged))).below(root_of(pki))
            except (EstError, ValueError):
                continue


def test_more_than_one_certificate_is_not_believed(pki: Pki, trusted: Authorities) -> None:
    with HttpsPeer(pki, saying(ok(certs_only(certificates_in(pki.ca))))) as peer:
        kind, text = fault(lambda: client(peer.url).enrol(trusted, "store-0042", TOKEN, request()))

    assert kind is Fault.UNBELIEVABLE
    assert "answered with 2 certificates; one is allowed" in text


def test_silence_ends_after_a_step(pki: Pki, trusted: Authorities) -> None:
    def silent(tls: ssl.SSLSocket, _: Heard) -> None:
        tls.recv(1)

    with HttpsPeer(pki, silent) as peer:
        kind, text = fault(lambda: client(peer.url, step_s=0.2).control_room_keys(trusted))

    assert kind is Fault.UNREACHED
    assert text.endswith("no answer in time")


def test_an_answer_that_never_ends_is_left_at_its_greatest_length(pki: Pki, trusted: Authorities) -> None:
    def pour(tls: ssl.SSLSocket, _: Heard) -> None:
        tls.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            tls.sendall(b"x" * 1000)

    assert asked(pki, pour, trusted) == (Fault.UNBELIEVABLE, f"answered with more than {MAX_BYTES} bytes")


def test_an_answer_in_drops_is_left_after_the_whole_time(pki: Pki, trusted: Authorities) -> None:
    with HttpsPeer(pki, saying(ok(b"slow"))) as peer:
        kind, text = fault(lambda: client(peer.url, total_s=0.0).control_room_keys(trusted))

    assert kind is Fault.UNREACHED
    assert text.endswith("no answer in time")
