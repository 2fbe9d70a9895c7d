"""`ansim-agent enroll` and `ansim-agent renew` as somebody types them."""

import base64
import io
import logging
import os
import ssl
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import load_pem_x509_certificates, load_pem_x509_csr

from device.cli import main
from device.enrol.home import as_owner
from drivers.authorities import parse_authorities
from drivers.https import EstError
from drivers.keystore import load_signer
from tests.device.enrol.office import DEVICE, LIFETIME, NOW, TOKEN, FakeOffice, fingerprint_of, home_in
from tests.drivers.https_peer import Heard, HttpsPeer, ok
from tests.pki import Pki

CONFIG = """\
[device]
id = "store-0042"
state_dir = "{folder}"

[identity]
key = "{folder}/device.key"
certificate = "{folder}/device.crt"
control_room_keys = "{folder}/control-room.jwks.json"
{est}

[mqtt]
brokers = ["mqtts://broker.example"]
ca = "{folder}/ca.crt"

[[zone]]
name = "button"
type = "holdup"
pin = "GPIO17"
"""

NOBODY = 65534
EST = "/.well-known/est"


class Speaking:
    """A FakeOffice behind HTTP."""

    def __init__(self, office: FakeOffice) -> None:
        self._office = office

    def __call__(self, tls: ssl.SSLSocket, heard: Heard) -> None:
        try:
            tls.sendall(ok(self._answer(heard)))
        except EstError as error:
            tls.sendall(ok(str(error).encode(), "401 Unauthorized"))

    def _answer(self, heard: Heard) -> bytes:
        office, trusted = self._office, parse_authorities(self._office.ca_pem)
        path = heard.line.split(" ")[1]
        if path.endswith("jwks.json"):
            return office.keys
        if path == f"{EST}/cacerts":
            return certs_only(office.ca_pem)
        request = base64.b64decode(heard.body)
        if path == f"{EST}/simpleenroll":
            device, _, token = base64.b64decode(heard.headers["authorization"].split(" ")[1]).decode().partition(":")
            return certs_only(office.enrol(trusted, device, token, request).public_bytes(Encoding.PEM))
        assert path == f"{EST}/simplereenroll"
        assert heard.peer == DEVICE
        return certs_only(office.sign(request).public_bytes(Encoding.PEM))


def certs_only(pem: bytes) -> bytes:
    return base64.encodebytes(pkcs7.serialize_certificates(load_pem_x509_certificates(pem), Encoding.DER))


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The program sets logging up for its whole process, which here is that of all tests."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def peer(pki: Pki, office: FakeOffice) -> Iterator[HttpsPeer]:
    with HttpsPeer(pki, Speaking(office)) as peer:
        yield peer


@pytest.fixture
def config(folder: Path, tmp_path: Path, peer: HttpsPeer) -> str:
    return write_config(folder, tmp_path, f'est = "{peer.url}"')


@pytest.fixture
def label(peer: HttpsPeer, pki: Pki) -> str:
    return f"ansim:{DEVICE}?est={peer.url}&ca={fingerprint_of(pki)}"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def write_config(folder: Path, where: Path, est: str) -> str:
    path = where / "agent.toml"
    path.write_text(CONFIG.format(folder=folder, est=est))
    return str(path)


