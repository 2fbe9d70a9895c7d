import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from drivers.files import Files
from drivers.key_making import Algorithm, make_key
from provisioning.authority.certificates import Issuer, make_root
from provisioning.authority.keys import KDF_ROUNDS, load_sealed, seal
from provisioning.errors import OfficeError
from tests.provisioning.authority.offices import FEW_ROUNDS, NOW, PASSPHRASE, openssl


@pytest.fixture
def issuer(algorithm: Algorithm) -> Issuer:
    return make_root("Ansim Mapo root CA", make_key(algorithm), NOW, x509.random_serial_number())


@pytest.fixture
def sealed(issuer: Issuer, tmp_path: Path) -> Path:
    path = tmp_path / "root.p12"
    Files().write(path, seal(issuer, PASSPHRASE, FEW_ROUNDS), 0o600)
    return path


def test_a_key_is_of_the_kind_that_was_asked_for() -> None:
    p256, ed25519 = make_key(Algorithm.P256), make_key(Algorithm.ED25519)

    assert isinstance(p256, EllipticCurvePrivateKey)
    assert isinstance(p256.curve, SECP256R1)
    assert isinstance(ed25519, Ed25519PrivateKey)


def test_a_container_gives_back_what_was_sealed(sealed: Path, issuer: Issuer) -> None:
    opened = load_sealed(sealed, PASSPHRASE)

    assert opened.certificate == issuer.certificate
    assert opened.key.public_key() == issuer.key.public_key()


def test_no_shorter_way_leads_to_the_pass_phrase_than_its_rounds(issuer: Issuer, tmp_path: Path) -> None:
    path = tmp_path / "root.p12"
    path.write_bytes(seal(issuer, PASSPHRASE))

    said = openssl("pkcs12", "-info", "-noout", "-in", path, "-passin", "env:PASSPHRASE").stderr

    assert said.count(f"PBES2, PBKDF2, AES-256-CBC, Iteration {KDF_ROUNDS}, PRF hmacWithSHA256") == 2
    assert f"MAC: sha256, Iteration {2 * KDF_ROUNDS}" in said


def test_openssl_takes_key_and_certificate_out(sealed: Path, issuer: Issuer) -> None:
    said = openssl("pkcs12", "-in", sealed, "-passin", "env:PASSPHRASE", "-noenc")

    assert said.returncode == 0, said.stderr
    pem = said.stdout.encode()
    assert load_pem_private_key(pem[pem.index(b"-----BEGIN PRIVATE") :], None).public_key() == issuer.key.public_key()
    assert x509.load_pem_x509_certificate(pem) == issuer.certificate


def test_openssl_refuses_the_container_with_another_pass_phrase(sealed: Path) -> None:
    said = openssl("pkcs12", "-in", sealed, "-passin", "pass:something else", "-noenc")

    assert said.returncode != 0
    assert "invalid password" in said.stderr


@pytest.mark.parametrize(
    "passphrase", [b"", b"1234567", "일곱글자입니다".encode(), b"x" * 257, b"a\0bcdefgh", b"12345678\n"]
)
def test_a_pass_phrase_that_protects_nothing_is_refused(issuer: Issuer, passphrase: bytes) -> None:
    with pytest.raises(OfficeError, match=r"^pass phrase: .*; allowed are 8–256 characters on one line$"):
        seal(issuer, passphrase, FEW_ROUNDS)


def test_a_pass_phrase_that_is_no_text_is_refused(issuer: Issuer) -> None:
    with pytest.raises(OfficeError, match=r"^pass phrase: not UTF-8$"):
        seal(issuer, b"\xff" * 10, FEW_ROUNDS)


@pytest.mark.parametrize("passphrase", [PASSPHRASE + b"x", PASSPHRASE.swapcase()[:-3], b"something else", b"x" * 256])
def test_a_wrong_pass_phrase_is_one_line(sealed: Path, passphrase: bytes) -> None:
    with pytest.raises(OfficeError, match=r"root\.p12: not the right pass phrase, or damaged$"):
        load_sealed(sealed, passphrase)


