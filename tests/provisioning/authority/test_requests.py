import base64
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.jwk import thumbprint
from drivers.key_making import Algorithm, make_key
from provisioning.authority.requests import MAX_BYTES, Request, read_request, read_server_request
from provisioning.errors import RefusedError

_P256 = make_key(Algorithm.P256)


def _request(names: list[str], key: object = _P256, *, digest: bool = True) -> x509.CertificateSigningRequest:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(key, SHA256() if digest else None)  # type: ignore[arg-type]  # each test says which kind


def _der(names: list[str], key: object = _P256, *, digest: bool = True) -> bytes:
    return _request(names, key, digest=digest).public_bytes(Encoding.DER)


_GOOD = _der(["store-0042"])


def _said_of(data: bytes) -> str:
    """The name, or why not."""
    try:
        return read_request(data, "usb").subject
    except RefusedError as error:
        return str(error)


def _as_pem(der: bytes) -> bytes:
    return x509.load_der_x509_csr(der).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    "form",
    [
        lambda der: der,
        _as_pem,
        lambda der: b"made by openssl\n" + _as_pem(der),
        lambda der: _as_pem(der).replace(b"BEGIN CERT", b"BEGIN NEW CERT").replace(b"END CERT", b"END NEW CERT"),
        base64.b64encode,
        base64.encodebytes,
        lambda der: base64.encodebytes(der).replace(b"\n", b"\r\n"),
    ],
    ids=["DER", "PEM", "PEM with a preface", "NEW", "base64", "base64 in lines", "base64 in CRLF lines"],
)
def test_a_request_is_read_in_every_form(algorithm: Algorithm, form: Callable[[bytes], bytes]) -> None:
    key = make_key(algorithm)

    request = read_request(form(_der(["store-0042"], key, digest=algorithm is Algorithm.P256)), "10.0.0.7")

    assert request == Request("store-0042", key.public_key(), thumbprint(key.public_key()))


@pytest.mark.parametrize("names", [[], ["broker-a.example"], ["*"], ["a", "b"]])
def test_a_server_has_its_key_taken_and_no_name(names: list[str]) -> None:
    assert read_server_request(_der(names), "broker.csr") == _P256.public_key()


def test_a_server_proves_that_it_has_the_key() -> None:
    with pytest.raises(RefusedError, match=r"^broker\.csr: not signed with the key that it is for$"):
        read_server_request(_GOOD.replace(b"store-0042", b"store-0043"), "broker.csr")


def test_what_else_a_request_asks_for_is_not_heard() -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Somebody"),
                x509.NameAttribute(NameOID.COMMON_NAME, "store-0042"),
            ]
        )
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_attribute(x509.ObjectIdentifier("1.2.840.113549.1.9.7"), b"a challenge password")

    request = read_request(builder.sign(_P256, SHA256()).public_bytes(Encoding.DER), "x")

    assert request.subject == "store-0042"


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["store-0042", "store-0043"],
        ["store-0042", "store-0042"],
        ["+"],
        ["store-#"],
        ["store/0042"],
        ["Store-0042"],
        ["-store"],
        ["ab"],
        ["a" * 41],
        ["store-0042\n"],
        ["store-0042\0"],
        ["안심가게"],
        ["*.example.org"],
    ],
)
def test_a_cn_that_is_not_one_device_id_is_refused(names: list[str]) -> None:
    with pytest.raises(RefusedError) as caught:
        read_request(_der(names), "10.0.0.7")

    message = str(caught.value)
    assert message.startswith("10.0.0.7: CN = ")
    assert message.endswith('allowed is one device id: 3–40 characters a–z, 0–9 and "-" (not the first)')
    assert "\n" not in message
    assert "\0" not in message


