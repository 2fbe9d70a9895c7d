"""A client that shares no line with this project: curl and OpenSSL."""

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from provisioning.authority.authority import Authority
from provisioning.invitation import invite
from provisioning.model import Certificate, Purpose, Reason
from tests.conftest import external
from tests.pki import Pki
from tests.provisioning.est.desk import DEVICES, EST, Desk, new_key, pkcs10
from tests.provisioning.est.running import Running, write_key

STORE, OTHER, _ = DEVICES
WALKTHROUGH = Path(__file__).with_name("walkthrough.sh")
KINDS = {"Ed25519": "-algorithm ed25519", "P-256": "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"}
TYPE = ("-H", "Content-Type: application/pkcs10")


@pytest.fixture
def office(tmp_path: Path, authority_today: Authority, today: datetime) -> Iterator[Desk]:
    with Desk(tmp_path, authority_today, today) as desk:
        yield desk


@pytest.fixture
def running(office: Desk) -> Iterator[Running]:
    with Running(office.folder, office.authority) as running:
        yield running


def curl(running: Running, path: str, *arguments: str) -> tuple[str, str]:
    """Status and body; "000" and curl's own words if there was no answer."""
    program = external(shutil.which("curl"), "apt install curl")
    command = [program, "-sS", "-m", "20", "--cacert", str(running.ca), "-w", "\n%{http_code}", *arguments]
    done = subprocess.run([*command, f"{running.url}{EST}/{path}"], capture_output=True, text=True, check=False)
    body, _, status = done.stdout.rpartition("\n")
    return status, body.strip() or done.stderr


def body_file(folder: Path, data: bytes) -> str:
    path = folder / "request.b64"
    path.write_bytes(data)
    return f"@{path}"


def enrolled(
    office: Desk, lifetime: timedelta | None = None, now: datetime | None = None
) -> tuple[Path, Path, Certificate]:
    """A device's files, and what the registry holds."""
    key, at = new_key(), now or office.now
    made = office.authority.issue(key.public_key(), STORE, Purpose.DEVICE, at, lifetime=lifetime)
    office.registry.enrol(made, at, "enrolled")
    path = office.folder / "device.crt"
    path.write_text(office.authority.chain_pem(made))
    return path, write_key(office.folder / "device.key", key), made


def show(certificate: Path, key: Path) -> tuple[str, ...]:
    return ("--cert", str(certificate), "--key", str(key))


