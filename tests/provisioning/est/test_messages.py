import base64
import re
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as st

from provisioning.authority.authority import Authority
from provisioning.est import messages
from tests.conftest import external


def openssl(*arguments: str, data: bytes) -> str:
    program = external(shutil.which("openssl"), "apt install openssl")
    return subprocess.run([program, *arguments], input=data, capture_output=True, check=True).stdout.decode()


def test_openssl_reads_the_certificates_that_are_sent(authority: Authority) -> None:
    body = messages.certs_only([authority.root, authority.issuing])

    der = base64.b64decode(body)
    printed = openssl("pkcs7", "-inform", "DER", "-print_certs", data=der)

    assert printed.count("-----BEGIN CERTIFICATE-----") == 2
    # DER sorts them by their bytes, which differ from run to run: their order says nothing (RFC 5652 §10.2.3).
    assert set(pkcs7.load_der_pkcs7_certificates(der)) == {authority.root, authority.issuing}


def test_a_body_is_base64_in_short_lines(authority: Authority) -> None:
    body = messages.certs_only([authority.issuing])

    assert body.endswith(b"\n")
    assert max(map(len, body.splitlines())) == 64


def test_openssl_reads_the_attributes_as_the_two_kinds_of_key_that_are_taken() -> None:
    printed = openssl("asn1parse", "-inform", "DER", data=messages.CSR_ATTRIBUTES)

    depths = [int(depth) for depth in re.findall(r"d=(\d)", printed)]
    assert depths == [0, 1, 1, 2, 2, 3, 1]
    assert re.findall(r"OBJECT +:(\S+)", printed) == ["ED25519", "id-ecPublicKey", "prime256v1", "ecdsa-with-SHA256"]


@pytest.mark.parametrize("value", ["application/pkcs10", "Application/PKCS10", "application/pkcs10; charset=utf-8"])
def test_a_request_is_known_by_its_type(value: str) -> None:
    assert messages.is_pkcs10(value)


@pytest.mark.parametrize(
    "value", [None, "", "application/json", "application/pkcs10x", "text/plain; application/pkcs10"]
)
def test_another_type_is_no_request(value: str | None) -> None:
    assert not messages.is_pkcs10(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Basic c3RvcmUtMDAwMTphYWE=", ("store-0001", "aaa")),
        ("basic  c3RvcmUtMDAwMTphYWE=", ("store-0001", "aaa")),
        ("Basic YTpiOmM=", ("a", "b:c")),
    ],
)
def test_user_and_password_are_read(value: str, expected: tuple[str, str]) -> None:
    assert messages.read_basic(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Bearer c3RvcmU6YQ==",
        "Basic !!!!",
        "Basic c3RvcmU=",
        "Basic OmE=",
        "Basic YTo=",
        "Basic /zpi",
    ],
)
def test_what_names_no_user_and_password_is_none(value: str | None) -> None:
    assert messages.read_basic(value) is None


@given(st.text())
def test_no_authorization_breaks_the_reader(value: str) -> None:
    read = messages.read_basic(f"Basic {value}")

    assert read is None or all(read)


@given(st.binary(max_size=400))
def test_lines_of_base64_are_the_octets_again(data: bytes) -> None:
    assert base64.b64decode(messages.base64_lines(data)) == data