@pytest.mark.parametrize(
    ("key", "digest"),
    [
        (generate_rsa_key(65537, 2048), True),
        (generate_private_key(SECP384R1()), True),
        (generate_private_key(SECP256K1()), True),
        (Ed448PrivateKey.generate(), False),
    ],
    ids=["RSA", "P-384", "secp256k1", "Ed448"],
)
def test_a_key_of_another_kind_is_refused(key: object, *, digest: bool) -> None:
    with pytest.raises(RefusedError, match=r"^usb: a key of another kind; allowed are Ed25519 and P-256$"):
        read_request(_der(["store-0042"], key, digest=digest), "usb")


def test_a_request_of_somebody_who_does_not_have_the_key_is_refused(algorithm: Algorithm) -> None:
    der = _der(["store-0042"], make_key(algorithm), digest=algorithm is Algorithm.P256)

    with pytest.raises(RefusedError, match=r"^usb: not signed with the key that it is for$"):
        read_request(der[:-1] + bytes([der[-1] ^ 1]), "usb")


def test_a_request_whose_name_was_changed_afterwards_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"^usb: not signed with the key that it is for$"):
        read_request(_GOOD.replace(b"store-0042", b"store-0043"), "usb")


def test_a_signature_by_an_algorithm_that_nobody_knows_is_refused() -> None:
    sha256, unknown = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d04037f")

    with pytest.raises(RefusedError, match=r"^usb: not signed with the key that it is for$"):
        read_request(_GOOD.replace(sha256, unknown), "usb")


def test_a_name_that_is_too_long_for_its_kind_is_refused() -> None:
    common_name, country = bytes.fromhex("0603550403"), bytes.fromhex("0603550406")

    with pytest.raises(RefusedError, match=r"^usb: not a certificate request that can be read; "):
        read_request(_GOOD.replace(common_name, country), "usb")


def test_a_request_that_is_too_big_is_not_looked_at() -> None:
    with pytest.raises(RefusedError, match=rf"^usb: too big; at most {MAX_BYTES} bytes are allowed$"):
        read_request(_GOOD + bytes(MAX_BYTES), "usb")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"0",
        b"hello",
        b"\xff" * 300,
        b"0" * MAX_BYTES,
        b"-----BEGIN CERTIFICATE REQUEST-----",
        b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
        b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
        _GOOD + b"\0",
        base64.b64encode(_GOOD)[:-5],
        "안심".encode(),
    ],
)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedError, match=r"^usb: not a certificate request that can be read; allowed is PKCS#10 as "):
        read_request(data, "usb")


def test_a_request_that_is_cut_off_is_refused_wherever_that_is() -> None:
    for size in range(len(_GOOD)):
        with pytest.raises(RefusedError, match=r"^usb: not a certificate request that can be read; "):
            read_request(_GOOD[:size], "usb")


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.integers(0, len(_GOOD) - 1), st.binary(max_size=4), st.integers(0, 4))
def test_a_request_that_was_tampered_with_is_one_line(at: int, put: bytes, gone: int) -> None:
    data = _GOOD[:at] + put + _GOOD[at + gone :]

    said = _said_of(data)

    assert said == "store-0042" or said.startswith("usb: ")
    assert said.isprintable()


def test_no_octet_that_is_signed_can_be_changed() -> None:
    signed = x509.load_der_x509_csr(_GOOD).tbs_certrequest_bytes
    begin = _GOOD.index(signed)

    for at in range(begin, begin + len(signed)):
        for change in (0x01, 0x20, 0x80, 0xFF):
            data = _GOOD[:at] + bytes([_GOOD[at] ^ change]) + _GOOD[at + 1 :]
            with pytest.raises(RefusedError, match=r"^usb: [^\n]+$"):
                read_request(data, "usb")


def test_any_other_octet_changes_nothing_or_is_one_line() -> None:
    for at in range(len(_GOOD)):
        for change in (0x01, 0x20, 0x80, 0xFF):
            # The signature may say that its last bit is no part of it, if that bit is zero anyway.
            said = _said_of(_GOOD[:at] + bytes([_GOOD[at] ^ change]) + _GOOD[at + 1 :])

            assert said == "store-0042" or said.startswith("usb: ")
