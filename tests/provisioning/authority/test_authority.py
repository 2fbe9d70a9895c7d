import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding

from drivers.files import Files
from drivers.jwk import alg_of, thumbprint
from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.authority.certificates import LIFETIMES
from provisioning.errors import OfficeError, RefusedError
from provisioning.model import Purpose
from tests.provisioning.authority.offices import FEW_ROUNDS, NOW, PASSPHRASE, make_authority, openssl

_DEVICE_KEY = make_key(Algorithm.ED25519).public_key()
_FILES = ["ca.crt", "issuing.p12", "root.p12"]


class _FailingFiles(Files):
    """The disk refuses at the n-th step."""

    def __init__(self, step: int) -> None:
        self._left = step

    def create(self, path: Path, data: bytes, mode: int) -> None:
        super().create(path, data, mode)
        self._step()

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        self._step()

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise OSError(28, os.strerror(28))


def _entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_three_files_are_written_and_two_of_them_are_secret(office: Path, authority: Authority) -> None:
    modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in office.iterdir()}

    assert modes == {"root.p12": 0o600, "issuing.p12": 0o600, "ca.crt": 0o644}
    assert (office / "ca.crt").read_text() == authority.ca_pem


def test_both_cas_have_keys_of_the_kind_that_was_asked_for(authority: Authority, algorithm: Algorithm) -> None:
    expected = {Algorithm.P256: "ES256", Algorithm.ED25519: "Ed25519"}[algorithm]

    assert {alg_of(ca.public_key()) for ca in (authority.root, authority.issuing)} == {expected}  # type: ignore[arg-type]


def test_what_was_created_is_opened_without_the_root(algorithm: Algorithm, tmp_path: Path) -> None:
    created = make_authority(tmp_path, algorithm)
    (tmp_path / "root.p12").unlink()

    opened = Authority.open(tmp_path, PASSPHRASE)

    assert (opened.root, opened.issuing) == (created.root, created.issuing)
    assert (opened.fingerprint, opened.ca_pem) == (created.fingerprint, created.ca_pem)
    assert opened.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, NOW).subject == "store-0042"


def test_the_fingerprint_is_what_openssl_says_of_the_root(authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / "root.crt"
    path.write_bytes(authority.root.public_bytes(Encoding.PEM))

    said = openssl("x509", "-in", path, "-noout", "-fingerprint", "-sha256").stdout

    assert said.strip().partition("=")[2].replace(":", "").lower() == authority.fingerprint


@pytest.mark.parametrize("name", _FILES)
def test_an_office_that_is_there_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"precious")

    with pytest.raises(OfficeError, match=rf"{name}: is there already; allowed is a folder without an office$"):
        make_authority(tmp_path, Algorithm.P256)

    assert _entries(tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == b"precious"


def test_a_link_to_nowhere_in_place_of_a_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "root.p12").symlink_to(tmp_path / "away")

    with pytest.raises(OfficeError, match="is there already"):
        make_authority(tmp_path, Algorithm.P256)


@pytest.mark.parametrize("step", range(1, 7))
def test_nothing_is_left_of_an_office_that_could_not_be_written(tmp_path: Path, step: int) -> None:
    with pytest.raises(OfficeError, match=r"cannot be written: No space left on device$"):
        Authority.create(tmp_path, "Ansim", PASSPHRASE, NOW, rounds=FEW_ROUNDS, files=_FailingFiles(step))

    assert _entries(tmp_path) == []


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match=r"none: not a folder$"):
        Authority.create(tmp_path / "none", "Ansim", PASSPHRASE, NOW, rounds=FEW_ROUNDS)


@pytest.mark.parametrize("name", ["", " ", "Ansim ", "An\nsim", "a" * 49, "안" * 17, "\ud800"])
def test_a_name_that_a_ca_cannot_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RefusedError, match=r"^name = [^\n]*; allowed are 1–48 bytes of printable text"):
        Authority.create(tmp_path, name, PASSPHRASE, NOW, rounds=FEW_ROUNDS)

    assert _entries(tmp_path) == []


def test_the_longest_name_fits(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path, "안" * 16, PASSPHRASE, NOW, rounds=FEW_ROUNDS)

    assert authority.root.subject.rfc4514_string() == "CN=" + "안" * 16 + " root CA"


def test_a_weak_pass_phrase_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="pass phrase: "):
        Authority.create(tmp_path, "Ansim", b"short", NOW, rounds=FEW_ROUNDS)

    assert _entries(tmp_path) == []


def test_an_office_of_two_authorities_is_not_opened(tmp_path: Path) -> None:
    make_authority(tmp_path / "one", Algorithm.P256)
    other = make_authority(tmp_path / "two", Algorithm.P256)
    (tmp_path / "one" / "ca.crt").write_text(other.ca_pem)

    with pytest.raises(OfficeError, match=r"ca\.crt: the first certificate is not the one in issuing\.p12$"):
        Authority.open(tmp_path / "one", PASSPHRASE)


