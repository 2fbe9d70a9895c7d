from base64 import encodebytes
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from drivers.leaf import read_leaf
from tests.pki import PrivateKey, make_private_key

SINCE_UTC = datetime(1999, 12, 31, 23, 59, 58, tzinfo=UTC)
UNTIL_UTC = datetime(2026, 11, 20, 22, 36, 7, tzinfo=UTC)
# RFC 5280, 4.1.2.5: "no well-defined expiration date". Written with four digits of the year, as all from 2050 on.
NEVER_UTC = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

REFUSALS = (ValueError, UnsupportedAlgorithm)


def certificate(
    key: PrivateKey,
    *names: str,
    since_utc: datetime = SINCE_UTC,
    until_utc: datetime = UNTIL_UTC,
    comment: str = "",
) -> x509.Certificate:
    subject = [x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ansim")])]
    subject += [x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in names]
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ansim Issuing CA")]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since_utc)
        .not_valid_after(until_utc)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(comment or "store")]), critical=False)
    )
    return unsigned.sign(make_private_key("Ed25519"), None)


def armoured(der: bytes) -> bytes:
    """PEM of whatever it is."""
    return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(der) + b"-----END CERTIFICATE-----\n"


def encoded(tag: int, content: bytes) -> bytes:
    """DER of 128 to 65,535 octets of content."""
    return bytes([tag, 0x82]) + len(content).to_bytes(2) + content


DER = certificate(make_private_key("ES256"), "store-0042").public_bytes(Encoding.DER)


@pytest.mark.parametrize("alg", ["Ed25519", "ES256"])
@pytest.mark.parametrize("until_utc", [UNTIL_UTC, NEVER_UTC, datetime(2049, 12, 31, tzinfo=UTC)])
@pytest.mark.parametrize("comment", ["", "a" * 60, ".".join(["a" * 60] * 4)], ids=["", "over 255", "over 511"])
def test_a_leaf_says_what_x509_says(alg: str, until_utc: datetime, comment: str) -> None:
    key = make_private_key(alg)
    written = certificate(key, "store-0042", until_utc=until_utc, comment=comment)

    leaf = read_leaf(written.public_bytes(Encoding.PEM))

    assert leaf.common_names == ("store-0042",)
    assert (leaf.not_before_utc, leaf.not_after_utc) == (SINCE_UTC, until_utc)
    assert leaf.public_key == key.public_key()


def test_every_common_name_is_told_and_no_other_part_of_the_name() -> None:
    key = make_private_key("Ed25519")

    assert read_leaf(certificate(key).public_bytes(Encoding.PEM)).common_names == ()
    assert read_leaf(certificate(key, "금고", "store").public_bytes(Encoding.PEM)).common_names == ("금고", "store")


def test_the_first_certificate_of_a_file_is_the_leaf() -> None:
    first, second = (
        certificate(make_private_key("ES256"), name).public_bytes(Encoding.PEM) for name in ("first", "second")
    )

    assert read_leaf(b"# by hand\r\n" + first.replace(b"\n", b"\r\n") + second).common_names == ("first",)


def test_a_certificate_of_version_1_has_no_version() -> None:
    whole = certificate(make_private_key("Ed25519"), "store-0042")
    signed = whole.tbs_certificate_bytes
    _, version, fields = signed.partition(bytes.fromhex("a003020102"))
    signature = whole.public_bytes(Encoding.DER).partition(signed)[2]

    leaf = read_leaf(armoured(encoded(0x30, encoded(0x30, fields) + signature)))

    assert version
    assert leaf.common_names == ("store-0042",)


def test_what_is_cut_or_has_something_behind_it_is_refused() -> None:
    for der in [*(DER[:end] for end in range(len(DER))), DER + b"\0"]:
        with pytest.raises(REFUSALS):
            read_leaf(armoured(der))


@given(st.dictionaries(st.integers(0, len(DER) - 1), st.integers(0, 255), min_size=1, max_size=4))
def test_damage_is_refused_or_read_and_nothing_else(damage: dict[int, int]) -> None:
    der = bytearray(DER)
    for place, octet in damage.items():
        der[place] = octet

    try:
        read_leaf(armoured(bytes(der)))
    except REFUSALS:
        pass
