from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.model import Certificate, Purpose, Reason
from tests.provisioning.authority.offices import NOW, openssl

_KEY = make_key(Algorithm.ED25519).public_key()


def _revoked(authority: Authority, device: str, reason: Reason | None) -> Certificate:
    return replace(authority.issue(_KEY, device, Purpose.DEVICE, NOW), revoked=NOW, reason=reason)


def _verify(folder: Path, authority: Authority, leaf: Certificate, crl: bytes, at: datetime = NOW) -> str:
    """What OpenSSL says of the leaf, with the list."""
    (folder / "ca.crt").write_text(authority.ca_pem)
    (folder / "leaf.pem").write_text(leaf.pem)
    (folder / "crl.pem").write_bytes(crl)
    files: list[str | Path] = ["-CAfile", folder / "ca.crt", "-CRLfile", folder / "crl.pem", "-crl_check"]
    said = openssl("verify", *files, "-purpose", "sslclient", "-attime", str(int(at.timestamp())), folder / "leaf.pem")
    return said.stdout + said.stderr


def _text(folder: Path, authority: Authority, crl: bytes) -> str:
    (folder / "ca.crt").write_text(authority.ca_pem)
    (folder / "crl.pem").write_bytes(crl)
    said = openssl("crl", "-in", folder / "crl.pem", "-noout", "-text", "-crlnumber", "-CAfile", folder / "ca.crt")
    assert "verify OK" in said.stderr
    return " ".join(said.stdout.split())


def test_who_is_on_the_list_is_refused_and_who_is_not_is_let_in(authority: Authority, tmp_path: Path) -> None:
    stolen = _revoked(authority, "store-0042", Reason.KEY_COMPROMISE)
    good = authority.issue(_KEY, "store-0043", Purpose.DEVICE, NOW)

    crl = authority.revocation_list([stolen], 7, NOW)

    assert "certificate revoked" in _verify(tmp_path, authority, stolen, crl)
    assert "leaf.pem: OK" in _verify(tmp_path, authority, good, crl)


def test_an_empty_list_lets_everybody_in(authority: Authority, tmp_path: Path) -> None:
    good = authority.issue(_KEY, "store-0043", Purpose.DEVICE, NOW)

    crl = authority.revocation_list([], 1, NOW)

    assert "leaf.pem: OK" in _verify(tmp_path, authority, good, crl)
    assert "No Revoked Certificates" in _text(tmp_path, authority, crl)


def test_who_is_not_revoked_is_not_put_on_the_list(authority: Authority) -> None:
    good = authority.issue(_KEY, "store-0043", Purpose.DEVICE, NOW)

    crl = x509.load_pem_x509_crl(authority.revocation_list([good], 1, NOW))

    assert len(crl) == 0


def test_the_list_says_its_number_and_from_when_to_when(authority: Authority, tmp_path: Path) -> None:
    text = _text(tmp_path, authority, authority.revocation_list([], 4711, NOW))

    assert "Version 2 (0x1)" in text
    assert "Issuer: CN = Ansim Mapo issuing CA" in text
    assert "Last Update: Nov 20 11:00:00 2026 GMT Next Update: Dec 20 12:00:00 2026 GMT" in text
    assert "X509v3 Authority Key Identifier: " in text
    assert "X509v3 CRL Number: 4711" in text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.KEY_COMPROMISE, "X509v3 CRL Reason Code: Key Compromise"),
        (Reason.SUPERSEDED, "X509v3 CRL Reason Code: Superseded"),
        (Reason.CESSATION, "X509v3 CRL Reason Code: Cessation Of Operation"),
    ],
)
def test_the_list_says_why(authority: Authority, reason: Reason, words: str, tmp_path: Path) -> None:
    revoked = _revoked(authority, "store-0042", reason)

    text = _text(tmp_path, authority, authority.revocation_list([revoked], 1, NOW))

    assert f"Serial Number: {revoked.serial:040X} Revocation Date: Nov 20 12:00:00 2026 GMT" in text
    assert words in text


@pytest.mark.parametrize("reason", [None, Reason.UNSPECIFIED])
def test_where_there_is_no_reason_none_is_said(authority: Authority, reason: Reason | None, tmp_path: Path) -> None:
    revoked = _revoked(authority, "store-0042", reason)

    text = _text(tmp_path, authority, authority.revocation_list([revoked], 1, NOW))

    assert "Serial Number: " in text
    assert "Reason Code" not in text


def test_a_list_that_has_run_out_locks_everybody_out(authority: Authority, tmp_path: Path) -> None:
    good = authority.issue(_KEY, "store-0043", Purpose.DEVICE, NOW)
    crl = authority.revocation_list([], 1, NOW, timedelta(days=2))

    assert "leaf.pem: OK" in _verify(tmp_path, authority, good, crl, NOW + timedelta(days=2, seconds=-1))
    assert "CRL has expired" in _verify(tmp_path, authority, good, crl, NOW + timedelta(days=2, seconds=1))


def test_a_broker_whose_clock_is_an_hour_behind_believes_a_new_list(authority: Authority, tmp_path: Path) -> None:
    good = authority.issue(_KEY, "store-0043", Purpose.DEVICE, NOW)
    crl = authority.revocation_list([], 1, NOW)

    assert "leaf.pem: OK" in _verify(tmp_path, authority, good, crl, NOW - timedelta(hours=1))


def test_a_list_of_ten_thousand_is_written_and_read(authority: Authority) -> None:
    one = _revoked(authority, "store-0042", Reason.KEY_COMPROMISE)

    crl = x509.load_pem_x509_crl(
        authority.revocation_list([replace(one, serial=number) for number in range(1, 10_001)], 1, NOW)
    )

    assert len(crl) == 10_000
    assert crl.is_signature_valid(authority.issuing.public_key())  # type: ignore[arg-type]  # of one of our two kinds
    assert crl.public_bytes(Encoding.DER)
