"""The files of one device that enrolment and renewal write, as the configuration names them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from device.config.model import Config
from device.errors import EX_CONFIG, EnrolError
from drivers.authorities import Authorities, parse_authorities
from drivers.errors import KeyFileError
from drivers.files import Files
from drivers.identity_files import IdentityFiles, Pair
from drivers.jwk import parse_jwks
from drivers.keystore import Certificate, check_certificate, load_signer

_FILES = Files()
# Whoever runs the agent reads them; only its owner writes.
_MODE = 0o644
# As much as drivers.keystore reads of a JWKS.
_MAX_JWKS_BYTES = 64 * 1024
_MAX_CA_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Brought:
    """What came from the office, by wire or by hand, and has been checked as a whole."""

    authorities: Authorities
    control_room_keys: bytes
    certificate: x509.Certificate


class Home:
    """One writer at a time. OSError and KeyFileError as the files say."""

    def __init__(self, device: str, identity: IdentityFiles, ca: Path, control_room_keys: Path, files: Files) -> None:
        self.device = device
        self.identity = identity
        self._ca = ca
        self._control_room_keys = control_room_keys
        self._files = files

    def working(self, now: datetime) -> Certificate | None:
        """The certificate in force, if the device can work with it now."""
        pair = self.identity.current()
        if pair is None:
            return None
        try:
            certificate = check_certificate(pair.certificate, load_signer(pair.key), self.device, now)
        except KeyFileError:
            return None
        return certificate if certificate.remaining_s > 0 else None

    def install(self, brought: Brought) -> None:
        """Put all of it in force. The identity comes last: what it needs is there when it is."""
        self.keep_authorities(brought.authorities)
        self.keep_control_room_keys(brought.control_room_keys)
        self.identity.stage(brought.authorities.chain_pem(brought.certificate))
        self.identity.promote()

    def authorities(self) -> Authorities:
        """Those that are believed so far. Raises KeyFileError."""
        try:
            with self._ca.open("rb") as file:
                return parse_authorities(file.read(_MAX_CA_BYTES))
        except FileNotFoundError:
            raise KeyFileError(f"{self._ca}: missing; the device has to be enrolled first") from None
        except ValueError as error:
            raise KeyFileError(f"{self._ca}: {error}") from None

    def keep_authorities(self, authorities: Authorities) -> bool:
        """True if the file has changed."""
        return self._keep(self._ca, authorities.pem)

    def keep_control_room_keys(self, jwks: bytes) -> bool:
        """True if the file has changed. jwks: checked with `check_control_room_keys`."""
        return self._keep(self._control_room_keys, jwks)

    def _keep(self, path: Path, data: bytes) -> bool:
        # Read only, a card does not wear.
        if path.exists() and path.read_bytes() == data:
            return False
        self._files.write(path, data, _MODE)
        return True


def home_of(config: Config, files: Files = _FILES) -> Home:
    """Raises EnrolError if the configuration leaves a file unnamed."""
    identity, ca = config.identity, config.mqtt.ca
    if identity.certificate is None or ca is None:
        missing = "identity.certificate" if identity.certificate is None else "mqtt.ca"
        raise EnrolError(f"{missing}: missing in the configuration; an absolute path is required to enrol", EX_CONFIG)
    pairs = IdentityFiles(identity.key, identity.certificate, files)
    return Home(config.device.id, pairs, ca, identity.control_room_keys, files)


def check_control_room_keys(jwks: bytes) -> None:
    """ValueError, in one line, unless the agent could use them."""
    if len(jwks) > _MAX_JWKS_BYTES:
        raise ValueError(f"too big; at most {_MAX_JWKS_BYTES} bytes are allowed")
    parse_jwks(jwks)


def certificate_in(pair: Pair) -> x509.Certificate:
    """The first one in the file."""
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes())


@contextmanager
def as_owner(folder: Path) -> Iterator[None]:
    """Started by root, be the owner of `folder` meanwhile: what is written there is his, and nothing else is touched.

    OSError if there is no such folder. Of the whole process: one thread.
    """
    status = folder.stat()
    if os.geteuid() != 0 or status.st_uid == 0:
        yield
        return
    group = os.getegid()
    os.setegid(status.st_gid)
    os.seteuid(status.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
