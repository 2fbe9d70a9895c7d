"""The office's folder, as commands open it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.clock import now_utc
from provisioning.errors import OfficeError, RegistryError
from provisioning.model import State
from provisioning.office import Office
from provisioning.registry.registry import Registry
from tests.provisioning.commands.counter import EST, SECRET, make_office
from tests.provisioning.est.desk import certificate_request, new_key


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    make_office(tmp_path / "office")
    with Office(tmp_path / "office", "tester") as office:
        yield office


def test_it_knows_what_labels_say(office: Office) -> None:
    label = office.label("store-0001", "a" * 26)

    assert (label.est, label.fingerprint) == (EST, office.fingerprint)
    assert office.control_room == "control-room"


def test_it_opens_with_the_right_pass_phrase_only(office: Office) -> None:
    assert office.unlock(SECRET).fingerprint == office.fingerprint
    with pytest.raises(OfficeError, match=r"issuing.p12: not the right pass phrase, or damaged"):
        office.unlock(b"not this one")


def test_it_opens_when_the_root_is_put_away(office: Office) -> None:
    (office.folder / "root.p12").unlink()

    assert office.unlock(SECRET).fingerprint == office.fingerprint


def test_it_publishes_the_keys_of_devices_and_of_the_control_room(office: Office) -> None:
    key = new_key()
    office.enrolment(office.unlock(SECRET)).sign(certificate_request(key, "store-0001"), now_utc())

    office.publish(now_utc())

    devices = json.loads((office.folder / "devices.jwks.json").read_bytes())["keys"]
    room = (office.folder / "control-room.jwks.json").read_bytes()
    device = office.registry.device("store-0001")
    assert device is not None
    assert device.state is State.ENROLLED
    assert [each["device"] for each in devices] == ["store-0001"]
    assert room == office.control_room_keys


def test_a_key_file_that_cannot_be_written_is_one_line(office: Office) -> None:
    path = office.folder / "devices.jwks.json"
    path.unlink()
    path.mkdir()

    with pytest.raises(OfficeError, match="office: keys cannot be written: Is a directory"):
        office.publish(now_utc())


def test_the_authorities_are_given_out_without_what_somebody_wrote_beside_them(office: Office) -> None:
    path = office.folder / "ca.crt"
    before = path.read_bytes()
    path.write_bytes("# 우리 인증서\n".encode() + before)

    assert office.ca_pem == before


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\n"])
def test_authorities_that_are_damaged_are_not_given_out(office: Office, data: bytes) -> None:
    (office.folder / "ca.crt").write_bytes(data)

    with pytest.raises(OfficeError, match=r"ca.crt: damaged; allowed are certificates in PEM"):
        _ = office.ca_pem


def test_a_folder_without_a_registry_is_no_office(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="no office; ansim-provision init makes one"):
        Office(tmp_path, "tester")

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_registry_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "registry.db").write_bytes(b"somebody's precious data")

    with pytest.raises(RegistryError, match=r"registry.db: not a registry"):
        Office(tmp_path, "tester")

    assert (tmp_path / "registry.db").read_bytes() == b"somebody's precious data"


def test_an_office_that_was_cut_short_says_so(tmp_path: Path) -> None:
    Registry(tmp_path / "registry.db", "tester").close()

    with Office(tmp_path, "tester") as office, pytest.raises(OfficeError, match="est is not set: init was cut short"):
        _ = office.est
