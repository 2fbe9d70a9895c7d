"""Where a device's identity lives: the pair in force, and the pair that waits to be proved (`.next`), beside it.

Rules
- Two renames put a pair in force, the key's first. Between them the new key stands beside the old certificate: then the
  waiting certificate belongs to the key in force, and `current` says so. At every moment one pair fits.
- Every change finishes a promotion first that was cut half-way.
- A key is durable before anybody is told of it: what the office has bound to it would be lost with it.
- A key in a token stays: it is in force and waits at once, and only the certificate is exchanged, by one rename.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from drivers.errors import KeyFileError
from drivers.files import Files
from drivers.jwk import PrivateKey, PublicKey, thumbprint
from drivers.key_making import Algorithm, key_pem, make_key
from drivers.key_place import KeyPlace, is_in_token
from drivers.keystore import load_signer
from drivers.leaf import read_leaf

_KEY_MODE = 0o600
_CERTIFICATE_MODE = 0o644
_SUFFIX = ".next"
# As much as drivers.keystore reads.
_MAX_CERTIFICATE_BYTES = 64 * 1024
_FILES = Files()


@dataclass(frozen=True, slots=True)
class Pair:
    """What belongs together."""

    key: KeyPlace
    certificate: Path


class IdentityFiles:
    """One writer at a time; readers may look on. OSError as the system says."""

    def __init__(self, key: KeyPlace, certificate: Path, files: Files = _FILES) -> None:
        self._files = files
        self._in_force = Pair(key, certificate)
        self._next = Pair(key if is_in_token(key) else _next(Path(key)), _next(certificate))

    @property
    def folder(self) -> Path:
        """Where the key is; or the certificate, of a key in a token."""
        key, certificate = self._in_force.key, self._in_force.certificate
        return certificate.parent if is_in_token(key) else Path(key).parent

    def current(self) -> Pair | None:
        """The pair in force; None if there is none that fits and can be used. Changes nothing."""
        for certificate in (self._in_force.certificate, self._next.certificate):
            pair = Pair(self._in_force.key, certificate)
            if _fits(pair):
                return pair
        return None

    def demand(self) -> Pair:
        """The pair in force. KeyFileError says why there is none."""
        pair = self.current()
        if pair is not None:
            return pair
        load_signer(self._in_force.key)
        raise KeyFileError(f"{self._in_force.certificate}: missing, or no certificate of the key {self._in_force.key}")

    def staged(self) -> Pair | None:
        """The pair that waits to be proved. Changes nothing."""
        return self._next if _fits(self._next) else None

    def prepare_key(self, algorithm: Algorithm | None = None) -> PrivateKey:
        """The waiting key, durable when this returns. One that is there and can be used is used again.

        algorithm: None takes what is there, or Ed25519; a waiting key of another kind is replaced. Raises KeyFileError
        if the key is in a token and cannot be used, or is of another kind than asked for.
        """
        self.settle()
        if is_in_token(self._next.key):
            return _token_key(self._next.key, algorithm)
        path = Path(self._next.key)
        key = _usable_key(path)
        if key is not None and algorithm in {None, Algorithm.of(key)}:
            self._files.confirm(path)
            return key
        key = make_key(algorithm or Algorithm.ED25519)
        self._files.write(path, key_pem(key), _KEY_MODE)
        return key

    def waiting_key(self) -> PublicKey | None:
        """Of the key that was prepared and not put in force yet. Changes nothing."""
        try:
            return load_signer(self._next.key).public_key
        except OSError:
            return None

    def stage(self, certificate_pem: bytes) -> None:
        """Keep the certificate of the waiting key, and those of the authorities after it.

        Raises KeyFileError unless the first one belongs to that key.
        """
        self.settle()
        if _kid(certificate_pem) != load_signer(self._next.key).kid:
            raise KeyFileError(f"{self._next.key}: the certificate to go with it belongs to another key")
        self._files.write(self._next.certificate, certificate_pem, _CERTIFICATE_MODE)

    def promote(self) -> None:
        """Put the staged pair in force; nothing if there is none."""
        self.settle()
        if self.staged() is None:
            return
        if not is_in_token(self._next.key):
            self._files.rename(Path(self._next.key), Path(self._in_force.key))
        self._files.rename(self._next.certificate, self._in_force.certificate)

    def discard(self) -> None:
        """Forget what waits."""
        self.settle()
        self._files.remove(self._next.certificate)
        if not is_in_token(self._next.key):
            self._files.remove(Path(self._next.key))

    def settle(self) -> None:
        """Finish a promotion that was cut half-way."""
        pair = self.current()
        if pair is not None and pair.certificate == self._next.certificate:
            self._files.rename(self._next.certificate, self._in_force.certificate)


def _next(path: Path) -> Path:
    return path.with_name(path.name + _SUFFIX)


def _token_key(uri: str, algorithm: Algorithm | None) -> PrivateKey:
    # Only who has a token pays for it.
    from drivers.pkcs11.key import TOKENS  # noqa: PLC0415

    if algorithm is Algorithm.ED25519:
        raise KeyFileError(f"{algorithm}: not a kind of key that is used in a token; allowed there is {Algorithm.P256}")
    return TOKENS.key(uri)


def _fits(pair: Pair) -> bool:
    try:
        with pair.certificate.open("rb") as file:
            certificate_pem = file.read(_MAX_CERTIFICATE_BYTES)
        return _kid(certificate_pem) == load_signer(pair.key).kid
    except OSError:
        return False


def _kid(certificate_pem: bytes) -> str | None:
    """The thumbprint of the first certificate's key; None if it is no certificate, or of a key of another kind."""
    try:
        # Another kind of key is refused by thumbprint, with ValueError.
        return thumbprint(read_leaf(certificate_pem).public_key)  # type: ignore[arg-type]
    except (ValueError, UnsupportedAlgorithm):
        return None


def _usable_key(path: Path) -> PrivateKey | None:
    """None if it is missing, damaged, or others could have read it."""
    try:
        load_signer(path)
        # load_signer has seen that it is of one of our two kinds.
        return load_pem_private_key(path.read_bytes(), None)  # type: ignore[return-value]
    except OSError:
        return None
