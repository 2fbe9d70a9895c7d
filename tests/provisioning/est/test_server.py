"""The shell with real sockets: who is slow, too big, rude, or many."""

import errno
import logging
import os
import signal
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest

from provisioning.authority.authority import Authority
from provisioning.clock import now_utc
from provisioning.errors import ReachError
from provisioning.est.exchange import MAX_BODY_BYTES, MAX_HEADER_BYTES
from provisioning.est.server import MAX_CONNECTIONS, Server
from tests.pki import Pki
from tests.provisioning.est.desk import DEVICES, EST, Desk, basic, new_key, pkcs10
from tests.provisioning.est.running import PATIENCE_S, Running, read_all

STORE, *_ = DEVICES
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def office(tmp_path: Path, authority_today: Authority) -> Iterator[Desk]:
    with Desk(tmp_path, authority_today, now_utc()) as desk:
        yield desk


@pytest.fixture
def running(office: Desk) -> Iterator[Running]:
    with Running(office.folder, office.authority) as running:
        yield running


def post(path: str, body: bytes, *headers: tuple[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def enrolment(token: str, device_id: str = STORE) -> bytes:
    body = pkcs10(new_key(), device_id)
    return post(f"{EST}/simpleenroll", body, ("Content-Type", "application/pkcs10"), basic(device_id, token))


def test_an_answer_ends_the_connection(running: Running) -> None:
    answer = running.ask(GET)

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nok\n")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_are_spoken(running: Running, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context(cafile=str(running.ca))
    context.minimum_version = context.maximum_version = version

    with running.plain() as plain, context.wrap_socket(plain, server_hostname="localhost") as connection:
        connection.sendall(GET)
        answer = read_all(connection)

    assert answer.endswith(b"ok\n")


def test_on_all_addresses_a_device_with_ipv4_is_served_and_logged_by_that(
    office: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    with Running(office.folder, office.authority, host="::") as running:
        answer = running.ask(GET)

    assert answer.endswith(b"ok\n")
    assert "127.0.0.1 - GET /healthz 200 -" in caplog.messages


def test_a_request_may_come_in_single_bytes(running: Running) -> None:
    with running.connect() as connection:
        for octet in GET:
            connection.sendall(bytes([octet]))
        answer = read_all(connection)

    assert answer.endswith(b"ok\n")


def test_of_requests_in_one_go_the_first_is_answered(running: Running) -> None:
    answer = running.ask(GET * 5)

    assert answer.count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (post("/", b"x" * (MAX_BODY_BYTES + 1)), b"413"),
        (post("/", b"x" * 300_000), b"413"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * MAX_HEADER_BYTES, b"431"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"\x00" * 100 + b"\r\n\r\n", b"400"),
    ],
)
def test_what_is_too_big_or_broken_is_told_so(running: Running, data: bytes, status: bytes) -> None:
    with running.connect() as connection:
        connection.sendall(data)
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 " + status)


def test_a_client_that_leaves_in_the_middle_disturbs_nobody(running: Running) -> None:
    with running.connect() as connection:
        connection.sendall(GET[:10])
    with running.plain() as plain:
        plain.sendall(b"\x16\x03\x01")
    with running.plain():
        pass

    assert running.ask(GET).endswith(b"ok\n")


def test_plain_http_is_refused_and_nobody_is_accused(office: Desk, running: Running) -> None:
    with running.plain() as plain:
        plain.sendall(GET)
        answer = read_all(plain)
    running.stop()

    assert not answer.startswith(b"HTTP")
    assert office.refusals() == []


def test_who_is_slow_in_the_handshake_is_closed(office: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with Running(office.folder, office.authority, handshake_s=0.2) as running, running.plain() as plain:
        assert read_all(plain) == b""

    assert "127.0.0.1 - - - - closed: too slow" in caplog.text


def test_who_sends_slowly_is_closed(office: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with Running(office.folder, office.authority, connection_s=0.5) as running, running.connect() as connection:
        connection.sendall(GET[:10])
        answer = read_all(connection)

    assert answer == b""
    assert "closed: too slow" in caplog.text


def test_forty_devices_at_once_are_all_served(office: Desk, running: Running) -> None:
    def ask(number: int) -> bytes:
        return running.ask(GET)

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(ask, range(40)))

    assert all(answer.endswith(b"ok\n") for answer in answers)


def test_who_comes_when_all_places_are_taken_waits_for_one(running: Running) -> None:
    idle = [running.plain() for _ in range(MAX_CONNECTIONS)]
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(running.ask, GET)
        for connection in idle:
            connection.close()

        assert late.result(PATIENCE_S).endswith(b"ok\n")


def test_the_same_token_at_the_same_moment_gives_one_certificate(office: Desk, running: Running) -> None:
    token = office.invite()
    requests = [enrolment(token) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(running.ask, requests))

    statuses = sorted(answer.split()[1] for answer in answers)
    assert statuses == [b"200"] + [b"401"] * 5 + [b"429"] * 2
    assert len(office.registry.certificates(STORE)) == 1


def test_what_was_issued_is_published_though_the_device_did_not_wait_for_the_answer(
    office: Desk, running: Running
) -> None:
    with running.connect() as connection:
        connection.sendall(enrolment(office.invite()))

    assert running.issued.get(timeout=PATIENCE_S)
    assert len(office.registry.certificates(STORE)) == 1


def test_what_cannot_be_published_is_logged_and_the_device_has_its_certificate(
    office: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def disk_full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Running(office.folder, office.authority, on_issued=disk_full) as running:
        answer = running.ask(enrolment(office.invite()))

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert "cannot publish what was issued: [Errno 28] No space left on device" in caplog.text


def test_devices_that_enrol_together_are_published_once_and_before_the_end(office: Desk) -> None:
    with Running(office.folder, office.authority, publish_after_s=3600) as running:
        for device in DEVICES:
            assert running.ask(enrolment(office.invite(device), device)).startswith(b"HTTP/1.1 200 ")
        before = running.issued.qsize()

    assert (before, running.issued.qsize()) == (0, 1)


def test_upkeep_comes_again_and_again_also_after_it_has_failed(office: Desk, caplog: pytest.LogCaptureFixture) -> None:
    turns: SimpleQueue[bool] = SimpleQueue()

    def keep_up() -> None:
        turns.put(True)
        raise ReachError("broker-a.example:8883: not running")

    with Running(office.folder, office.authority, on_upkeep=keep_up, upkeep_s=0.001) as running:
        came = [turns.get(timeout=PATIENCE_S) for _ in range(3)]
        answer = running.ask(GET)

    assert came == [True] * 3
    assert answer.endswith(b"ok\n")
    assert "the upkeep failed: broker-a.example:8883: not running" in caplog.text


def test_a_fault_in_one_answer_does_not_end_the_service(office: Desk, caplog: pytest.LogCaptureFixture) -> None:
    times = iter([now_utc()])

    with Running(office.folder, office.authority, clock=lambda: next(times)) as running:
        answers = [running.ask(GET) for _ in range(2)]

    assert [bool(answer) for answer in answers] == [True, False]
    assert "127.0.0.1: a fault in this program" in caplog.text


def test_a_refused_handshake_that_cannot_be_noted_is_logged(
    office: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    stranger = Pki(folder).make_device(STORE)
    with (
        Running(office.folder, office.authority, is_registry_open=False) as running,
        running.connect(stranger.certificate, stranger.key) as connection,
        pytest.raises(ssl.SSLError),
    ):
        connection.recv(1)

    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1


def test_a_broken_list_of_the_revoked_leaves_the_one_before_in_force(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    running.crl.write_text("nonsense")

    assert running.ask(GET).endswith(b"ok\n")
    assert running.ask(GET).endswith(b"ok\n")
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert errors[0].startswith(f"{running.crl}: cannot be used: ")


def test_a_server_that_was_stopped_before_it_began_ends_at_once(office: Desk, tmp_path: Path) -> None:
    started: list[int] = []
    server = Server(
        office.service, Running(office.folder, office.authority).tls, "127.0.0.1", 0, on_started=started.append
    )
    server.stop()

    server.run()

    assert started == []


def test_a_signal_stops_the_server(office: Desk) -> None:
    tls = Running(office.folder, office.authority).tls
    server = Server(office.service, tls, "127.0.0.1", 0, on_started=lambda _: os.kill(os.getpid(), signal.SIGTERM))
    before = signal.signal(signal.SIGTERM, lambda *_: server.stop())

    try:
        server.run()
    finally:
        signal.signal(signal.SIGTERM, before)

    assert server.port > 0


def test_a_query_is_not_logged(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    answer = running.ask(b"GET /healthz?token=secret HTTP/1.1\r\nHost: x\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert "secret" not in caplog.text


def test_a_server_that_is_stopped_closes_who_is_connected(office: Desk) -> None:
    with Running(office.folder, office.authority) as running:
        connection = running.connect()

    with connection:
        assert connection.recv(1) == b""


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", "taken"), ("192.0.2.1", 0)])
def test_where_it_cannot_listen_it_says_so_in_one_line(
    office: Desk, running: Running, host: str, port: int | str
) -> None:
    server = Server(office.service, running.tls, host, running.port if isinstance(port, str) else port)

    with pytest.raises(ReachError, match=f"^cannot listen on '{host}', port \\d+: [^\n]+$"):
        server.run()
