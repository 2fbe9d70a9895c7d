"""The identities and the trusted keys that a configuration names, read and checked."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from device.config.model import Config
from device.logic.units import S
from drivers.errors import KeyFileError
from drivers.identity_files import IdentityFiles, Pair
from drivers.keystore import check_certificate, load_keys, load_signer
from drivers.mqtt.tls import client_context
from drivers.ports import Identity, Keys


@dataclass(frozen=True, slots=True)
class Shown:
    """An identity, and how it is shown to a broker. `tls` is None where every broker is on loopback."""

    identity: Identity
    tls: ssl.SSLContext | None


class Credentials:
    """Raises KeyFileError with one clear line, unless what is in force can be used."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._files = None
        if config.identity.certificate is not None:
            self._files = IdentityFiles(config.identity.key, config.identity.certificate)
        self.in_force = self.load_in_force()
        self.control_room = self.load_control_room()

    def load_in_force(self) -> Shown:
        """The identity in force, and the authorities of brokers, as they are on the disk now. KeyFileError."""
        return self._shown(None if self._files is None else self._files.current())

    def load_control_room(self) -> Keys:
        """The control room's keys as they are on the disk now. KeyFileError if they cannot be used."""
        return load_keys(self._config.identity.control_room_keys)

    def load_staged(self) -> Shown | None:
        """The identity that waits to be proved, if there is one. KeyFileError if it cannot be used."""
        pair = None if self._files is None else self._files.staged()
        return None if pair is None else self._shown(pair)

    def promote(self) -> None:
        """Put the staged identity in force on the disk. KeyFileError or OSError if that cannot be done."""
        if self._files is not None:
            self._files.promote()

    def _shown(self, pair: Pair | None) -> Shown:
        config = self._config
        key = config.identity.key if pair is None else pair.key
        signer = load_signer(key)
        file = config.identity.certificate if pair is None else pair.certificate
        if file is None:
            return Shown(Identity(signer, None), None)
        certificate = check_certificate(file, signer, config.device.id, datetime.now(UTC))
        tls = None if config.mqtt.ca is None else client_context(config.mqtt.ca, file, key)
        return Shown(Identity(signer, int(certificate.not_after_utc.timestamp()) * S), tls)


def file_faults(config: Config) -> tuple[str, ...]:
    """Why `Credentials` cannot be had, one line for each file as far as they can be told apart; empty if it can."""
    try:
        Credentials(config)
    except KeyFileError as error:
        return tuple(dict.fromkeys((str(error), *_more_faults(config, str(error)))))
    return ()


def _more_faults(config: Config, first: str) -> Iterator[str]:
    """What the first one hides."""
    identity = config.identity
    for path in (identity.key, identity.certificate, config.mqtt.ca):
        if isinstance(path, Path) and not first.startswith(f"{path}: "):
            try:
                path.stat()
            except OSError as error:
                yield f"{path}: {error.strerror}"
    try:
        load_keys(identity.control_room_keys)
    except KeyFileError as error:
        yield str(error)
