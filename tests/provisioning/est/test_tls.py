import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from provisioning.errors import OfficeError
from provisioning.est.tls import TlsFiles
from tests.pki import Pki


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


def files(pki: Pki, **other: Path) -> TlsFiles:
    paths = {"certificate": pki.server.certificate, "key": pki.server.key, "ca": pki.ca, "crl": pki.crl, **other}
    return TlsFiles(**paths)


def test_a_certificate_may_be_shown_and_is_then_looked_up_in_the_list_of_the_revoked(pki: Pki) -> None:
    context = files(pki).context()

    assert context.verify_mode is ssl.CERT_OPTIONAL
    assert context.verify_flags & ssl.VERIFY_CRL_CHECK_LEAF
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_session_is_never_resumed_for_that_would_pass_by_the_list(pki: Pki) -> None:
    context = files(pki).context()

    assert context.num_tickets == 0
    assert context.options & ssl.OP_NO_TICKET


def test_while_nothing_changes_the_context_is_the_same(pki: Pki) -> None:
    tls = files(pki)

    assert tls.context() is tls.context()


def test_a_new_list_makes_a_new_context(pki: Pki) -> None:
    tls = files(pki)
    before = tls.context()

    pki.revoke(pki.make_device("store-0001"))

    assert tls.context() is not before


@pytest.mark.parametrize("name", ["certificate", "key", "ca", "crl"])
def test_a_missing_file_is_named(pki: Pki, tmp_path: Path, name: str) -> None:
    with pytest.raises(OfficeError, match="missing") as error:
        files(pki, **{name: tmp_path / "nowhere"})

    assert "nowhere" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["certificate", "key", "ca", "crl"])
def test_a_file_of_something_else_is_named(pki: Pki, tmp_path: Path, name: str) -> None:
    path = tmp_path / "nonsense"
    path.write_text("nonsense")

    with pytest.raises(OfficeError, match=r"nonsense.*: cannot be used: "):
        files(pki, **{name: path})


def test_a_key_of_another_certificate_is_refused(pki: Pki) -> None:
    with pytest.raises(OfficeError, match="cannot be used: key values mismatch"):
        files(pki, key=pki.control_room.key)


def test_an_encrypted_key_is_refused_without_asking_anybody(pki: Pki, tmp_path: Path) -> None:
    key = load_pem_private_key(pki.server.key.read_bytes(), None)
    path = tmp_path / "sealed.key"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))

    with pytest.raises(OfficeError, match=r"sealed\.key: cannot be used: "):
        files(pki, key=path)
