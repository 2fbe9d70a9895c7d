from pathlib import Path

import pytest

from drivers.errors import KeyFileError
from drivers.identity_files import IdentityFiles, Pair
from drivers.key_making import Algorithm, key_pem, make_key
from drivers.keystore import load_signer
from tests.pki import Identity, Pki


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def old(pki: Pki) -> Identity:
    return pki.make_device("old")


@pytest.fixture(scope="module", params=["Ed25519", "ES256"])
def new(pki: Pki, request: pytest.FixtureRequest) -> Identity:
    return pki.make_device(f"new-{request.param.lower()}", request.param)


@pytest.fixture
def files(tmp_path: Path) -> IdentityFiles:
    return IdentityFiles(tmp_path / "device.key", tmp_path / "device.crt")


def put(path: Path, source: Path) -> Path:
    """A copy that only its owner can reach."""
    path.write_bytes(source.read_bytes())
    path.chmod(0o600)
    return path


def in_force(folder: Path, identity: Identity) -> Pair:
    return Pair(put(folder / "device.key", identity.key), put(folder / "device.crt", identity.certificate))


def staged(folder: Path, identity: Identity) -> Pair:
    key = put(folder / "device.key.next", identity.key)
    return Pair(key, put(folder / "device.crt.next", identity.certificate))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_new_device_has_nothing(files: IdentityFiles, tmp_path: Path) -> None:
    assert files.current() is None
    assert files.staged() is None
    assert files.waiting_key() is None
    with pytest.raises(KeyFileError, match=r"device\.key: missing"):
        files.demand()
    assert names(tmp_path) == set()


def test_a_pair_that_fits_is_in_force(files: IdentityFiles, tmp_path: Path, new: Identity) -> None:
    pair = in_force(tmp_path, new)

    assert files.current() == pair
    assert files.demand() == pair


def test_a_certificate_of_another_key_is_no_identity(
    files: IdentityFiles, tmp_path: Path, old: Identity, new: Identity
) -> None:
    put(tmp_path / "device.key", old.key)
    put(tmp_path / "device.crt", new.certificate)

    assert files.current() is None
    with pytest.raises(KeyFileError, match=r"device\.crt: missing, or no certificate of the key"):
        files.demand()


def test_a_key_that_others_can_read_is_no_identity(files: IdentityFiles, tmp_path: Path, new: Identity) -> None:
    Path(in_force(tmp_path, new).key).chmod(0o644)

    assert files.current() is None
    with pytest.raises(KeyFileError, match="others can read"):
        files.demand()


@pytest.mark.parametrize("content", [b"", b"odd", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_certificate_is_no_identity(
    files: IdentityFiles, tmp_path: Path, new: Identity, content: bytes
) -> None:
    in_force(tmp_path, new).certificate.write_bytes(content)

    assert files.current() is None


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_is_prepared_that_only_its_owner_can_read(
    files: IdentityFiles, tmp_path: Path, algorithm: Algorithm
) -> None:
    key = files.prepare_key(algorithm)

    assert (tmp_path / "device.key.next").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "device.key.next").read_bytes() == key_pem(key)
    assert files.waiting_key() == key.public_key()
    assert Algorithm.of(key) is algorithm


def test_a_key_that_waits_is_used_again(files: IdentityFiles) -> None:
    first = files.prepare_key(Algorithm.P256)

    assert key_pem(files.prepare_key(Algorithm.P256)) == key_pem(first)
    assert key_pem(files.prepare_key()) == key_pem(first)


def test_a_key_of_another_kind_is_replaced(files: IdentityFiles) -> None:
    files.prepare_key(Algorithm.P256)

    assert Algorithm.of(files.prepare_key(Algorithm.ED25519)) is Algorithm.ED25519


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"odd"), lambda path: path.chmod(0o644)])
def test_a_waiting_key_that_cannot_be_used_is_replaced(files: IdentityFiles, tmp_path: Path, spoil: object) -> None:
    first = files.prepare_key()
    spoil(tmp_path / "device.key.next")  # type: ignore[operator]

    assert key_pem(files.prepare_key()) != key_pem(first)
    assert (tmp_path / "device.key.next").stat().st_mode & 0o777 == 0o600


