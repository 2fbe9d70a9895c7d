"""Reads what a broker shows and keeps secret, and says what is wrong with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from drivers.jwk import PublicKey
from provisioning.authority.certificates import usable_key
from provisioning.errors import OfficeError

# A revocation list has some 40 bytes for each certificate; the rest have a few thousand in all.
_MAX_BYTES = 16 * 1024 * 1024


def read_file(path: Path) -> bytes:
    """At most 16 MiB. Raises OfficeError."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise OfficeError(f"{path}: {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise OfficeError(f"{path}: too big; at most {_MAX_BYTES} bytes are allowed")
    return data


def read_chain(path: Path) -> list[x509.Certificate]:
    """One certificate at least. Raises OfficeError."""
    data = read_file(path)
    try:
        return x509.load_pem_x509_certificates(data)
    except (ValueError, UnsupportedAlgorithm):
        raise OfficeError(f"{path}: damaged; allowed are certificates in PEM") from None


def read_public_half(path: Path) -> PublicKey:
    """Of a private key. Raises OfficeError."""
    data = read_file(path)
    try:
        key = usable_key(load_pem_private_key(data, None).public_key())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if key is None:
        raise OfficeError(f"{path}: allowed is an Ed25519 or P-256 key in PEM, without a pass phrase")
    return key


def read_crl(path: Path) -> x509.CertificateRevocationList:
    """Raises OfficeError."""
    data = read_file(path)
    try:
        return x509.load_pem_x509_crl(data)
    except (ValueError, UnsupportedAlgorithm):
        raise OfficeError(f"{path}: damaged; allowed is a revocation list in PEM") from None


def certificate_faults(
    chain: Sequence[x509.Certificate],
    issuing: x509.Certificate,
    key: PublicKey | None,
    names: Sequence[str],
    now: datetime,
    spare: timedelta,
) -> list[str]:
    """What is wrong, in words. key: None if it is not here to be compared. spare: for which it must still be good."""
    leaf = chain[0]
    faults = []
    if not _signed(leaf, issuing):
        faults.append("not signed by this office's issuing CA")
    elif issuing not in chain[1:]:
        faults.append("the issuing CA's certificate does not follow; allowed is the whole chain")
    if key is not None and leaf.public_key() != key:
        faults.append("does not belong to the key beside it")
    if ExtendedKeyUsageOID.SERVER_AUTH not in _usages(leaf):
        faults.append("not a server's certificate")
    if set(_names(leaf)) != set(names):
        faults.append(f"names {', '.join(_names(leaf)) or 'nobody'}; allowed are {', '.join(names)}")
    if leaf.not_valid_before_utc > now:
        faults.append(f"not good before {leaf.not_valid_before_utc}")
    if leaf.not_valid_after_utc < now + spare:
        faults.append(f"good until {leaf.not_valid_after_utc}; allowed is {spare.days} days from now at the least")
    return faults


def crl_faults(
    crl: x509.CertificateRevocationList, issuing: x509.Certificate, now: datetime, spare: timedelta
) -> list[str]:
    """What is wrong, in words. An expired list locks every device out."""
    if not _crl_signed(crl, issuing):
        return ["not signed by this office's issuing CA"]
    until = crl.next_update_utc
    if until is None or until < now + spare:
        return [f"good until {until}; allowed is {spare.days} days from now at the least"]
    return []


def _signed(leaf: x509.Certificate, issuing: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(issuing)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _crl_signed(crl: x509.CertificateRevocationList, issuing: x509.Certificate) -> bool:
    key = usable_key(issuing.public_key())
    return key is not None and crl.issuer == issuing.subject and crl.is_signature_valid(key)


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in found]


def _usages(leaf: x509.Certificate) -> list[x509.ObjectIdentifier]:
    try:
        return list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return []
