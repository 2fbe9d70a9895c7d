"""What EST puts into HTTP bodies (RFC 7030 §4, RFC 8951 §3). Pure."""

import base64
import binascii
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

PKCS10 = "application/pkcs10"
CERTIFICATES = "application/pkcs7-mime; smime-type=certs-only"
ATTRIBUTES = "application/csrattrs"
JWKS = "application/jwk-set+json"
TEXT = "text/plain; charset=utf-8"

CSR_ATTRIBUTES = bytes.fromhex(
    "3026"  # CsrAttrs ::= SEQUENCE OF AttrOrOID
    "0603 2b6570"  # an Ed25519 key, which is its own signature algorithm
    "3015 0607 2a8648ce3d0201"  # or an EC key …
    "310a 0608 2a8648ce3d030107"  # … on P-256 …
    "0608 2a8648ce3d040302"  # … that signs with SHA-256
)
"""RFC 7030 §4.5.2: the two kinds of key that are taken. Nothing else in a request is looked at but its CN."""

_LINE = 64


def certs_only(certificates: Sequence[x509.Certificate]) -> bytes:
    """The certificates as base64 of a CMS SignedData without signers (RFC 5272 §4.1): `openssl pkcs7` reads it."""
    return base64_lines(pkcs7.serialize_certificates(list(certificates), Encoding.DER))


def base64_lines(data: bytes) -> bytes:
    """In lines, as `openssl base64 -d` wants it without `-A`."""
    text = base64.b64encode(data)
    return b"".join(text[start : start + _LINE] + b"\n" for start in range(0, len(text), _LINE))


def is_pkcs10(content_type: str | None) -> bool:
    """Parameters are allowed."""
    return content_type is not None and content_type.partition(";")[0].strip().lower() == PKCS10


def read_basic(authorization: str | None) -> tuple[str, str] | None:
    """User and password of HTTP Basic (RFC 7617); None if there are none that can be read."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if colon and user and password else None
