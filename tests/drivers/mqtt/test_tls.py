import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from drivers.errors import KeyFileError
from drivers.mqtt.tls import client_context, tls_reason
from tests.pki import Identity, Pki


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def device(pki: Pki) -> Identity:
    return pki.make_device("store-0042")


@pytest.mark.parametrize("alg", ["Ed25519", "ES256"])
def test_context_checks_the_brokers_name_and_takes_no_old_tls(pki: Pki, alg: str) -> None:
    device = pki.make_device(f"store-{alg.lower()}", alg)
    context = client_context(pki.ca, device.certificate, device.key)

    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_missing_file_is_named(pki: Pki, device: Identity, tmp_path: Path) -> None:
    missing = tmp_path / "missing"

    for ca, certificate, key in (
        (missing, device.certificate, device.key),
        (pki.ca, missing, device.key),
        (pki.ca, device.certificate, missing),
    ):
        with pytest.raises(KeyFileError, match=f"{missing}: No such file or directory"):
            client_context(ca, certificate, key)


def test_file_that_is_something_else_is_named(pki: Pki, device: Identity, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    broken = tmp_path / "broken"
    broken.write_text("-----BEGIN CERTIFICATE-----\nxxxx\n-----END CERTIFICATE-----\n")
    broken_key = tmp_path / "broken.key"
    broken_key.write_text("-----BEGIN PRIVATE KEY-----\nxxxx\n-----END PRIVATE KEY-----\n")

    with pytest.raises(KeyFileError, match=f"{empty}: no certificate in PEM found"):
        client_context(empty, device.certificate, device.key)
    with pytest.raises(KeyFileError, match=f"{device.key}: no certificate in PEM found"):
        client_context(pki.ca, device.key, device.certificate)
    with pytest.raises(KeyFileError, match=f"{device.certificate}: no private key in PEM found"):
        client_context(pki.ca, device.certificate, device.certificate)
    with pytest.raises(KeyFileError, match=f"{broken}: not a certificate"):
        client_context(broken, device.certificate, device.key)
    with pytest.raises(KeyFileError, match=f"{broken}: not a certificate"):
        client_context(pki.ca, broken, device.key)
    with pytest.raises(KeyFileError, match=f"{broken_key}: not a private key that TLS can use"):
        client_context(pki.ca, device.certificate, broken_key)


def test_key_of_another_certificate_is_refused(pki: Pki, device: Identity) -> None:
    other = pki.make_device("store-0001")

    with pytest.raises(KeyFileError, match=f"{other.key}: does not belong to the certificate {device.certificate}"):
        client_context(pki.ca, device.certificate, other.key)


def test_encrypted_key_is_refused_without_asking_for_a_password(pki: Pki, device: Identity, tmp_path: Path) -> None:
    locked = tmp_path / "locked.key"
    key = load_pem_private_key(device.key.read_bytes(), None)
    locked.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))

    with pytest.raises(KeyFileError, match=f"{locked}: not a private key that TLS can use, expected unencrypted"):
        client_context(pki.ca, device.certificate, locked)


def test_fault_without_a_reason_has_words_too() -> None:
    fault = ssl.SSLError(1, "something")
    fault.reason = ""

    assert tls_reason(fault) == "TLS failed: something"
