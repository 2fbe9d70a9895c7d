"""A key in a token, as `cryptography` knows private keys, so that signers and requests need not know the difference.

Nothing here is loaded before a configuration names such a key: the module, ctypes and this package cost memory.
"""

import hashlib
from pathlib import Path
from threading import Lock
from typing import NoReturn

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    EllipticCurve,
    EllipticCurvePrivateKey,
    EllipticCurvePrivateNumbers,
    EllipticCurvePublicKey,
    EllipticCurveSignatureAlgorithm,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, KeySerializationEncryption, PrivateFormat

from drivers.errors import KeyFileError
from drivers.key_place import URI_START
from drivers.pkcs11.cryptoki import Cryptoki, CryptokiError
from drivers.pkcs11.token import Token
from drivers.pkcs11.uri import TokenUri, parse_uri

_WIDTH_BYTES = 32


class TokenKey(EllipticCurvePrivateKey):
    """P-256; signs with SHA-256 and does nothing else. Any thread."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def sign_digest(self, digest: bytes) -> bytes:
        """DER. Raises KeyFileError."""
        signature = self._token.sign(digest)
        r, s = int.from_bytes(signature[:_WIDTH_BYTES]), int.from_bytes(signature[_WIDTH_BYTES:])
        return encode_dss_signature(r, s)

    def sign(self, data: bytes | bytearray | memoryview, signature_algorithm: EllipticCurveSignatureAlgorithm) -> bytes:
        """Raises KeyFileError; UnsupportedAlgorithm for anything but ECDSA with SHA-256."""
        if not isinstance(signature_algorithm, ECDSA) or not isinstance(signature_algorithm.algorithm, SHA256):
            raise UnsupportedAlgorithm("a key in a token signs ECDSA with SHA-256 only")
        return self.sign_digest(hashlib.sha256(data).digest())

    def public_key(self) -> EllipticCurvePublicKey:
        return self._token.public_key

    @property
    def curve(self) -> EllipticCurve:
        return self._token.public_key.curve

    @property
    def key_size(self) -> int:
        return self._token.public_key.key_size

    # The names of arguments are those of the class above.

    def exchange(self, algorithm: ECDH, peer_public_key: EllipticCurvePublicKey) -> bytes:  # noqa: ARG002
        self._stays()

    def private_numbers(self) -> EllipticCurvePrivateNumbers:
        self._stays()

    def private_bytes(
        self,
        encoding: Encoding,  # noqa: ARG002
        format: PrivateFormat,  # noqa: A002, ARG002
        encryption_algorithm: KeySerializationEncryption,  # noqa: ARG002
    ) -> bytes:
        self._stays()

    def __copy__(self) -> "TokenKey":
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> "TokenKey":
        return self

    def _stays(self) -> NoReturn:
        raise UnsupportedAlgorithm("a key in a token signs, and stays there")


class Tokens:
    """The keys that this process uses: every module is loaded once, and every key is logged in to once. Any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._modules: dict[Path, Cryptoki] = {}
        self._keys: dict[TokenUri, TokenKey] = {}
        self._refused: set[tuple[Path, str]] = set()

    def key(self, text: str) -> TokenKey:
        """The key that a URI names. Raises KeyFileError."""
        try:
            uri = parse_uri(text)
        except ValueError as error:
            raise KeyFileError(f"{URI_START}…: {error}") from None
        with self._lock:
            if uri not in self._keys:
                self._keys[uri] = TokenKey(Token(self._module(uri), uri, self._refused))
            return self._keys[uri]

    def close(self) -> None:
        """Log out everywhere, to start again in the same process. No key may be in use; none works afterwards."""
        with self._lock:
            modules = tuple(self._modules.values())
            self._keys.clear()
            self._modules.clear()
        for module in modules:
            module.finalize()

    def _module(self, uri: TokenUri) -> Cryptoki:
        path = uri.module
        if path not in self._modules:
            try:
                self._modules[path] = Cryptoki(path)
            except OSError as error:
                why = "missing" if not path.exists() else f"cannot be loaded: {_one_line(error)}"
                raise KeyFileError(f"{path}: {why}; allowed is the token's PKCS#11 module") from None
            except CryptokiError as error:
                raise KeyFileError(f"{path}: the module does not start: {error}") from None
        return self._modules[path]


TOKENS = Tokens()
"""Of this process. PKCS#11 knows no other scope: two users of one module are one user to it."""


def _one_line(error: OSError) -> str:
    return " ".join(str(error).split())[:200]