@pytest.mark.parametrize("kind", KINDS)
def test_a_device_enrols_and_renews_as_the_documentation_shows(
    office: Desk, running: Running, tmp_path: Path, kind: str
) -> None:
    for program in ("curl", "openssl"):
        external(shutil.which(program), f"apt install {program}")
    folder, token = tmp_path / "device", office.invite()
    folder.mkdir()
    said = {"OFFICE": running.url, "CA": str(running.ca), "DEVICE": STORE, "TOKEN": token, "KEY": KINDS[kind]}

    done = subprocess.run(
        ["/bin/sh", str(WALKTHROUGH)],
        cwd=folder,
        env={**os.environ, **said},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "device.crt: OK" in done.stdout
    assert "device.crt.next: OK" in done.stdout
    assert "prime256v1" in done.stdout
    second, first = office.registry.certificates(STORE)
    files = [x509.load_pem_x509_certificate((folder / name).read_bytes()) for name in ("device.crt", "device.crt.next")]
    assert [file.serial_number for file in files] == [first.serial, second.serial]
    assert running.issued.get(timeout=5)
    assert running.issued.get(timeout=5)


def test_a_used_token_is_refused_to_another_key(office: Desk, running: Running, tmp_path: Path) -> None:
    token = office.invite()
    user = ("--user", f"{STORE}:{token}", *TYPE, "--data-binary")
    first = curl(running, "simpleenroll", *user, body_file(tmp_path, pkcs10(new_key(), STORE)))

    second = curl(running, "simpleenroll", *user, body_file(tmp_path, pkcs10(new_key(), STORE)))

    assert (first[0], second[0]) == ("200", "401")
    assert second[1].startswith("the token is not valid for this device")
    assert [act.detail for act in office.refusals()] == ["the token was used before, with another key"]


def test_an_expired_token_is_refused(office: Desk, running: Running, tmp_path: Path) -> None:
    token = invite(office.registry, STORE, timedelta(seconds=1), office.now)
    request = body_file(tmp_path, pkcs10(new_key(), STORE))

    status, _ = curl(running, "simpleenroll", "--user", f"{STORE}:{token}", *TYPE, "--data-binary", request)

    assert status == "401"
    assert office.refusals()[0].detail.startswith("the token expired at ")


def test_a_request_for_another_name_is_refused(office: Desk, running: Running, tmp_path: Path) -> None:
    user = ("--user", f"{STORE}:{office.invite()}", *TYPE, "--data-binary")

    status, body = curl(running, "simpleenroll", *user, body_file(tmp_path, pkcs10(new_key(), OTHER)))

    assert (status, body) == ("403", "the request is made out to CN 'store-0002'; allowed is 'store-0001'")


def test_a_renewal_without_a_certificate_is_refused(office: Desk, running: Running, tmp_path: Path) -> None:
    request = body_file(tmp_path, pkcs10(new_key(), STORE))

    status, body = curl(running, "simplereenroll", *TYPE, "--data-binary", request)

    assert (status, body) == ("403", "the device's certificate is needed in the TLS handshake")


def test_a_device_that_is_revoked_while_the_server_runs_is_refused_at_the_next_handshake(
    office: Desk, running: Running, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate, key, _ = enrolled(office)
    request = (*TYPE, "--data-binary", body_file(tmp_path, pkcs10(new_key(), STORE)))
    before, _ = curl(running, "cacerts", *show(certificate, key))
    running.revoke(office.registry.revoke(STORE, Reason.KEY_COMPROMISE, office.now))

    status, words = curl(running, "simplereenroll", *show(certificate, key), *request)
    running.stop()

    assert (before, status) == ("200", "000")
    assert "certificate revoked" in words
    assert [act.detail for act in office.refusals()] == [
        "certificate refused in the TLS handshake from 127.0.0.1: certificate revoked"
    ]
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == ["127.0.0.1 - - - - closed: certificate refused: certificate revoked"]


def test_a_revoked_device_whose_revocation_is_not_published_yet_is_refused_all_the_same(
    office: Desk, running: Running, tmp_path: Path
) -> None:
    certificate, key, made = enrolled(office)
    office.registry.revoke(STORE, Reason.KEY_COMPROMISE, office.now)
    request = body_file(tmp_path, pkcs10(new_key(), STORE))

    status, _ = curl(running, "simplereenroll", *show(certificate, key), *TYPE, "--data-binary", request)

    assert status == "403"
    assert [act.detail for act in office.refusals()] == [f"certificate {made.serial:x} is revoked"]


def test_an_expired_certificate_is_refused_in_the_handshake(office: Desk, running: Running) -> None:
    certificate, key, _ = enrolled(office, timedelta(days=1), office.now - timedelta(days=2))

    status, words = curl(running, "cacerts", *show(certificate, key))
    running.stop()

    assert status == "000"
    assert "certificate expired" in words
    assert len(office.refusals()) == 1


def test_a_list_of_the_revoked_that_has_run_out_shuts_out_who_shows_a_certificate_and_says_so(
    office: Desk, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    certificate, key, _ = enrolled(office)
    running.revoke([], office.now - timedelta(days=60))

    status, _ = curl(running, "cacerts", *show(certificate, key))
    running.stop()

    assert status == "000"
    assert "closed: certificate refused: CRL has expired" in caplog.text


def test_a_certificate_of_another_authority_is_refused_in_the_handshake(
    office: Desk, running: Running, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    stranger = Pki(folder).make_device(STORE)

    status, words = curl(running, "cacerts", *show(stranger.certificate, stranger.key))
    running.stop()

    assert status == "000"
    assert "unknown ca" in words
    assert len(office.refusals()) == 1


def test_a_server_of_another_authority_is_refused_by_the_client(office: Desk, running: Running, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    status, _ = curl(running, "cacerts", "--cacert", str(Pki(folder).ca))
    running.stop()

    assert status == "000"
    assert office.refusals() == []


def test_no_token_and_no_body_is_in_the_log(
    office: Desk, running: Running, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token, body = office.invite(), pkcs10(new_key(), STORE)
    user = ("--user", f"{STORE}:{token}", *TYPE, "--data-binary", body_file(tmp_path, body))

    status, _ = curl(running, "simpleenroll", *user)

    assert status == "200"
    assert token not in caplog.text
    assert body.decode().strip()[:40] not in caplog.text
    assert f"127.0.0.1 {STORE} POST {EST}/simpleenroll 200 issued " in caplog.text
