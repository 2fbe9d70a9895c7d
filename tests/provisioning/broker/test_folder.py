import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from drivers.files import Files
from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.broker.config import Setup
from provisioning.broker.folder import write_folder
from provisioning.broker.server_files import read_chain, read_public_half
from provisioning.errors import OfficeError
from provisioning.model import Certificate, Purpose
from tests.provisioning.broker.office import empty_crl, ignore, make_authority, make_folder, make_setup, now


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path / "office")


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return make_setup(tmp_path / "broker")


def test_a_folder_has_all_that_a_broker_needs(setup: Setup, authority: Authority) -> None:
    made = make_folder(setup, authority)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in setup.folder.iterdir()}
    assert modes == {
        "mosquitto.conf": 0o644,
        "acl": 0o600,
        "ca.crt": 0o644,
        "crl.pem": 0o644,
        "server.crt": 0o644,
        "server.key": 0o600,
        "data": 0o700,
    }
    assert made is not None
    assert made.purpose is Purpose.SERVER


def test_a_new_certificate_is_registered_before_it_is_written(setup: Setup, authority: Authority) -> None:
    registered: list[tuple[Certificate, bool]] = []

    def register(certificate: Certificate) -> None:
        registered.append((certificate, (setup.folder / "server.crt").exists()))

    made = write_folder(setup, authority, empty_crl(authority), register, now())

    assert registered == [(made, False)]


def test_written_again_it_keeps_key_and_certificate(setup: Setup, authority: Authority) -> None:
    make_folder(setup, authority)
    before = [(setup.folder / name).read_bytes() for name in ("server.key", "server.crt")]

    made = make_folder(setup, authority)

    assert made is None
    assert [(setup.folder / name).read_bytes() for name in ("server.key", "server.crt")] == before


def test_written_again_it_has_the_new_list(setup: Setup, authority: Authority) -> None:
    make_folder(setup, authority)
    crl = authority.revocation_list([], 2, now())

    write_folder(setup, authority, crl, ignore, now())

    assert (setup.folder / "crl.pem").read_bytes() == crl


@pytest.mark.parametrize(("left_days", "is_new"), [(61, False), (59, True)])
def test_a_certificate_that_ends_soon_is_replaced(
    setup: Setup, authority: Authority, left_days: int, is_new: bool
) -> None:
    first = make_folder(setup, authority)
    assert first is not None

    again = make_folder(setup, authority, first.not_after - timedelta(days=left_days))

    assert (again is not None) is is_new


def test_another_name_makes_another_certificate(setup: Setup, authority: Authority, tmp_path: Path) -> None:
    make_folder(setup, authority)

    made = make_folder(make_setup(tmp_path / "broker", names=("broker-b.example",)), authority)

    assert made is not None
    assert made.subject == "broker-b.example"


@pytest.mark.parametrize("name", ["server.key", "server.crt"])
@pytest.mark.parametrize("content", [None, b"damaged"])
def test_what_is_missing_or_damaged_is_made_anew(
    setup: Setup, authority: Authority, name: str, content: bytes | None
) -> None:
    make_folder(setup, authority)
    (setup.folder / name).unlink()
    if content is not None:
        (setup.folder / name).write_bytes(content)

    assert make_folder(setup, authority) is not None

    leaf = read_chain(setup.folder / "server.crt")[0]
    assert leaf.public_key() == read_public_half(setup.folder / "server.key")


def test_a_power_cut_between_key_and_certificate_costs_one_certificate(setup: Setup, authority: Authority) -> None:
    class Cut(Files):
        def write(self, path: Path, data: bytes, mode: int) -> None:
            if path.name == "server.crt":
                raise PowerCutError
            super().write(path, data, mode)

    make_folder(setup, authority)
    (setup.folder / "server.crt").write_bytes(b"")
    with pytest.raises(PowerCutError):
        write_folder(setup, authority, empty_crl(authority), ignore, now(), files=Cut())

    assert make_folder(setup, authority) is not None
    assert read_chain(setup.folder / "server.crt")[0].public_key() == read_public_half(setup.folder / "server.key")


def test_a_certificate_of_another_office_is_replaced(setup: Setup, authority: Authority, tmp_path: Path) -> None:
    make_folder(setup, authority)
    other = make_authority(tmp_path / "other-office")

    assert make_folder(setup, other) is not None


def test_a_broker_that_keeps_its_key_gets_no_key(setup: Setup, authority: Authority) -> None:
    key = make_key(Algorithm.P256)
    crl = empty_crl(authority)

    made = write_folder(setup, authority, crl, ignore, now(), public_key=key.public_key())
    again = write_folder(setup, authority, crl, ignore, now(), public_key=key.public_key())

    assert made is not None
    assert again is None
    assert x509.load_pem_x509_certificate(made.pem.encode()).public_key() == key.public_key()
    assert not (setup.folder / "server.key").exists()


def test_a_folder_that_cannot_be_written_is_one_clear_line(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OfficeError, match=r"file/broker: cannot be written"):
        make_folder(make_setup(tmp_path / "file" / "broker"), authority)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_gives_the_broker_what_only_it_may_read(authority: Authority, tmp_path: Path) -> None:
    setup = make_setup(tmp_path / "broker", user="nobody")

    make_folder(setup, authority)

    owned = {path.name for path in setup.folder.iterdir() if path.owner() == "nobody"}
    assert owned == {"server.key", "acl", "data"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_user_that_is_not_there_is_one_clear_line(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="no user 'not-there' on this machine"):
        make_folder(make_setup(tmp_path / "broker", user="not-there"), authority)


class PowerCutError(Exception):
    """Nothing happens after it."""
