"""The enrolment service's own certificate."""

import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from provisioning.broker.server_files import certificate_faults, read_chain, read_public_half
from provisioning.errors import OfficeError
from provisioning.est_files import RENEW_BEFORE, certify_est
from tests.provisioning.est.desk import NOW, Desk

_EST = "https://enrol.example:8443"


def _certify(desk: Desk, folder: Path, est: str = _EST, now: datetime = NOW) -> bool:
    return certify_est(folder, desk.authority, desk.registry, est, now)


def _ends(folder: Path) -> datetime:
    return read_chain(folder / "est" / "server.crt")[0].not_valid_after_utc


@pytest.mark.parametrize(
    ("est", "host"),
    [(_EST, "enrol.example"), ("https://192.0.2.7", "192.0.2.7"), ("https://[2001:db8::1]:8443", "2001:db8::1")],
)
def test_it_is_made_out_to_the_host_that_devices_are_told(desk: Desk, tmp_path: Path, est: str, host: str) -> None:
    assert _certify(desk, tmp_path, est)

    place = tmp_path / "est"
    chain, key = read_chain(place / "server.crt"), read_public_half(place / "server.key")
    assert certificate_faults(chain, desk.authority.issuing, key, (host,), NOW, RENEW_BEFORE) == []
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "server.key").stat().st_mode) == 0o600


def test_one_that_is_good_is_kept(desk: Desk, tmp_path: Path) -> None:
    _certify(desk, tmp_path)
    before = (tmp_path / "est" / "server.crt").read_bytes()

    assert not _certify(desk, tmp_path, now=NOW + timedelta(days=1))
    assert (tmp_path / "est" / "server.crt").read_bytes() == before


def test_it_is_renewed_while_there_is_time(desk: Desk, tmp_path: Path) -> None:
    _certify(desk, tmp_path)
    ends = _ends(tmp_path)

    assert not _certify(desk, tmp_path, now=ends - RENEW_BEFORE)
    assert _certify(desk, tmp_path, now=ends - RENEW_BEFORE + timedelta(seconds=1))
    assert _ends(tmp_path) > ends


def test_another_address_needs_another_one(desk: Desk, tmp_path: Path) -> None:
    _certify(desk, tmp_path)

    assert _certify(desk, tmp_path, "https://elsewhere.example")


@pytest.mark.parametrize("name", ["server.key", "server.crt"])
@pytest.mark.parametrize("data", [None, b"", b"\xff" * 300])
def test_what_is_missing_or_damaged_is_made_anew(desk: Desk, tmp_path: Path, name: str, data: bytes | None) -> None:
    _certify(desk, tmp_path)
    path = tmp_path / "est" / name
    path.unlink()
    if data is not None:
        path.write_bytes(data)

    assert _certify(desk, tmp_path)
    assert not _certify(desk, tmp_path)


def test_a_power_cut_between_key_and_certificate_is_mended(desk: Desk, tmp_path: Path) -> None:
    _certify(desk, tmp_path)
    old = (tmp_path / "est" / "server.crt").read_bytes()
    (tmp_path / "est" / "server.crt").unlink()
    _certify(desk, tmp_path)
    (tmp_path / "est" / "server.crt").write_bytes(old)

    assert _certify(desk, tmp_path)


def test_a_place_that_cannot_be_had_is_one_line(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "est").write_bytes(b"")

    with pytest.raises(OfficeError, match="est: cannot be written: File exists"):
        _certify(desk, tmp_path)


def test_each_one_is_in_the_registry(desk: Desk, tmp_path: Path) -> None:
    _certify(desk, tmp_path)

    (kept,) = desk.registry.certificates("enrol.example")
    assert kept.pem == read_chain(tmp_path / "est" / "server.crt")[0].public_bytes(Encoding.PEM).decode()