def test_a_label_with_a_token_enrols(config: str, label: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enroll", f"{label}&token={TOKEN}", "--config", config]) == 0

    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines() == [
        f"store-0042: enrolled until {NOW + LIFETIME:%Y-%m-%d}; the files are in {folder}",
        f"next: ansim-agent check --config {config}, then start the agent; restart one that runs",
    ]
    assert main(["check", "--config", config]) == 0


def test_label_and_token_may_stand_in_files(config: str, label: str, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "label").write_text(label + "\n")
    (tmp_path / "token").write_text(TOKEN.upper() + "\n")

    arguments = ["--label-file", str(tmp_path / "label"), "--token-file", str(tmp_path / "token")]
    assert main(["enroll", *arguments, "--algorithm", "P-256", "--config", config]) == 0
    assert load_signer(folder / "device.key").alg == "ES256"


@pytest.mark.parametrize("stdin", [io.StringIO(), None], ids=["empty", "closed"])
def test_without_a_token_and_without_a_terminal_it_says_what_to_do(
    stdin: io.StringIO | None,
    config: str,
    label: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)

    assert main(["enroll", label, "--config", config]) == 64
    assert capsys.readouterr().err.splitlines() == [
        "label: no token on it; give one with --token-file FILE, or type it at a terminal"
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_token_may_be_typed(config: str, label: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _: "abcd-efgh-ijkl-mnop-qrst-uvwx-yz")

    assert main(["enroll", label, "--config", config]) == 0
    assert home_in(folder).working(NOW) is not None


@pytest.mark.parametrize("ended", [EOFError, KeyboardInterrupt])
def test_a_token_need_not_be_typed(
    config: str,
    label: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ended: type[BaseException],
) -> None:
    def leave(_: str) -> str:
        raise ended

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", leave)

    assert main(["enroll", label, "--config", config]) == 64
    assert capsys.readouterr().err == "token: nothing was typed\n"


def test_an_office_that_the_device_does_not_name_is_said(
    folder: Path, tmp_path: Path, peer: HttpsPeer, label: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(folder, tmp_path, "")

    assert main(["enroll", f"{label}&token={TOKEN}", "--config", config]) == 0
    assert f'next: write est = "{peer.url}" under [identity] in {config}' in capsys.readouterr().out

    assert main(["renew", "--config", config]) == 78
    assert capsys.readouterr().err.startswith("identity.est: missing")


def test_a_wrong_token_is_the_offices_no(
    config: str, label: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["enroll", f"{label}&token={'x' * 26}", "--config", config]) == 77

    said = capsys.readouterr().err
    assert said.endswith(": refused: the token is not valid\n")
    assert said.count("\n") == 1
    assert home_in(folder).working(NOW) is None


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (("store-0042", "store-0041"), 78, "label of store-0041; allowed is that of store-0042"),
        (("ansim:", "other:"), 64, "not a label"),
        (("ca=", "ca=0"), 64, "64 hex digits"),
        (("127.0.0.1", "127.0.0.2"), 69, "not reached: Connection refused"),
    ],
)
def test_a_label_that_does_not_do_is_one_line(
    config: str, label: str, change: tuple[str, str], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["enroll", f"{label.replace(*change)}&token={TOKEN}", "--config", config]) == status

    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert TOKEN not in said


def test_another_fingerprint_is_not_believed(
    config: str, label: str, pki: Pki, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = label.replace(fingerprint_of(pki), "0" * 64)

    assert main(["enroll", f"{wrong}&token={TOKEN}", "--config", config]) == 76
    assert "root certificate" in capsys.readouterr().err


def test_a_second_enrolment_has_to_be_meant(config: str, label: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enroll", f"{label}&token={TOKEN}", "--config", config]) == 0
    capsys.readouterr()

    assert main(["enroll", f"{label}&token={TOKEN}", "--config", config]) == 73
    assert capsys.readouterr().err.endswith("To replace it: --again\n")


def test_a_folder_that_is_not_there_is_one_line(
    tmp_path: Path, peer: HttpsPeer, label: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path / "nowhere", tmp_path, "")

    assert main(["enroll", f"{label}&token={TOKEN}", "--config", config]) == 73
    assert capsys.readouterr().err == f"{tmp_path}/nowhere: No such file or directory\n"


def test_a_device_without_a_network_enrols_by_stick(
    config: str, label: str, stick: Path, office: FakeOffice, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["enroll", label, "--usb", str(stick), "--config", config]
    request = stick / "store-0042.csr"

    assert main(arguments) == 0
    assert capsys.readouterr().out == (
        f"{request} is written; next: take the stick to the office, bring it back, and run this again\n"
    )

    carried = load_pem_x509_csr(request.read_bytes()).public_bytes(Encoding.DER)
    (stick / "store-0042.crt").write_bytes(office.sign(carried).public_bytes(Encoding.PEM))
    assert main(arguments) == 78
    assert capsys.readouterr().err == f"{stick}/ca.crt: missing; the office writes it beside the certificate\n"

    (stick / "ca.crt").write_bytes(office.ca_pem)
    (stick / "control-room.jwks.json").write_bytes(office.keys)
    assert main(arguments) == 0
    assert main(arguments) == 0
    assert "enrolled until" in capsys.readouterr().out
    assert home_in(folder).working(NOW) is not None


def test_a_file_on_the_stick_that_is_too_big_is_refused(
    config: str, label: str, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (stick / "store-0042.crt").write_bytes(b"x" * (256 * 1024 + 1))

    assert main(["enroll", label, "--usb", str(stick), "--config", config]) == 78
    assert "too big" in capsys.readouterr().err


def test_the_daily_errand_says_what_it_found(
    config: str, label: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["enroll", f"{label}&token={TOKEN}", "--config", config])
    capsys.readouterr()

    assert main(["renew", "--config", config]) == 0
    day = f"{NOW + LIFETIME:%Y-%m-%d}"
    assert capsys.readouterr().out == f"store-0042: the certificate is not due; it ends on {day}\n"

    assert main(["renew", "--now", "--config", config]) == 0
    assert capsys.readouterr().out.startswith("store-0042: a new certificate is here; the agent proves it")
    assert home_in(folder).identity.staged() is not None


def test_before_enrolment_there_is_nothing_to_renew(
    config: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["renew", "--config", config]) == 78
    assert capsys.readouterr().err == f"{folder}/device.key: missing\n"


def test_without_a_place_for_the_certificate_nothing_is_enrolled(
    config: str, label: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(config)
    plain = path.read_text().replace("mqtts://broker.example", "mqtt://127.0.0.1").replace("\nca = ", "\n# ca = ")
    path.write_text(plain)

    assert main(["enroll", f"{label}&token={TOKEN}", "--config", config]) == 78
    assert capsys.readouterr().err.startswith("mqtt.ca: missing in the configuration")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs: root, to become somebody else")
def test_what_root_writes_belongs_to_the_owner_of_the_folder(label: str, peer: HttpsPeer) -> None:
    with tempfile.TemporaryDirectory() as outside:
        folder = Path(outside) / "device"
        Path(outside).chmod(0o755)
        folder.mkdir(0o700)
        os.chown(folder, NOBODY, NOBODY)
        config = write_config(folder, Path(outside), f'est = "{peer.url}"')

        assert main(["enroll", f"{label}&token={TOKEN}", "--config", config]) == 0
        assert main(["renew", "--now", "--config", config]) == 0

        owners = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in folder.iterdir()}
    assert owners == dict.fromkeys(
        ["ca.crt", "control-room.jwks.json", "device.crt", "device.crt.next", "device.key", "device.key.next"],
        (NOBODY, NOBODY),
    )
    assert os.geteuid() == 0


def test_whoever_is_not_root_stays_who_he_is(tmp_path: Path) -> None:
    with as_owner(tmp_path):
        assert os.geteuid() == tmp_path.stat().st_uid
