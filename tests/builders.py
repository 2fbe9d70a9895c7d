"""One obvious value of each kind, the same in every run."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.logic.envelope import JsonObject, Typ, digest, seal
from drivers.keystore import KeyRing, KeySigner
from drivers.ports import Place, Record, Urgency

EPOCH = "0000002a9f3c51d7"


def make_signer(alg: str = "Ed25519", owner: str = "device") -> KeySigner:
    """The key of this owner: another name, another key; the same name, always the same."""
    secret = hashlib.sha256(f"{alg} {owner}".encode()).digest()
    if alg == "Ed25519":
        return KeySigner(Ed25519PrivateKey.from_private_bytes(secret))
    if alg == "ES256":
        # Half the octets keep the number below the order of the curve.
        return KeySigner(derive_private_key(int.from_bytes(secret[:16]), SECP256R1()))
    raise ValueError(f"no such algorithm: {alg}")


def make_keys(*signers: KeySigner) -> KeyRing:
    """What trusts these signers; without one, the device of `make_signer()`."""
    return KeyRing(signer.public_key for signer in signers or (make_signer(),))


def make_record(
    seq: int = 1, *, epoch: str = EPOCH, urgency: Urgency = Urgency.NORMAL, payload: JsonObject | None = None
) -> Record:
    """An event of `make_signer()`; its payload holds its id, and what is given."""
    place = Place(epoch, seq)
    envelope = seal({"id": str(place), **(payload or {})}, Typ.EVENT, make_signer())
    return Record(place, urgency, digest(envelope), envelope)