def test_a_ca_file_that_is_not_issuing_and_root_is_not_believed(tmp_path: Path) -> None:
    authority = make_authority(tmp_path, Algorithm.P256)
    stranger = make_authority(tmp_path / "stranger", Algorithm.ED25519)
    path = tmp_path / "ca.crt"
    root, issuing = (ca.public_bytes(Encoding.PEM).decode() for ca in (authority.root, authority.issuing))
    strange_root = stranger.root.public_bytes(Encoding.PEM).decode()

    for text in (
        "",
        "hello",
        issuing,
        root + issuing,
        issuing + root + root,
        issuing + strange_root,
        issuing[:300] + root,
    ):
        path.write_text(text)
        with pytest.raises(OfficeError, match=r"ca\.crt: damaged; allowed are the issuing CA's certificate and"):
            Authority.open(tmp_path, PASSPHRASE)


def test_a_ca_file_that_others_can_change_is_not_believed(tmp_path: Path) -> None:
    make_authority(tmp_path, Algorithm.P256)
    (tmp_path / "ca.crt").chmod(0o664)

    with pytest.raises(OfficeError, match=r"ca\.crt: others can change it: mode 0664, allowed is 0644$"):
        Authority.open(tmp_path, PASSPHRASE)


def test_what_is_issued_is_told_as_the_registry_keeps_it(authority: Authority) -> None:
    issued = authority.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, NOW)

    parsed = x509.load_pem_x509_certificate(issued.pem.encode())
    assert (issued.serial, issued.subject, issued.purpose) == (parsed.serial_number, "store-0042", Purpose.DEVICE)
    assert issued.kid == thumbprint(_DEVICE_KEY)
    assert (issued.not_before, issued.not_after) == (NOW - timedelta(hours=1), NOW + timedelta(days=365))
    assert (issued.revoked, issued.reason) == (None, None)
    assert parsed.public_key() == _DEVICE_KEY


def test_no_two_certificates_have_the_same_serial_number(authority: Authority) -> None:
    serials = {authority.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, NOW).serial for _ in range(20)}

    assert len(serials) == 20


def test_a_chain_is_the_certificate_and_the_issuing_ca(authority: Authority) -> None:
    issued = authority.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, NOW)

    leaf, above = x509.load_pem_x509_certificates(authority.chain_pem(issued).encode())

    assert (leaf.serial_number, above) == (issued.serial, authority.issuing)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_certificate_lives_as_long_as_is_usual_for_its_purpose(authority: Authority, purpose: Purpose) -> None:
    issued = authority.issue(_DEVICE_KEY, "store-0042", purpose, NOW)

    assert issued.not_after - NOW == LIFETIMES[purpose]


def test_a_certificate_lives_as_long_as_was_asked_for(authority: Authority) -> None:
    issued = authority.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, NOW, lifetime=timedelta(days=30))

    assert issued.not_after == NOW + timedelta(days=30)


@pytest.mark.parametrize("purpose", [Purpose.DEVICE, Purpose.CLIENT, Purpose.EVICTION])
@pytest.mark.parametrize("subject", ["", "+", "a/b", "Store-1", "store-1 ", "a" * 41])
def test_a_name_that_an_access_list_would_misread_is_refused(
    authority: Authority, purpose: Purpose, subject: str
) -> None:
    with pytest.raises(RefusedError, match=r"; allowed are 3–40 characters a–z"):
        authority.issue(_DEVICE_KEY, subject, purpose, NOW)


def test_names_are_for_servers_only(authority: Authority) -> None:
    with pytest.raises(RefusedError, match="only a server has names beside its own"):
        authority.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, NOW, names=["localhost"])


def test_a_server_is_called_by_the_first_of_its_names(authority: Authority) -> None:
    with pytest.raises(RefusedError, match=r"^server 'other': allowed is the first of its names, 'localhost'$"):
        authority.issue(_DEVICE_KEY, "other", Purpose.SERVER, NOW, names=["localhost", "other"])
    with pytest.raises(RefusedError, match=r"^server name '\*\.example'"):
        authority.issue(_DEVICE_KEY, "*.example", Purpose.SERVER, NOW)


def test_a_key_on_another_curve_is_refused(authority: Authority) -> None:
    with pytest.raises(RefusedError, match=r"^'store-0042': a key that is neither .*; allowed are Ed25519 and P-256$"):
        authority.issue(generate_private_key(SECP384R1()).public_key(), "store-0042", Purpose.DEVICE, NOW)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-1)])
def test_a_certificate_that_would_never_be_good_is_refused(authority: Authority, lifetime: timedelta) -> None:
    with pytest.raises(RefusedError, match="allowed is more than nothing"):
        authority.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, NOW, lifetime=lifetime)


def test_nothing_outlives_the_ca_that_signs_it(authority: Authority) -> None:
    end = authority.issuing.not_valid_after_utc

    issued = authority.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, end - timedelta(days=7))

    assert issued.not_after == end


def test_nothing_begins_before_the_ca_that_signs_it(authority: Authority) -> None:
    begin = authority.issuing.not_valid_before_utc

    issued = authority.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, begin + timedelta(minutes=1))

    assert issued.not_before == begin


def test_a_ca_that_has_ended_or_not_begun_signs_nothing(authority: Authority) -> None:
    for now in (authority.issuing.not_valid_after_utc, authority.issuing.not_valid_before_utc - timedelta(seconds=1)):
        with pytest.raises(RefusedError, match=r"^the issuing CA is good from 2026-.* to 2036-.*; the clock says "):
            authority.issue(_DEVICE_KEY, "store-0042", Purpose.DEVICE, now)
        with pytest.raises(RefusedError, match="the clock says"):
            authority.revocation_list([], 1, now)
