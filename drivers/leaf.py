"""What a device reads of its own certificate: name, time and key.

By hand: cryptography.x509 would cost an agent 1.1 MB and a tenth of its start. Nothing is judged here; OpenSSL and the
broker do that when the certificate is shown, and the errand has before it was kept.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.serialization import load_der_public_key

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
# X.690, 8.14 and RFC 5280, 4.1: a version that is not 1 stands in front of everything else.
_VERSION = 0xA0
_UTC_TIME = 0x17
_COMMON_NAME = bytes.fromhex("550403")  # 2.5.4.3


@dataclass(frozen=True, slots=True)
class Leaf:
    """`public_key` may be of any kind that cryptography knows."""

    common_names: tuple[str, ...]
    not_before_utc: datetime
    not_after_utc: datetime
    public_key: object


def read_leaf(pem: bytes) -> Leaf:
    """Of the first certificate in the file. ValueError or UnsupportedAlgorithm if it cannot be read."""
    found = _PEM.search(pem)
    if found is None:
        raise ValueError("no certificate in PEM")
    ((_, certificate, _),) = _elements(b64decode(found[1]))
    (_, signed, _), _, _ = _elements(certificate)
    fields = [field for field in _elements(signed) if field[0] != _VERSION]
    _, _, _, (_, validity, _), (_, subject, _), (_, _, key), *_ = fields
    not_before, not_after = _elements(validity)
    return Leaf(tuple(_common_names(subject)), _time(*not_before), _time(*not_after), load_der_public_key(key))


def _common_names(subject: bytes) -> Iterator[str]:
    for _, together, _ in _elements(subject):
        for _, attribute, _ in _elements(together):
            (_, kind, _), (_, value, _) = _elements(attribute)
            if kind == _COMMON_NAME:
                yield value.decode()


def _time(tag: int, content: bytes, _: bytes) -> datetime:
    digits = content.decode("ascii")
    if tag == _UTC_TIME:
        # RFC 5280, 4.1.2.5.1: two digits of the year, up to 2049.
        digits = ("20" if digits < "50" else "19") + digits
    return datetime.fromisoformat(f"{digits[:8]}T{digits[8:14]}+00:00")


def _elements(der: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """One after the other: tag, content, and both with the length between them (X.690, 8.1)."""
    while der:
        tag, length = der[:2]
        start = 2
        if length >= 0x80:
            start += length - 0x80
            length = int.from_bytes(der[2:start])
        end = start + length
        if end > len(der):
            raise ValueError("cut short")
        yield tag, der[start:end], der[:end]
        der = der[end:]
