from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.broker import server_files
from provisioning.broker.server_files import certificate_faults, read_file, read_public_half
from provisioning.errors import OfficeError
from provisioning.model import Purpose
from tests.pki import Pki
from tests.provisioning.broker.office import make_authority, now

NAMES = ("broker-a.example", "192.0.2.7")
SPARE = timedelta(days=30)
KEY = make_key(Algorithm.P256).public_key()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("office"))


def chain(authority: Authority, purpose: Purpose = Purpose.SERVER) -> list[x509.Certificate]:
    is_server = purpose is Purpose.SERVER
    subject, names = (NAMES[0], NAMES) if is_server else ("store-0042", ())
    made = authority.issue(KEY, subject, purpose, now(), names=names)
    return x509.load_pem_x509_certificates(authority.chain_pem(made).encode())


def faults(authority: Authority, shown: list[x509.Certificate], after: timedelta = timedelta(0)) -> list[str]:
    return certificate_faults(shown, authority.issuing, KEY, NAMES, now() + after, SPARE)


def test_what_the_office_makes_has_no_fault(authority: Authority) -> None:
    assert faults(authority, chain(authority)) == []


def test_a_chain_without_the_issuing_ca_is_a_fault(authority: Authority) -> None:
    assert faults(authority, chain(authority)[:1]) == [
        "the issuing CA's certificate does not follow; allowed is the whole chain"
    ]


def test_a_devices_certificate_is_no_servers(authority: Authority) -> None:
    assert faults(authority, chain(authority, Purpose.DEVICE)) == [
        "not a server's certificate",
        "names nobody; allowed are broker-a.example, 192.0.2.7",
    ]


def test_a_certificate_of_the_future_is_a_fault(authority: Authority) -> None:
    (fault,) = faults(authority, chain(authority), -timedelta(hours=2))

    assert fault.startswith("not good before")


def test_a_certificate_that_has_ended_is_a_fault(authority: Authority) -> None:
    (fault,) = faults(authority, chain(authority), timedelta(days=400))

    assert fault.startswith("good until")


def test_a_strangers_certificate_is_a_fault(authority: Authority, tmp_path: Path) -> None:
    stranger = Pki(tmp_path).make_server("server", list(NAMES))
    shown = x509.load_pem_x509_certificates(stranger.certificate.read_bytes())

    assert faults(authority, shown) == [
        "not signed by this office's issuing CA",
        "does not belong to the key beside it",
    ]


def test_a_key_with_a_pass_phrase_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")

    with pytest.raises(OfficeError, match="without a pass phrase"):
        read_public_half(tmp_path / "key")


def test_what_is_too_big_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_files, "_MAX_BYTES", 10)
    (tmp_path / "file").write_bytes(bytes(11))

    with pytest.raises(OfficeError, match="at most 10 bytes"):
        read_file(tmp_path / "file")
