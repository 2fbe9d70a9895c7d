"""One key in a token: found, opened with its PIN, and asked to sign. Every refusal is a KeyFileError of one line.

Rules
- A wrong PIN is offered once, by whatever number of readers and restarts: some tokens lock themselves after three.
  The token remembers a wrong one in its flag "PIN count low"; this process remembers it for tokens without that flag.
- A session that the token has dropped is opened again, once per signature. Still the same key has to answer.
- One call at a time: the main loop signs events while another thread may be in a handshake.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import NoReturn, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from drivers.errors import KeyFileError
from drivers.guarded_file import SECRET, read_guarded
from drivers.pkcs11 import cryptoki
from drivers.pkcs11.cryptoki import Cryptoki, CryptokiError, TokenInfo
from drivers.pkcs11.uri import TokenUri

T = TypeVar("T")

# The object identifier of P-256 in DER (RFC 5480 §2.1.1.1), and an uncompressed point on it as an OCTET STRING.
_P256 = bytes.fromhex("06082a8648ce3d030107")
_POINT_PREFIX = bytes.fromhex("0441")
_WIDTH_BYTES = 32
_MAX_PIN_BYTES = 256
_PROOF = hashlib.sha256(b"the two halves belong together").digest()


class Token:
    """Any thread. `public_key` is P-256; that the private one belongs to it was proved with a signature."""

    def __init__(self, module: Cryptoki, uri: TokenUri, refused: set[tuple[Path, str]]) -> None:
        """refused: tokens whose PIN was wrong, in this process. Raises KeyFileError."""
        self._module = module
        self._uri = uri
        self._refused = refused
        self._lock = Lock()
        with self._lock:
            self._session, self._key, self.public_key = self._reached(self._open)
            self._prove()

    def sign(self, digest: bytes) -> bytes:
        """r and s of a SHA-256 digest: 64 octets. Raises KeyFileError."""
        with self._lock:
            try:
                return self._signature(digest)
            except CryptokiError:
                self._reopen()
            return self._reached(lambda: self._signature(digest))

    def _signature(self, digest: bytes) -> bytes:
        signature = self._module.sign(self._session, self._key, digest)
        if len(signature) != 2 * _WIDTH_BYTES:
            self._refuse(f"gives a signature of {len(signature)} octets; allowed is a P-256 key, whose have 64")
        return signature

    def _reopen(self) -> None:
        try:
            self._module.close(self._session)
        except CryptokiError:
            # It is gone already.
            pass
        session, key, public_key = self._reached(self._open)
        if public_key != self.public_key:
            self._module.close(session)
            self._refuse("holds another key than before; start again to use it")
        self._session, self._key = session, key

    def _open(self) -> tuple[int, int, EllipticCurvePublicKey]:
        info = self._find_token()
        session = self._module.open(info.slot)
        try:
            self._login(session, info)
            key = self._find_one(session, cryptoki.CKO_PRIVATE_KEY, self._uri.id)
            key_id = self._module.attribute(session, key, cryptoki.CKA_ID) or self._uri.id
            public = self._find_one(session, cryptoki.CKO_PUBLIC_KEY, key_id)
            return session, key, self._read_public_key(session, public)
        except BaseException:
            self._module.close(session)
            raise

    def _find_token(self) -> TokenInfo:
        wanted, serial = self._uri.token, self._uri.serial
        found = [t for t in self._module.tokens() if t.label == wanted and serial in {None, t.serial}]
        if not found:
            self._refuse("no such token; is it plugged in, and may this user reach it?")
        if len(found) > 1:
            self._refuse('several tokens of this name; allowed is one, add "serial=…"')
        return found[0]

    def _login(self, session: int, info: TokenInfo) -> None:
        name = (self._uri.module, info.serial)
        pin = self._read_pin()
        if info.flags & cryptoki.PIN_LOCKED:
            self._refuse("the PIN is locked; only the token's security officer can set a new one")
        if name in self._refused or info.flags & (cryptoki.PIN_COUNT_LOW | cryptoki.PIN_FINAL_TRY):
            self._refuse(
                f"a wrong PIN was given before, and none is tried again; put {self._uri.pin_file} right, "
                "then log in once by hand (pkcs11-tool --login)"
            )
        try:
            self._module.login(session, pin)
        except CryptokiError as error:
            if error.code == cryptoki.CKR_USER_ALREADY_LOGGED_IN:
                return
            if error.code not in {cryptoki.CKR_PIN_INCORRECT, cryptoki.CKR_PIN_LOCKED}:
                raise
            self._refused.add(name)
            self._refuse(f"the PIN in {self._uri.pin_file} is wrong; it is not tried again")

    def _read_pin(self) -> bytes:
        """Without the line's end. It may stand in the file alone."""
        pin = read_guarded(self._uri.pin_file, _MAX_PIN_BYTES, SECRET).rstrip(b"\r\n")
        if not pin or b"\n" in pin or b"\0" in pin:
            raise KeyFileError(f"{self._uri.pin_file}: not a PIN; allowed is one line, not empty")
        return pin

    def _find_one(self, session: int, kind: int, key_id: bytes | None) -> int:
        what = "private" if kind == cryptoki.CKO_PRIVATE_KEY else "public"
        found = self._module.find(session, kind, self._uri.label, key_id)
        if not found:
            self._refuse(f"no such {what} key in the token; pkcs11-tool --login -O lists what is there")
        if len(found) > 1:
            self._refuse(f'several {what} keys of this name in the token; allowed is one, add "id=%…"')
        return found[0]

    def _read_public_key(self, session: int, public: int) -> EllipticCurvePublicKey:
        curve = self._module.attribute(session, public, cryptoki.CKA_EC_PARAMS)
        point = self._module.attribute(session, public, cryptoki.CKA_EC_POINT)
        if curve != _P256:
            self._refuse("a key of another kind; allowed in a token is P-256")
        try:
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point.removeprefix(_POINT_PREFIX))
        except ValueError:
            self._refuse("its public key is not a point on P-256")

    def _prove(self) -> None:
        signature = self._reached(lambda: self._signature(_PROOF))
        r, s = int.from_bytes(signature[:_WIDTH_BYTES]), int.from_bytes(signature[_WIDTH_BYTES:])
        try:
            self.public_key.verify(encode_dss_signature(r, s), _PROOF, ECDSA(Prehashed(SHA256())))
        except InvalidSignature:
            self._refuse("its public key does not belong to its private key")

    def _reached(self, do: Callable[[], T]) -> T:
        try:
            return do()
        except CryptokiError as error:
            self._refuse(f"the token has refused: {error}")

    def _refuse(self, why: str) -> NoReturn:
        raise KeyFileError(f"{self._uri}: {why}") from None
