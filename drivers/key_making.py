"""New private keys, of the two kinds that there are here."""

from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from drivers.jwk import PrivateKey


class Algorithm(StrEnum):
    """What kinds of key there are."""

    ED25519 = "Ed25519"
    P256 = "P-256"

    @classmethod
    def of(cls, key: object) -> "Algorithm":
        """The kind of a private or public key of our two kinds."""
        return cls.ED25519 if isinstance(key, Ed25519PrivateKey | Ed25519PublicKey) else cls.P256


def make_key(algorithm: Algorithm) -> PrivateKey:
    """From the system's randomness."""
    return Ed25519PrivateKey.generate() if algorithm is Algorithm.ED25519 else generate_private_key(SECP256R1())


def key_pem(key: PrivateKey) -> bytes:
    """As drivers.keystore.load_signer reads it: PKCS#8, not encrypted. For a file of mode 0600 only."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
