"""A device whose key stays in its token: only the certificate is exchanged."""

from pathlib import Path

import pytest

from drivers.errors import KeyFileError
from drivers.identity_files import IdentityFiles, Pair
from drivers.jwk import thumbprint
from drivers.key_making import Algorithm
from drivers.keystore import load_signer
from tests.drivers.pkcs11.softhsm import SoftHsm
from tests.pki import Pki

STORE = "store-0042"

pytestmark = pytest.mark.usefixtures("process_tokens")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return tmp_path / "device.crt"


@pytest.fixture
def files(uri: str, certificate: Path) -> IdentityFiles:
    return IdentityFiles(uri, certificate)


def certify(pki: Pki, uri: str, folder: Path) -> bytes:
    """A new certificate of the key in the token."""
    folder.mkdir(exist_ok=True)
    return pki.certify(STORE, load_signer(uri).public_key, folder).read_bytes()  # type: ignore[arg-type]  # P-256


def test_the_key_waits_in_the_token_from_the_first(files: IdentityFiles, uri: str) -> None:
    key = files.prepare_key()

    assert thumbprint(key.public_key()) == load_signer(uri).kid
    assert files.waiting_key() == key.public_key()
    assert files.current() is None
    assert files.staged() is None


def test_only_the_certificate_is_exchanged(
    files: IdentityFiles, pki: Pki, uri: str, certificate: Path, tmp_path: Path
) -> None:
    old, new = (certify(pki, uri, tmp_path / "issued") for _ in range(2))
    certificate.write_bytes(old)

    files.stage(new)
    staged, before = files.staged(), files.current()
    files.promote()

    assert staged == Pair(uri, tmp_path / "device.crt.next")
    assert before == files.current() == Pair(uri, certificate)
    assert files.staged() is None
    assert certificate.read_bytes() == new
    assert sorted(path.name for path in tmp_path.glob("device*")) == ["device.crt"]


def test_what_waits_is_forgotten_and_the_key_stays(
    files: IdentityFiles, pki: Pki, uri: str, certificate: Path, tmp_path: Path
) -> None:
    certificate.write_bytes(certify(pki, uri, tmp_path / "issued"))
    files.stage(certify(pki, uri, tmp_path / "issued"))

    files.discard()

    assert files.staged() is None
    assert files.current() == Pair(uri, certificate)
    assert files.prepare_key(Algorithm.P256).public_key() == load_signer(uri).public_key


def test_the_certificate_of_another_key_is_not_staged(files: IdentityFiles, pki: Pki) -> None:
    other = pki.make_device("store-0001", "ES256").certificate.read_bytes()

    with pytest.raises(KeyFileError, match=r"^pkcs11:.*: the certificate to go with it belongs to another key"):
        files.stage(other)


def test_a_key_of_another_kind_is_not_made(files: IdentityFiles) -> None:
    with pytest.raises(
        KeyFileError, match="Ed25519: not a kind of key that is used in a token; allowed there is P-256"
    ):
        files.prepare_key(Algorithm.ED25519)


def test_a_token_that_is_away_is_told(hsm: SoftHsm, certificate: Path) -> None:
    files = IdentityFiles(hsm.uri("elsewhere"), certificate)

    assert files.waiting_key() is None
    assert files.current() is None
    with pytest.raises(KeyFileError, match="no such token"):
        files.demand()
    with pytest.raises(KeyFileError, match="no such token"):
        files.prepare_key()


def test_the_folder_is_that_of_the_certificate(files: IdentityFiles, tmp_path: Path) -> None:
    assert files.folder == tmp_path
    assert IdentityFiles(Path("/keys/device.key"), tmp_path / "device.crt").folder == Path("/keys")
