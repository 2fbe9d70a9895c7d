import base64
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from drivers.errors import KeyFileError
from drivers.jwk import jwk_of
from drivers.keystore import check_certificate, load_keys, load_signer
from tests.builders import make_keys, make_signer
from tests.drivers.test_jwk import jwks
from tests.pki import Pki, make_private_key, pem_of

NOW_UTC = datetime(2026, 11, 20, 22, 36, tzinfo=UTC)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


def write(path: Path, data: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def refusal(load: Callable[[Path], object], path: Path) -> str:
    """What the operator is told: one line that begins with the name of the file."""
    with pytest.raises(KeyFileError) as caught:
        load(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text.removeprefix(f"{path}: ")


@pytest.mark.parametrize("alg", ["Ed25519", "ES256"])
@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_private_key_signs(tmp_path: Path, alg: str, mode: int) -> None:
    signer = load_signer(write(tmp_path / "device.key", pem_of(make_private_key(alg)), mode))

    assert signer.alg == alg
    assert make_keys(signer).verify(signer.kid, alg, signer.sign(b"data"), b"data")


def test_line_ends_of_other_systems_and_a_preface_are_taken(tmp_path: Path) -> None:
    pem = b"# store-0042\r\n" + pem_of(make_private_key("ES256")).replace(b"\n", b"\r\n")

    assert load_signer(str(write(tmp_path / "device.key", pem))).alg == "ES256"


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    assert refusal(load_signer, tmp_path / "device.key") == "missing"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o610, 0o777])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "device.key", pem_of(make_private_key("Ed25519")), mode)

    assert f"mode {mode:04o}, allowed is 0" in refusal(load_signer, path)


def test_a_key_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "device.key", pem_of(make_private_key("Ed25519")))
    if os.geteuid() == 0:
        os.chown(path, 4242, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 4242)

    assert refusal(load_signer, path).startswith(f"belongs to user {path.stat().st_uid}; allowed are user")


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    (tmp_path / "folder").mkdir(0o700)
    (tmp_path / "link").symlink_to(write(tmp_path / "device.key", pem_of(make_private_key("Ed25519"))))

    assert refusal(load_signer, tmp_path / "fifo") == "not a regular file"
    assert refusal(load_signer, tmp_path / "folder") == "not a regular file"
    assert refusal(load_signer, tmp_path / "link") == "a symbolic link; allowed is a regular file"
    assert refusal(load_signer, tmp_path / "device.key" / "x") == "cannot be read: Not a directory"


def test_a_socket_is_not_a_key(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))

        assert refusal(load_signer, tmp_path / "socket").startswith("cannot be read")


def test_a_file_that_cannot_be_read_is_said() -> None:
    # A regular file of ours with mode 0600 whose first page no process has mapped.
    assert refusal(load_signer, Path("/proc/self/mem")) == "cannot be read: Input/output error"


def test_a_name_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(KeyFileError, match="not a file name"):
        load_signer("device\0.key")


def test_the_size_is_bounded(tmp_path: Path) -> None:
    pem = pem_of(make_private_key("Ed25519"))

    assert load_signer(write(tmp_path / "device.key", pem + b"\n" * (16 * 1024 - len(pem)))).alg == "Ed25519"
    assert "too big" in refusal(load_signer, write(tmp_path / "large.key", pem + b"\n" * (16 * 1024 + 1 - len(pem))))
    assert "too big" in refusal(load_keys, write(tmp_path / "large.json", b" " * (64 * 1024 + 1)))


def _traditional() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def _encrypted(form: PrivateFormat) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret"))


def _unknown_curve() -> bytes:
    """A P-256 key whose curve is renamed to one that does not exist (the last arc of 1.2.840.10045.3.1.7 changed)."""
    der = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    renamed = der.replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030177"))
    return b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(renamed) + b"-----END PRIVATE KEY-----\n"


def _other(key: rsa.RSAPrivateKey | dsa.DSAPrivateKey | ed448.Ed448PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: b"", "holds no PEM; allowed is one PRIVATE KEY in PEM (PKCS#8)"),
        (lambda: bytes(range(200)), "holds no PEM"),
        (lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged"),
        (lambda: pem_of(make_private_key("Ed25519"))[:60], "damaged"),
        (lambda: pem_of(make_private_key("Ed25519")) * 2, "holds PRIVATE KEY and PRIVATE KEY"),
        (_traditional, "holds EC PRIVATE KEY; allowed"),
        (lambda: _encrypted(PrivateFormat.PKCS8), "encrypted"),
        (lambda: _encrypted(PrivateFormat.TraditionalOpenSSL), "encrypted"),
        (lambda: _other(rsa.generate_private_key(65537, 1024)), "a key of another kind"),
        (lambda: _other(ed448.Ed448PrivateKey.generate()), "a key of another kind"),
        (lambda: _other(ec.generate_private_key(ec.SECP384R1())), "a key on another curve"),
        (_unknown_curve, "a key of another kind"),
    ],
    ids=[
        "empty",
        "noise",
        "no key",
        "cut",
        "two keys",
        "SEC 1",
        "PKCS#8 + pass",
        "SEC 1 + pass",
        "RSA",
        "Ed448",
        "P-384",
        "no curve",
    ],
)
def test_what_is_not_one_of_our_keys_is_refused(tmp_path: Path, make: Callable[[], bytes], says: str) -> None:
    assert says in refusal(load_signer, write(tmp_path / "device.key", make()))