@pytest.mark.parametrize("passphrase", [b"", b"\xff\xfe" * 8, b"12345678\0"])
def test_what_is_no_pass_phrase_at_all_is_one_line(sealed: Path, passphrase: bytes) -> None:
    with pytest.raises(OfficeError, match=r"^pass phrase: [^\n]*$"):
        load_sealed(sealed, passphrase)


def test_a_container_that_is_cut_off_is_damaged_wherever_that_is(sealed: Path) -> None:
    whole = sealed.read_bytes()

    for size in range(0, len(whole), 7):
        sealed.write_bytes(whole[:size])
        with pytest.raises(OfficeError, match=r"root\.p12: damaged; allowed is PKCS#12$"):
            load_sealed(sealed, PASSPHRASE)


def test_a_container_with_a_wrong_octet_is_refused_wherever_that_is(sealed: Path) -> None:
    whole = sealed.read_bytes()

    for at in range(0, len(whole), 5):
        sealed.write_bytes(whole[:at] + bytes([whole[at] ^ 0x11]) + whole[at + 1 :])
        with pytest.raises(OfficeError, match=r"^[^\n]*root\.p12: [^\n]+$"):
            load_sealed(sealed, PASSPHRASE)


def test_a_key_on_another_curve_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "root.p12"
    root = make_root("root", generate_private_key(SECP384R1()), NOW, x509.random_serial_number())
    Files().write(path, seal(root, PASSPHRASE, FEW_ROUNDS), 0o600)

    with pytest.raises(OfficeError, match="allowed is one key, Ed25519 or P-256, with its certificate"):
        load_sealed(path, PASSPHRASE)


def test_a_container_without_a_key_is_refused(issuer: Issuer, tmp_path: Path) -> None:
    path = tmp_path / "root.p12"
    encryption = BestAvailableEncryption(PASSPHRASE)
    Files().write(path, serialize_key_and_certificates(None, None, None, [issuer.certificate], encryption), 0o600)

    with pytest.raises(OfficeError, match="allowed is one key, Ed25519 or P-256, with its certificate"):
        load_sealed(path, PASSPHRASE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_container_that_others_can_read_or_change_is_refused(sealed: Path, mode: int) -> None:
    sealed.chmod(mode)

    with pytest.raises(
        OfficeError, match=rf"root\.p12: others can read or change it: mode {mode:04o}, allowed is 0600"
    ):
        load_sealed(sealed, PASSPHRASE)


def test_a_container_of_another_user_is_refused(sealed: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    os.chown(sealed, 12345, -1)

    with pytest.raises(OfficeError, match=r"root\.p12: belongs to user 12345; allowed are user 0 and root"):
        load_sealed(sealed, PASSPHRASE)


def test_a_missing_container_a_link_a_folder_and_a_pipe_are_refused(sealed: Path, tmp_path: Path) -> None:
    link, pipe = tmp_path / "link.p12", tmp_path / "pipe.p12"
    link.symlink_to(sealed)
    os.mkfifo(pipe, 0o600)
    tmp_path.chmod(0o700)

    for path, said in [
        (tmp_path / "none.p12", "missing"),
        (link, "a symbolic link; allowed is a regular file"),
        (tmp_path, "not a regular file"),
        (pipe, "not a regular file"),
        (sealed / "below", "cannot be read: Not a directory"),
    ]:
        with pytest.raises(OfficeError) as caught:
            load_sealed(path, PASSPHRASE)
        assert str(caught.value) == f"{path}: {said}"


def test_a_file_that_is_too_big_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "root.p12"
    Files().write(path, b"\x30" * (64 * 1024 + 1), 0o600)

    with pytest.raises(OfficeError, match="too big; at most 65536 bytes are allowed"):
        load_sealed(path, PASSPHRASE)
