"""Certificates of authorities: which of them are believed, and what they stand behind. Opens no file.

Rules
- A root signs itself; every other authority is below one, and is left out if it is not.
- The first meeting: only what is below the root whose fingerprint the device was told (RFC 7030 §4.1.1).
- From then on the office may name a new root, over a connection that the old one stands behind.

Every fault is a ValueError of one line. x509 costs 1.1 MB: the running agent does not import this.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from drivers.jwk import PublicKey, thumbprint

MAX_CERTIFICATES = 16
"""Root and issuing authority, and both again while they are exchanged: a longer list is a mistake."""

UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises of a certificate that is none, or not of a kind that matters here."""

# Leaf, issuing authority, root.
_MAX_DEPTH = 3
# A device without a battery for its clock may be behind the office that has just issued.
_BEHIND = timedelta(hours=1)


class Authorities:
    """Never empty; issuing authorities first, roots last, as TLS servers and brokers want them."""

    def __init__(self, certificates: Iterable[x509.Certificate]) -> None:
        """Leaves out what no root among them stands behind."""
        found = list(dict.fromkeys(certificates))
        if len(found) > MAX_CERTIFICATES:
            raise ValueError(f"{len(found)} certificates; at most {MAX_CERTIFICATES} are allowed")
        pool = [certificate for certificate in found if _is_authority(certificate)]
        believed = [certificate for certificate in pool if _path(certificate, pool)]
        if not believed:
            raise ValueError("no root certificate; allowed are a root and the authorities below it")
        self.certificates = tuple(sorted(believed, key=_is_root))

    @property
    def pem(self) -> bytes:
        """All of them, one after the other."""
        return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in self.certificates)

    def below(self, root_fingerprint: str) -> "Authorities":
        """The root with this fingerprint, and what it stands behind. root_fingerprint: as `fingerprint` gives it."""
        root = next((one for one in self.certificates if _is_root(one) and fingerprint(one) == root_fingerprint), None)
        if root is None:
            known = ", ".join(fingerprint(one) for one in self.certificates if _is_root(one))
            raise ValueError(f"root certificate {known:.200}; allowed is {root_fingerprint}")
        return Authorities(one for one in self.certificates if _path(one, self.certificates)[-1:] == [root])

    def path(self, certificate: x509.Certificate) -> list[x509.Certificate]:
        """The certificate, and those above it up to a root."""
        path = _path(certificate, self.certificates)
        if not path or path[-1] not in self.certificates:
            raise ValueError("it is not signed by an authority that is believed here")
        return path

    def check_valid(self, now: datetime) -> None:
        """Every one is valid now; if not, the clock may be wrong."""
        for certificate in self.certificates:
            check_time(certificate, now)

    def chain_pem(self, certificate: x509.Certificate) -> bytes:
        """The certificate, and the authorities between it and the root."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.path(certificate) if not _is_root(one))

    def check_device(self, certificate: x509.Certificate, device_id: str, key: PublicKey, now: datetime) -> None:
        """The certificate is this device's, of this key, for showing to brokers, and valid now or within the hour."""
        names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
        if names != [device_id]:
            raise ValueError(f"it is made out to CN {', '.join(names)!r:.80}; allowed is {device_id!r}")
        if not _is_of(certificate, key):
            raise ValueError("it belongs to another key than the one that was asked for")
        if _is_authority(certificate) or not _is_for_clients(certificate):
            raise ValueError("it is for another use; allowed is one for TLS clients")
        if certificate.not_valid_before_utc - _BEHIND > now:
            raise ValueError(_too_early(certificate, now))
        check_time(certificate, max(now, certificate.not_valid_before_utc))
        self.path(certificate)


def parse_authorities(pem: bytes) -> Authorities:
    """Read PEM: one certificate after the other."""
    try:
        certificates = x509.load_pem_x509_certificates(pem)
    except UNREADABLE:
        raise ValueError("no certificates that can be read; allowed is X.509 in PEM") from None
    return Authorities(certificates)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER, 64 hex digits: what labels say of the root."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def check_time(certificate: x509.Certificate, now: datetime) -> None:
    """ValueError outside the time for which the certificate was made."""
    if now < certificate.not_valid_before_utc:
        raise ValueError(_too_early(certificate, now))
    if now > certificate.not_valid_after_utc:
        until = certificate.not_valid_after_utc
        raise ValueError(f"certificate has expired at {_stamp(until)}: is the clock right? it says {_stamp(now)}")


def _too_early(certificate: x509.Certificate, now: datetime) -> str:
    since = certificate.not_valid_before_utc
    return f"certificate is not yet valid before {_stamp(since)}: is the clock right? it says {_stamp(now)}"


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _path(certificate: x509.Certificate, pool: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """From the certificate up to a root; empty if it ends before."""
    pool = tuple(pool)
    path = [certificate]
    while not _is_root(path[-1]):
        above = next((one for one in pool if _has_signed(one, path[-1])), None)
        if above is None or len(path) == _MAX_DEPTH:
            return []
        path.append(above)
    return path


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject and _has_signed(certificate, certificate)


def _has_signed(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    """RFC 5280 §4.2.1.9 and §4.2.1.3: it says that it is one, and that it may sign certificates."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except UNREADABLE:
        return False
    return constraints.ca and usage.key_cert_sign


def _is_for_clients(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except UNREADABLE:
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in uses


def _is_of(certificate: x509.Certificate, key: PublicKey) -> bool:
    try:
        # Another kind of key is refused by thumbprint, with ValueError.
        return thumbprint(certificate.public_key()) == thumbprint(key)  # type: ignore[arg-type]
    except UNREADABLE:
        return False
