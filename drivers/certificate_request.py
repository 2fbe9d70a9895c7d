"""The request that asks for a certificate (PKCS#10, RFC 2986)."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from drivers.jwk import PrivateKey


def make_request(key: PrivateKey, device_id: str) -> bytes:
    """DER; CN = device id, signed with the key that it is for."""
    # Only who asks for a certificate pays for x509: 1.1 MB.
    from cryptography import x509  # noqa: PLC0415

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, device_id)])
    digest = None if isinstance(key, Ed25519PrivateKey) else SHA256()
    return x509.CertificateSigningRequestBuilder(name).sign(key, digest).public_bytes(Encoding.DER)
