from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from drivers.authorities import Authorities, fingerprint, parse_authorities
from tests.pki import Identity, Pki

NOW = datetime.now(UTC)


@pytest.fixture(scope="module", params=["ES256", "Ed25519"])
def pki(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"), request.param)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("other"))


def certificates(path: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(path.read_bytes())


def check(authorities: Authorities, identity: Identity, device: str = "store-0042", now: datetime = NOW) -> None:
    certificate = certificates(identity.certificate)[0]
    key = certificate.public_key()
    assert isinstance(key, Ed25519PublicKey)
    authorities.check_device(certificate, device, key, now)


def test_root_and_issuing_authority_are_kept_in_the_order_of_servers(pki: Pki) -> None:
    issuing, root = certificates(pki.ca)

    assert Authorities([root, issuing, root]).certificates == (issuing, root)
    assert parse_authorities(pki.ca.read_bytes()).pem == pki.ca.read_bytes()


def test_what_no_root_stands_behind_is_left_out(pki: Pki, other: Pki) -> None:
    stray = certificates(other.ca)[0]
    leaf = certificates(pki.server.certificate)[0]

    assert (
        parse_authorities(pki.ca.read_bytes()).certificates
        == Authorities([stray, leaf, *certificates(pki.ca)]).certificates
    )


def test_only_what_is_below_the_root_is_kept(pki: Pki, other: Pki) -> None:
    both = Authorities([*certificates(other.ca), *certificates(pki.ca)])

    assert list(both.below(fingerprint(certificates(pki.ca)[-1])).certificates) == certificates(pki.ca)


def test_an_issuing_authority_is_no_root(pki: Pki) -> None:
    authorities = parse_authorities(pki.ca.read_bytes())

    with pytest.raises(ValueError, match=r"root certificate .*; allowed is"):
        authorities.below(fingerprint(certificates(pki.ca)[0]))


@pytest.mark.parametrize("pem", [b"", b"odd", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_said_to_be_none(pem: bytes) -> None:
    with pytest.raises(ValueError, match="no certificates that can be read"):
        parse_authorities(pem)


def test_without_a_root_there_is_nothing_to_believe(pki: Pki) -> None:
    with pytest.raises(ValueError, match="no root certificate"):
        Authorities([certificates(pki.ca)[0]])


def test_a_list_beyond_reason_is_refused(pki: Pki) -> None:
    leaves = [certificates(pki.make_device(f"store-{number}").certificate)[0] for number in range(17)]

    with pytest.raises(ValueError, match="17 certificates; at most 16"):
        Authorities(leaves)


def test_the_chain_is_what_stands_between_leaf_and_root(pki: Pki) -> None:
    device = pki.make_device("store-0042")
    leaf = certificates(device.certificate)[0]

    assert parse_authorities(pki.ca.read_bytes()).chain_pem(leaf) == device.certificate.read_bytes()


def test_a_devices_certificate_is_believed(pki: Pki) -> None:
    check(parse_authorities(pki.ca.read_bytes()), pki.make_device("store-0042"))


def test_a_clock_that_is_behind_by_minutes_is_forgiven(pki: Pki) -> None:
    device = pki.make_device("store-0042")
    since = certificates(device.certificate)[0].not_valid_before_utc

    check(parse_authorities(pki.ca.read_bytes()), device, now=since - timedelta(minutes=59))


@pytest.mark.parametrize(
    ("days", "words"),
    [(-2, "not yet valid before .*: is the clock right"), (31, "has expired at .*: is the clock right")],
)
def test_a_certificate_out_of_its_time_asks_for_the_clock(pki: Pki, days: int, words: str) -> None:
    authorities = parse_authorities(pki.ca.read_bytes())

    with pytest.raises(ValueError, match=words):
        check(authorities, pki.make_device("store-0042"), now=NOW + timedelta(days=days))
    with pytest.raises(ValueError, match=words):
        authorities.check_valid(NOW + timedelta(days=days))


def test_another_devices_certificate_is_refused(pki: Pki) -> None:
    with pytest.raises(ValueError, match="made out to CN 'store-0041'; allowed is 'store-0042'"):
        check(parse_authorities(pki.ca.read_bytes()), pki.make_device("store-0041"))


def test_a_certificate_of_another_key_is_refused(pki: Pki) -> None:
    certificate = certificates(pki.make_device("store-0042").certificate)[0]
    key = certificates(pki.make_device("store-0042").certificate)[0].public_key()
    assert isinstance(key, Ed25519PublicKey)

    with pytest.raises(ValueError, match="belongs to another key"):
        parse_authorities(pki.ca.read_bytes()).check_device(certificate, "store-0042", key, NOW)


def test_a_certificate_of_somebody_else_is_refused(pki: Pki) -> None:
    with pytest.raises(ValueError, match="not signed by an authority"):
        check(parse_authorities(pki.ca.read_bytes()), pki.make_stranger("store-0042"))


def test_a_servers_certificate_is_refused(pki: Pki) -> None:
    server = pki._issue(pki._issuing, "server-0042", "store-0042", "Ed25519", ["store-0042"], timedelta(days=1))

    with pytest.raises(ValueError, match="for another use"):
        check(parse_authorities(pki.ca.read_bytes()), server)
