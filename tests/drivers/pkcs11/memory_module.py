"""A PKCS#11 module in memory, for what a token in software never does: be pulled out, lock itself, change its mind."""

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from drivers.pkcs11 import cryptoki
from drivers.pkcs11.cryptoki import Cryptoki, CryptokiError, TokenInfo

DEVICE_REMOVED = 0x32
TOKEN_NOT_PRESENT = 0xE0
_SIGN, _PRIVATE, _PUBLIC = "C_Sign", 1, 2


class MemoryModule(Cryptoki):
    """One token "ansim" with one key. Not modelled: handles that are not its own, and attributes nobody reads."""

    def __init__(self) -> None:
        self.private = generate_private_key(SECP256R1())
        self.public = self.private.public_key()
        self.flags = 0
        self.pin = b"271828"
        self.is_present = True
        self.tail = b""
        """Comes after every signature."""
        self.pins: list[bytes] = []
        """Those that were tried."""
        self.sessions: set[int] = set()
        self._count = 0

    def replace_key(self) -> None:
        self.private = generate_private_key(SECP256R1())
        self.public = self.private.public_key()

    def pull_out(self) -> None:
        self.is_present = False
        self.sessions.clear()

    def put_back(self) -> None:
        self.is_present = True

    def tokens(self) -> list[TokenInfo]:
        return [TokenInfo(0, "ansim", "1", self.flags)] if self.is_present else []

    def open(self, slot: int) -> int:
        self._count += 1
        self.sessions.add(self._count)
        return self._count

    def close(self, session: int) -> None:
        self._check(session)
        self.sessions.remove(session)

    def login(self, session: int, pin: bytes) -> None:
        self._check(session)
        self.pins.append(pin)
        if pin != self.pin:
            raise CryptokiError("C_Login", cryptoki.CKR_PIN_INCORRECT)

    def find(self, session: int, kind: int, label: str | None, key_id: bytes | None) -> list[int]:
        self._check(session)
        return [_PRIVATE if kind == cryptoki.CKO_PRIVATE_KEY else _PUBLIC]

    def attribute(self, session: int, thing: int, number: int) -> bytes:
        self._check(session)
        point = self.public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            cryptoki.CKA_EC_PARAMS: bytes.fromhex("06082a8648ce3d030107"),
            cryptoki.CKA_EC_POINT: bytes([4, len(point)]) + point,
        }.get(number, b"")

    def sign(self, session: int, key: int, digest: bytes) -> bytes:
        self._check(session)
        r, s = decode_dss_signature(self.private.sign(digest, ECDSA(Prehashed(SHA256()))))
        return r.to_bytes(32) + s.to_bytes(32) + self.tail

    def _check(self, session: int) -> None:
        if session not in self.sessions:
            raise CryptokiError(_SIGN, DEVICE_REMOVED)