def test_a_certificate_is_not_a_key(pki: Pki, tmp_path: Path) -> None:
    path = write(tmp_path / "device.key", pki.ca.read_bytes())

    assert "holds CERTIFICATE and CERTIFICATE; allowed is one PRIVATE KEY" in refusal(load_signer, path)


def test_refusals_leave_no_trace_of_the_library(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError) as caught:
        load_signer(write(tmp_path / "device.key", b"-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n"))

    assert caught.value.__suppress_context__


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o444])
def test_trusted_keys_may_be_read_by_everybody(tmp_path: Path, mode: int) -> None:
    room = make_signer("Ed25519", "control-room")

    keys = load_keys(write(tmp_path / "control-room.jwks.json", jwks(jwk_of(room)), mode))

    assert keys.verify(room.kid, "Ed25519", room.sign(b"data"), b"data") is True


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_trusted_keys_that_others_can_change_are_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "control-room.jwks.json", jwks(jwk_of(make_signer())), mode)

    assert refusal(load_keys, path) == f"others can change it: mode {mode:04o}, allowed is 0644"


def test_what_is_wrong_with_a_key_set_is_said(tmp_path: Path) -> None:
    path = tmp_path / "control-room.jwks.json"

    assert refusal(load_keys, path) == "missing"
    assert refusal(load_keys, write(path, b"{}")).startswith('no list "keys"; allowed is')
    assert refusal(load_keys, write(path, jwks({"kty": "RSA"}))).startswith("key 1: 'RSA'; allowed are")


@pytest.mark.parametrize("alg", ["Ed25519", "ES256"])
def test_our_own_certificate_tells_its_time(pki: Pki, alg: str) -> None:
    device = pki.make_device("store-0042", alg)
    signer = load_signer(device.key)
    now_utc = datetime.now(UTC)

    certificate = check_certificate(device.certificate, signer, "store-0042", now_utc)

    assert certificate.not_before_utc < now_utc < certificate.not_after_utc
    assert timedelta(seconds=certificate.remaining_s) == certificate.not_after_utc - now_utc


def test_an_expired_certificate_is_reported_and_not_refused(pki: Pki) -> None:
    device = pki.make_expired_device("store-0042")

    certificate = check_certificate(device.certificate, load_signer(device.key), "store-0042", datetime.now(UTC))

    assert certificate.remaining_s < 0


def test_a_certificate_must_bear_our_name_and_our_key(pki: Pki) -> None:
    ours, other = pki.make_device("store-0042"), pki.make_device("store-0043", "ES256")
    signer = load_signer(ours.key)

    def check(device_id: str) -> Callable[[Path], object]:
        return lambda path: check_certificate(path, signer, device_id, NOW_UTC)

    said = refusal(check("store-0042"), other.certificate)
    assert said == "made out to CN 'store-0043'; allowed is 'store-0042'"
    said = refusal(check("store-0043"), other.certificate)
    assert said == "belongs to another key; allowed is a certificate of this device's key"


@pytest.mark.parametrize(
    "data", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", bytes(range(99))]
)
def test_what_is_not_a_certificate_is_refused(tmp_path: Path, data: bytes) -> None:
    path = write(tmp_path / "device.crt", data)

    said = refusal(lambda file: check_certificate(file, make_signer(), "store-0042", NOW_UTC), path)

    assert said == "not a certificate that can be read; allowed is X.509 in PEM"


@pytest.mark.parametrize("other", ["P-384", "Ed448"])
def test_a_certificate_for_another_kind_of_key_is_not_ours(
    pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    make = {"P-384": lambda: ec.generate_private_key(ec.SECP384R1()), "Ed448": ed448.Ed448PrivateKey.generate}[other]
    monkeypatch.setattr("tests.pki.make_private_key", lambda alg: make())
    device = pki.make_device("store-0099")

    said = refusal(lambda file: check_certificate(file, make_signer(), "store-0099", NOW_UTC), device.certificate)

    assert said.startswith("belongs to another key")
