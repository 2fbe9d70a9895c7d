"""Certificates and revocation lists, as RFC 5280 wants them. Pure: time and serial numbers are arguments.

A board has no clock of its own: until it is synchronised it may be behind. So everything begins an hour before it is
made. Nothing outlives, or begins before, the certificate that signs it.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from drivers.jwk import PrivateKey, PublicKey, alg_of
from provisioning.model import Certificate, Purpose, Reason

BACKDATED = timedelta(hours=1)
_YEAR = timedelta(days=365, hours=6)
ROOT_LIFETIME = 20 * _YEAR
ISSUING_LIFETIME = 10 * _YEAR
LIFETIMES = {
    Purpose.DEVICE: timedelta(days=365),
    Purpose.CLIENT: timedelta(days=365),
    Purpose.SERVER: timedelta(days=365),
    Purpose.EVICTION: timedelta(minutes=10),
}

# RFC 5280 §5.3.1: "unspecified" is said by saying nothing.
_REASONS = {
    Reason.KEY_COMPROMISE: x509.ReasonFlags.key_compromise,
    Reason.SUPERSEDED: x509.ReasonFlags.superseded,
    Reason.CESSATION: x509.ReasonFlags.cessation_of_operation,
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA: its key, and the certificate of it."""

    key: PrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a certificate shall say. `names`: DNS names and addresses, for a server only."""

    public_key: PublicKey
    subject: str
    purpose: Purpose
    names: Sequence[str] = ()


def usable_key(key: object) -> PublicKey | None:
    """The key, if it is a public key of a kind that we know."""
    if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        return None
    try:
        alg_of(key)
    except ValueError:
        return None
    return key


def make_root(name: str, key: PrivateKey, now: datetime, serial: int) -> Issuer:
    """A self-signed CA that signs issuing CAs only."""
    subject = _name(name)
    builder = _builder(subject, key.public_key(), serial).issuer_name(subject)
    builder = builder.not_valid_before(now - BACKDATED).not_valid_after(now + ROOT_LIFETIME)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = _with_ca(builder, path_length=1).add_extension(authority, critical=False)
    return Issuer(key, builder.sign(key, _hash_for(key)))


def make_issuing(name: str, key: PrivateKey, root: Issuer, now: datetime, serial: int) -> Issuer:
    """A CA that signs leaves only."""
    builder = _signed_by(root.certificate, _builder(_name(name), key.public_key(), serial), now, now + ISSUING_LIFETIME)
    return Issuer(key, _with_ca(builder, path_length=0).sign(root.key, _hash_for(root.key)))


def make_leaf(leaf: Leaf, issuer: Issuer, now: datetime, until: datetime, serial: int) -> x509.Certificate:
    """until: taken back to the end of the issuer if that is earlier."""
    builder = _signed_by(issuer.certificate, _builder(_name(leaf.subject), leaf.public_key, serial), now, until)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(ca=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([_usage_of(leaf.purpose)]), critical=False)
    if leaf.names:
        names = x509.SubjectAlternativeName([_general_name(name) for name in leaf.names])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer.key, _hash_for(issuer.key))


def make_revocation_list(
    revoked: Iterable[Certificate], issuer: Issuer, number: int, now: datetime, until: datetime
) -> x509.CertificateRevocationList:
    """until: when readers stop to believe it. Certificates that are not revoked are left out."""
    builder = x509.CertificateRevocationListBuilder(
        issuer.certificate.subject,
        now - BACKDATED,
        until,
        [
            x509.Extension(x509.AuthorityKeyIdentifier.oid, False, _authority_key(issuer.certificate)),
            x509.Extension(x509.CRLNumber.oid, False, x509.CRLNumber(number)),
        ],
        [_entry(one.serial, one.revoked, one.reason) for one in revoked if one.revoked is not None],
    )
    return builder.sign(issuer.key, _hash_for(issuer.key))


def _entry(serial: int, at: datetime, reason: Reason | None) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder(serial, at)
    flag = None if reason is None else _REASONS.get(reason)
    if flag is not None:
        builder = builder.add_extension(x509.CRLReason(flag), critical=False)
    return builder.build()


def _builder(subject: x509.Name, public_key: PublicKey, serial: int) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(subject_name=subject, public_key=public_key, serial_number=serial)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)


def _signed_by(
    issuer: x509.Certificate, builder: x509.CertificateBuilder, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    builder = builder.issuer_name(issuer.subject).add_extension(_authority_key(issuer), critical=False)
    builder = builder.not_valid_before(max(now - BACKDATED, issuer.not_valid_before_utc))
    return builder.not_valid_after(min(until, issuer.not_valid_after_utc))


def _authority_key(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    subject_key = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key)


def _with_ca(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    return builder.add_extension(_key_usage(ca=True), critical=True)


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _usage_of(purpose: Purpose) -> x509.ObjectIdentifier:
    return ExtendedKeyUsageOID.SERVER_AUTH if purpose is Purpose.SERVER else ExtendedKeyUsageOID.CLIENT_AUTH


def _hash_for(key: PrivateKey) -> SHA256 | None:
    return None if isinstance(key, Ed25519PrivateKey) else SHA256()


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