def test_what_is_staged_leaves_the_identity_in_force_alone(
    files: IdentityFiles, tmp_path: Path, old: Identity, new: Identity
) -> None:
    pair = in_force(tmp_path, old)
    put(tmp_path / "device.key.next", new.key)

    files.stage(new.certificate.read_bytes())

    assert files.current() == pair
    assert files.staged() == Pair(tmp_path / "device.key.next", tmp_path / "device.crt.next")
    assert (tmp_path / "device.crt.next").stat().st_mode & 0o777 == 0o644


def test_a_certificate_of_another_key_is_not_staged(
    files: IdentityFiles, tmp_path: Path, old: Identity, new: Identity
) -> None:
    put(tmp_path / "device.key.next", new.key)

    with pytest.raises(KeyFileError, match="belongs to another key"):
        files.stage(old.certificate.read_bytes())

    assert files.staged() is None


def test_no_certificate_is_staged_without_a_key(files: IdentityFiles, new: Identity) -> None:
    with pytest.raises(KeyFileError, match=r"device\.key\.next: missing"):
        files.stage(new.certificate.read_bytes())


def test_promotion_exchanges_the_pair(files: IdentityFiles, tmp_path: Path, old: Identity, new: Identity) -> None:
    in_force(tmp_path, old)
    staged(tmp_path, new)

    files.promote()
    files.promote()

    assert names(tmp_path) == {"device.key", "device.crt"}
    assert load_signer(tmp_path / "device.key").kid == load_signer(new.key).kid
    assert (tmp_path / "device.crt").read_bytes() == new.certificate.read_bytes()


def test_without_anything_staged_promotion_changes_nothing(files: IdentityFiles, tmp_path: Path, old: Identity) -> None:
    pair = in_force(tmp_path, old)
    files.prepare_key()

    files.promote()

    assert files.current() == pair
    assert load_signer(pair.key).kid == load_signer(old.key).kid


def half_promoted(folder: Path, old: Identity, new: Identity) -> None:
    """The new key is in force, its certificate not yet."""
    put(folder / "device.key", new.key)
    put(folder / "device.crt", old.certificate)
    put(folder / "device.crt.next", new.certificate)


def test_a_promotion_cut_half_way_is_an_identity(
    files: IdentityFiles, tmp_path: Path, old: Identity, new: Identity
) -> None:
    half_promoted(tmp_path, old, new)

    assert files.current() == Pair(tmp_path / "device.key", tmp_path / "device.crt.next")
    assert files.staged() is None
    assert names(tmp_path) == {"device.key", "device.crt", "device.crt.next"}


@pytest.mark.parametrize("change", ["settle", "promote", "discard", "prepare_key", "stage"])
def test_every_change_finishes_a_promotion_cut_half_way(
    files: IdentityFiles, tmp_path: Path, old: Identity, new: Identity, change: str
) -> None:
    half_promoted(tmp_path, old, new)

    if change == "stage":
        put(tmp_path / "device.key.next", old.key)
        files.stage(old.certificate.read_bytes())
    else:
        getattr(files, change)()

    assert files.current() == Pair(tmp_path / "device.key", tmp_path / "device.crt")


def test_what_waits_can_be_forgotten(files: IdentityFiles, tmp_path: Path, old: Identity, new: Identity) -> None:
    pair = in_force(tmp_path, old)
    staged(tmp_path, new)

    files.discard()

    assert files.current() == pair
    assert names(tmp_path) == {"device.key", "device.crt"}


def test_a_key_is_of_its_kind() -> None:
    for algorithm in Algorithm:
        assert Algorithm.of(make_key(algorithm).public_key()) is algorithm
