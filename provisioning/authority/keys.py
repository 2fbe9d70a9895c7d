"""Keys of the authority, and the sealed containers that they live in."""

import secrets
import warnings
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import KeySerializationEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, load_pkcs12, serialize_key_and_certificates
from cryptography.x509 import NameOID

from drivers.guarded_file import SECRET
from provisioning.authority.certificates import Issuer, usable_key
from provisioning.authority.container_mac import NotAContainer, replace_mac, split
from provisioning.authority.office_file import read_office_file
from provisioning.errors import OfficeError

KDF_ROUNDS = 600_000
"""Of PBKDF2 with HMAC-SHA256: OWASP, Password Storage Cheat Sheet. Opening takes 0.2 s on a desktop."""

MIN_PASSPHRASE, MAX_PASSPHRASE = 8, 256
"""Characters."""

_SALT_BYTES = 16
# A container of one key and one certificate has about 1.3 kB.
_MAX_BYTES = 64 * 1024


def check_passphrase(passphrase: bytes) -> str:
    """The pass phrase as text. OfficeError unless it may protect something; it is never repeated."""
    try:
        text = passphrase.decode("utf-8")
    except UnicodeDecodeError:
        raise OfficeError("pass phrase: not UTF-8") from None
    if not MIN_PASSPHRASE <= len(text) <= MAX_PASSPHRASE or not text.isprintable():
        allowed = f"{MIN_PASSPHRASE}–{MAX_PASSPHRASE} characters on one line"
        raise OfficeError(f"pass phrase: too short, too long or not to be typed; allowed are {allowed}")
    return text


def seal(issuer: Issuer, passphrase: bytes, rounds: int = KDF_ROUNDS) -> bytes:
    """PKCS#12: AES-256-CBC under PBES2, HMAC-SHA256. OfficeError for a weak pass phrase.

    rounds: fewer only for a pass phrase of at least 128 random bits.
    """
    text = check_passphrase(passphrase)
    name = str(issuer.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    container = serialize_key_and_certificates(
        name.encode("utf-8"), issuer.key, issuer.certificate, None, _encryption(passphrase, rounds)
    )
    # Twice the rounds: see there what one of them costs.
    return replace_mac(container, text, secrets.token_bytes(_SALT_BYTES), 2 * rounds)


def load_sealed(path: Path, passphrase: bytes) -> Issuer:
    """Open a container that only its owner could read. Raises OfficeError.

    Before other threads are started: while it runs, a warning is an error in all of them.
    """
    # Nothing was ever sealed with another one; and a NUL in it would bring `cryptography` down.
    check_passphrase(passphrase)
    data = read_office_file(path, _MAX_BYTES, SECRET)
    try:
        split(data)
        with warnings.catch_warnings():
            # It warns of what is not DER, before it tries the pass phrase; what was sealed here is DER.
            warnings.simplefilter("error")
            found = load_pkcs12(data, passphrase)
    except (NotAContainer, UserWarning):
        raise OfficeError(f"{path}: damaged; allowed is PKCS#12") from None
    except (ValueError, UnsupportedAlgorithm):
        raise OfficeError(f"{path}: not the right pass phrase, or damaged") from None
    key, certificate = found.key, found.cert
    if isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey) and usable_key(key.public_key()) and certificate:
        return Issuer(key, certificate.certificate)
    raise OfficeError(f"{path}: allowed is one key, Ed25519 or P-256, with its certificate")


def _encryption(passphrase: bytes, rounds: int) -> KeySerializationEncryption:
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds)
    builder = builder.key_cert_algorithm(PBES.PBESv2SHA256AndAES256CBC).hmac_hash(SHA256())
    return builder.build(passphrase)
