"""Certificate requests (PKCS#10, RFC 2986) from whoever cares to send one. Pure.

Taken from a request are its key and its CN, and nothing else: what a certificate says is decided here.
"""

import base64
import binascii
import re
import warnings
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from device.logic.device_id import DEVICE_ID_WORDS, is_device_id
from drivers.jwk import PublicKey, thumbprint
from provisioning.authority.certificates import usable_key
from provisioning.errors import RefusedError

MAX_BYTES = 16 * 1024
"""A request of a device has about 300 bytes."""

_SEQUENCE = b"\x30"
_FORMS = "allowed is PKCS#10 as PEM, DER or base64"

# Of a name that is longer than its kind allows, `cryptography` only warns: senders would write to our error output. A
# filter for this module alone holds in every thread, which catching warnings where they arise would not.
warnings.filterwarnings("error", category=UserWarning, module=re.escape(__name__))


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody has this key, and says that this is its name. `kid`: RFC 7638 thumbprint of the key."""

    subject: str
    public_key: PublicKey
    kid: str


def read_request(data: bytes, source: str) -> Request:
    """Read a device's request, and check that it has the key. RefusedError: one line that begins with `source`."""
    public_key, names = _read(data, source)
    return Request(_subject(names, source), public_key, thumbprint(public_key))


def read_server_request(data: bytes, source: str) -> PublicKey:
    """The key of a server that has made its own; the office knows its names, so its CN is not heard."""
    public_key, _ = _read(data, source)
    return public_key


def _read(data: bytes, source: str) -> tuple[PublicKey, list[str | bytes]]:
    """The key, whose owner has signed the request, and the CNs."""
    if len(data) > MAX_BYTES:
        raise RefusedError(f"{source}: too big; at most {MAX_BYTES} bytes are allowed")
    try:
        request = _parse(data)
        public_key = usable_key(request.public_key())
        signed = public_key is not None and request.is_signature_valid
        names = [name.value for name in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    except UnsupportedAlgorithm:
        public_key, signed, names = None, False, []
    except (ValueError, x509.InvalidVersion, UserWarning):
        raise RefusedError(f"{source}: not a certificate request that can be read; {_FORMS}") from None
    if public_key is None:
        raise RefusedError(f"{source}: a key of another kind; allowed are Ed25519 and P-256")
    if not signed:
        raise RefusedError(f"{source}: not signed with the key that it is for")
    return public_key, names


def _parse(data: bytes) -> x509.CertificateSigningRequest:
    """ValueError if it is no request."""
    if b"-----BEGIN" in data:
        return x509.load_pem_x509_csr(data)
    if data.startswith(_SEQUENCE):
        return x509.load_der_x509_csr(data)
    try:
        # EST sends base64, with line breaks or without (RFC 8951 §3.1).
        return x509.load_der_x509_csr(base64.b64decode(b"".join(data.split()), validate=True))
    except binascii.Error:
        raise ValueError("not base64") from None


def _subject(names: list[str | bytes], source: str) -> str:
    match names:
        case [str(name)] if is_device_id(name):
            return name
        case []:
            found = "none"
        case _:
            found = f"{', '.join(map(str, names[:3]))!r:.80}"
    raise RefusedError(f"{source}: CN = {found}; allowed is one device id: {DEVICE_ID_WORDS}")
