"""The integrity check of a PKCS#12 container, as slow to guess against as its encryption. Pure. RFC 7292 §4, App. B.

`cryptography` writes this MAC with 2048 rounds, whatever the encryption has: whoever holds the file would try pass
phrases against the MAC, some 600 times faster than against the key. Any tool that reads PKCS#12 reads the new one.
"""

import hashlib
import hmac

_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
_SHA256 = bytes.fromhex("300d06096086480165030402010500")
"""AlgorithmIdentifier: 2.16.840.1.101.3.4.2.1, NULL."""

# RFC 7292 B.2 and B.3: a block of SHA-256, and the letter that stands for "a key for a MAC".
_BLOCK_BYTES = 64
_MAC_KEY = 3

_MAX_LENGTH_OCTETS = 4


class NotAContainer(ValueError):
    """Not PKCS#12 with a MAC, as far as the outer elements tell: cut off, or something else."""


def replace_mac(container: bytes, passphrase: str, salt: bytes, rounds: int) -> bytes:
    """The same container with a MAC of HMAC-SHA256, whose key takes `rounds` rounds of SHA-256, 2 or more.

    One such round is one block of SHA-256, half of what a round of PBKDF2 with HMAC costs. NotAContainer if it
    is none.
    """
    version, safe, _ = split(container)
    digest = hmac.digest(_key(passphrase, salt, rounds), _content(safe), "sha256")
    info = _element(_SEQUENCE, _SHA256 + _element(_OCTETS, digest))
    count = _element(_INTEGER, rounds.to_bytes(rounds.bit_length() // 8 + 1))
    return _element(_SEQUENCE, version + safe + _element(_SEQUENCE, info + _element(_OCTETS, salt) + count))


def split(container: bytes) -> tuple[bytes, bytes, bytes]:
    """Version, content and MAC, each a whole element. NotAContainer unless there are those three, and no more."""
    body, rest = _open(_SEQUENCE, container)
    if rest:
        raise NotAContainer("something follows the container")
    version, body = _take(_INTEGER, body)
    safe, body = _take(_SEQUENCE, body)
    mac, body = _take(_SEQUENCE, body)
    if body:
        raise NotAContainer("more than version, content and MAC")
    return version, safe, mac


def _content(safe: bytes) -> bytes:
    """The octets that the MAC is about: ContentInfo holds a type, and under tag [0] an OCTET STRING."""
    body, _ = _open(_SEQUENCE, safe)
    _, body = _open(0x06, body)
    body, _ = _open(0xA0, body)
    content, _ = _open(_OCTETS, body)
    return content


def _key(passphrase: str, salt: bytes, rounds: int) -> bytes:
    """RFC 7292 B.2 for one output block, which is all that 32 octets need."""
    # B.1: big-endian UTF-16 with a final zero.
    secret = passphrase.encode("utf-16-be") + b"\0\0"
    digest = bytes([_MAC_KEY]) * _BLOCK_BYTES + _fill(salt) + _fill(secret)
    for _ in range(rounds):
        digest = hashlib.sha256(digest).digest()
    return digest


def _fill(data: bytes) -> bytes:
    """Repeated up to a whole number of blocks."""
    size = -(-len(data) // _BLOCK_BYTES) * _BLOCK_BYTES
    return (data * (size // len(data) + 1))[:size] if data else b""


def _take(tag: int, data: bytes) -> tuple[bytes, bytes]:
    """The first element with its head, and what follows it."""
    _, rest = _open(tag, data)
    return data[: len(data) - len(rest)], rest


def _open(tag: int, data: bytes) -> tuple[bytes, bytes]:
    """The inside of the first element (DER, X.690 §8.1), and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise NotAContainer("another element was expected")
    start, length = 2, data[1]
    if length & 0x80:
        start += length & 0x7F
        if not 2 < start <= 2 + _MAX_LENGTH_OCTETS:
            raise NotAContainer("a length that is not DER")
        length = int.from_bytes(data[2:start])
    if start + length > len(data):
        raise NotAContainer("cut off")
    return data[start : start + length], data[start + length :]


def _element(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + body
