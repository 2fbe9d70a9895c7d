"""What OpenSSL says of the certificates: it knows nothing of the program that made them."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.authority.certificates import ISSUING_LIFETIME, ROOT_LIFETIME, Issuer, Leaf, make_leaf
from provisioning.model import Certificate, Purpose
from tests.provisioning.authority.offices import NOW, openssl

_KEYS = {algorithm: make_key(algorithm).public_key() for algorithm in Algorithm}
_NAMES = ["broker-a.example", "192.0.2.7", "2001:db8::7"]


def _issue(authority: Authority, purpose: Purpose, key: Algorithm = Algorithm.ED25519) -> Certificate:
    if purpose is Purpose.SERVER:
        return authority.issue(_KEYS[key], _NAMES[0], purpose, NOW, names=_NAMES)
    return authority.issue(_KEYS[key], "store-0042", purpose, NOW)


def _verify(folder: Path, authority: Authority, leaf: Certificate, at: datetime, *options: str) -> str:
    """What OpenSSL says, at that time, of the leaf with only the root trusted."""
    for name, pem in {
        "root.pem": authority.root.public_bytes(Encoding.PEM),
        "issuing.pem": authority.issuing.public_bytes(Encoding.PEM),
        "leaf.pem": leaf.pem.encode(),
    }.items():
        (folder / name).write_bytes(pem)
    trusted: list[str | Path] = ["-CAfile", folder / "root.pem", "-untrusted", folder / "issuing.pem"]
    time = ["-attime", str(int(at.timestamp()))]
    said = openssl("verify", "-x509_strict", *trusted, *time, *options, folder / "leaf.pem")
    return said.stdout + said.stderr


def _text(folder: Path, pem: bytes | str) -> str:
    path = folder / "one.pem"
    path.write_bytes(pem.encode() if isinstance(pem, str) else pem)
    # One space between words: OpenSSL's versions indent differently.
    return " ".join(openssl("x509", "-in", path, "-noout", "-text").stdout.split())


@pytest.mark.parametrize("key", list(Algorithm))
@pytest.mark.parametrize("purpose", [Purpose.DEVICE, Purpose.CLIENT, Purpose.EVICTION])
def test_a_client_is_good_for_clients_and_not_for_servers(
    authority: Authority, purpose: Purpose, key: Algorithm, tmp_path: Path
) -> None:
    leaf = _issue(authority, purpose, key)

    assert "leaf.pem: OK" in _verify(tmp_path, authority, leaf, NOW, "-purpose", "sslclient")
    assert "purpose" in _verify(tmp_path, authority, leaf, NOW, "-purpose", "sslserver")


def test_a_server_is_good_under_its_names_and_no_other(authority: Authority, tmp_path: Path) -> None:
    leaf = _issue(authority, Purpose.SERVER)
    options = ["-purpose", "sslserver"]

    def said(*more: str) -> str:
        return _verify(tmp_path, authority, leaf, NOW, *options, *more)

    assert "leaf.pem: OK" in said("-verify_hostname", "broker-a.example")
    assert "leaf.pem: OK" in said("-verify_ip", "192.0.2.7")
    assert "leaf.pem: OK" in said("-verify_ip", "2001:db8::7")
    assert "hostname mismatch" in said("-verify_hostname", "broker-b.example")
    assert "IP address mismatch" in said("-verify_ip", "192.0.2.8")
    assert "purpose" in _verify(tmp_path, authority, leaf, NOW, "-purpose", "sslclient")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_leaf_says_what_it_is_and_no_more(authority: Authority, purpose: Purpose, tmp_path: Path) -> None:
    text = _text(tmp_path, _issue(authority, purpose).pem)

    assert "X509v3 Basic Constraints: critical CA:FALSE" in text
    assert "X509v3 Key Usage: critical Digital Signature X509v3" in text
    usage = "Server" if purpose is Purpose.SERVER else "Client"
    assert f"X509v3 Extended Key Usage: TLS Web {usage} Authentication" in text
    assert "X509v3 Subject Key Identifier: " in text
    assert "X509v3 Authority Key Identifier: " in text
    names = "DNS:broker-a.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7"
    assert (f"X509v3 Subject Alternative Name: {names}" in text) == (purpose is Purpose.SERVER)
    assert text.count("X509v3 ") - text.count("X509v3 extensions") == (6 if purpose is Purpose.SERVER else 5)


def test_the_root_signs_cas_and_the_issuing_ca_leaves(authority: Authority, tmp_path: Path) -> None:
    root = _text(tmp_path, authority.root.public_bytes(Encoding.PEM))
    issuing = _text(tmp_path, authority.issuing.public_bytes(Encoding.PEM))

    assert "X509v3 Basic Constraints: critical CA:TRUE, pathlen:1" in root
    assert "X509v3 Basic Constraints: critical CA:TRUE, pathlen:0" in issuing
    for text in (root, issuing):
        assert "X509v3 Key Usage: critical Certificate Sign, CRL Sign" in text
    assert "Issuer: CN = Ansim Mapo root CA" in issuing
    assert "Subject: CN = Ansim Mapo issuing CA" in issuing


def test_the_root_lives_for_twenty_years_and_the_issuing_ca_for_ten(authority: Authority) -> None:
    assert authority.root.not_valid_before_utc == authority.issuing.not_valid_before_utc == NOW - timedelta(hours=1)
    assert authority.root.not_valid_after_utc == NOW + ROOT_LIFETIME == NOW.replace(year=2046)
    # Two leap days in these ten years, two and a half in ten mean ones.
    assert authority.issuing.not_valid_after_utc == NOW + ISSUING_LIFETIME
    assert abs(authority.issuing.not_valid_after_utc - NOW.replace(year=2036)) <= timedelta(days=1)


def test_a_board_whose_clock_is_an_hour_behind_believes_a_new_certificate(authority: Authority, tmp_path: Path) -> None:
    leaf = _issue(authority, Purpose.SERVER)
    begin = NOW - timedelta(hours=1)

    assert "leaf.pem: OK" in _verify(tmp_path, authority, leaf, begin)
    assert "not yet valid" in _verify(tmp_path, authority, leaf, begin - timedelta(seconds=1))


def test_a_certificate_is_good_up_to_its_last_second(authority: Authority, tmp_path: Path) -> None:
    leaf = _issue(authority, Purpose.DEVICE)

    assert "leaf.pem: OK" in _verify(tmp_path, authority, leaf, leaf.not_after - timedelta(seconds=1))
    assert "certificate has expired" in _verify(tmp_path, authority, leaf, leaf.not_after + timedelta(seconds=1))


def test_the_last_certificate_of_a_ca_is_good_up_to_the_end(authority: Authority, tmp_path: Path) -> None:
    end = authority.issuing.not_valid_after_utc
    now = end - timedelta(minutes=5)

    leaf = authority.issue(_KEYS[Algorithm.ED25519], "store-0042", Purpose.DEVICE, now)

    assert "leaf.pem: OK" in _verify(tmp_path, authority, leaf, end - timedelta(seconds=1))
    assert "expired" in _verify(tmp_path, authority, leaf, end + timedelta(seconds=1))


def test_a_device_cannot_sign_for_another_one(authority: Authority, algorithm: Algorithm, tmp_path: Path) -> None:
    key = make_key(algorithm)
    thief = authority.issue(key.public_key(), "store-0042", Purpose.DEVICE, NOW)
    issuer = Issuer(key, x509.load_pem_x509_certificate(thief.pem.encode()))
    leaf = Leaf(_KEYS[algorithm], "store-0043", Purpose.DEVICE)
    forged = make_leaf(leaf, issuer, NOW, NOW + timedelta(days=1), 7).public_bytes(Encoding.PEM)
    (tmp_path / "chain.pem").write_text(authority.chain_pem(thief))
    (tmp_path / "root.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
    (tmp_path / "forged.pem").write_bytes(forged)
    trusted: list[str | Path] = ["-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "chain.pem"]

    said = openssl("verify", *trusted, "-attime", str(int(NOW.timestamp())), tmp_path / "forged.pem")

    assert said.returncode != 0
    assert "invalid CA certificate" in said.stderr
