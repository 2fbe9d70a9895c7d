import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.broker.check import folder_faults
from provisioning.broker.config import Setup
from provisioning.broker.folder import write_folder
from provisioning.broker.trial import find_mosquitto
from tests.fixtures_broker import installed_mosquitto
from tests.provisioning.broker.office import empty_crl, ignore, make_authority, make_folder, make_setup, now


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path / "office")


@pytest.fixture
def setup(tmp_path: Path, authority: Authority) -> Setup:
    setup = make_setup(tmp_path / "broker")
    make_folder(setup, authority)
    return setup


def faults(setup: Setup, authority: Authority, at: datetime | None = None, program: Path | None = None) -> list[str]:
    """As an office that has the list which is in the folder."""
    crl = setup.folder / "crl.pem"
    return folder_faults(setup, authority.ca_pem, crl.read_bytes() if crl.exists() else b"", at or now(), program)


def test_a_folder_as_written_has_no_fault_and_serves(setup: Setup, authority: Authority) -> None:
    assert faults(setup, authority, program=installed_mosquitto()) == []


def test_a_trial_leaves_the_folder_as_it_was(setup: Setup, authority: Authority) -> None:
    before = sorted(path.name for path in setup.folder.rglob("*"))

    faults(setup, authority, program=installed_mosquitto())

    assert sorted(path.name for path in setup.folder.rglob("*")) == before


def _open_key(folder: Path) -> None:
    (folder / "server.key").chmod(0o640)


def _exchange_key(folder: Path) -> None:
    (folder / "server.key").write_bytes((folder / "other.key").read_bytes())


def _widen_access(folder: Path) -> None:
    (folder / "acl").write_text("topic readwrite #\n")


def _let_anyone_in(folder: Path) -> None:
    path = folder / "mosquitto.conf"
    path.write_text(path.read_text().replace("allow_anonymous false", "allow_anonymous true"))


def _lose(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _damage(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(b"damaged")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_open_key, "server.key: others can read or change it: mode 0640, allowed is 0600"),
        (_exchange_key, "server.crt: does not belong to the key beside it"),
        (_widen_access, "acl: not what the office has; write the folder again"),
        (_let_anyone_in, "mosquitto.conf: not what the office has"),
        (_lose("acl"), "acl: No such file"),
        (_lose("server.crt"), "server.crt: No such file"),
        (_lose("crl.pem"), "crl.pem: No such file"),
        (_damage("server.crt"), "server.crt: damaged"),
        (_damage("server.key"), "server.key: allowed is an Ed25519 or P-256 key"),
        (_damage("crl.pem"), "crl.pem: damaged"),
        (_damage("ca.crt"), "ca.crt: not what the office has"),
    ],
)
def test_each_fault_is_one_line(
    setup: Setup, authority: Authority, tmp_path: Path, harm: Callable[[Path], object], said: str
) -> None:
    other = make_setup(tmp_path / "other")
    make_folder(other, authority)
    shutil.copy(other.folder / "server.key", setup.folder / "other.key")

    harm(setup.folder)

    found = faults(setup, authority, program=installed_mosquitto())
    assert any(said in fault for fault in found), found
    assert not any("\n" in fault for fault in found)


def test_a_certificate_for_another_name_is_a_fault(setup: Setup, authority: Authority, tmp_path: Path) -> None:
    renamed = make_setup(tmp_path / "broker", names=("broker-b.example",), port=setup.port)

    assert faults(renamed, authority) == [
        f"{setup.folder}/server.crt: names localhost, 127.0.0.1; allowed are broker-b.example"
    ]


@pytest.mark.parametrize(("after_days", "count"), [(22, 0), (24, 1)])
def test_a_list_that_ends_within_a_week_is_a_fault(
    setup: Setup, authority: Authority, after_days: int, count: int
) -> None:
    found = faults(setup, authority, now() + timedelta(days=after_days))

    assert len([fault for fault in found if "crl.pem: good until" in fault]) == count


def test_a_list_that_is_not_the_offices_is_a_fault(setup: Setup, authority: Authority, tmp_path: Path) -> None:
    other = make_authority(tmp_path / "other-office")
    (setup.folder / "crl.pem").write_bytes(empty_crl(other))

    assert faults(setup, authority) == [f"{setup.folder}/crl.pem: not signed by this office's issuing CA"]


def test_an_older_list_than_the_offices_is_a_fault(setup: Setup, authority: Authority) -> None:
    newer = authority.revocation_list([], 2, now())

    found = folder_faults(setup, authority.ca_pem, newer, now(), None)

    assert found == [f"{setup.folder}/crl.pem: not what the office has; write the folder again"]


def test_a_folder_without_a_key_is_checked_as_far_as_can_be(authority: Authority, tmp_path: Path) -> None:
    setup = make_setup(tmp_path / "keyless")
    crl = empty_crl(authority)
    write_folder(setup, authority, crl, ignore, now(), public_key=make_key(Algorithm.P256).public_key())

    assert folder_faults(setup, authority.ca_pem, crl, now(), installed_mosquitto()) == []


def test_why_mosquitto_does_not_start_is_said(setup: Setup, authority: Authority, tmp_path: Path) -> None:
    program = tmp_path / "mosquitto"
    program.write_text("#!/bin/sh\necho '1795214162: Error: I do not want to.'\nexit 1\n")
    program.chmod(0o755)

    assert faults(setup, authority, program=program) == [
        f"{setup.folder}/mosquitto.conf: mosquitto does not start: Error: I do not want to."
    ]


def test_mosquitto_is_found_where_daemons_are(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = installed_mosquitto()
    monkeypatch.delenv("PATH", raising=False)

    assert find_mosquitto() == expected
