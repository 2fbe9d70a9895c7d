"""The office's folder: registry, authority, and the files that others are given from it."""

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.serialization import Encoding

from device.enrol.label import Label
from drivers.files import Files
from provisioning.authority.authority import Authority
from provisioning.broker.server_files import read_chain
from provisioning.control_room import control_room_jwks, devices_jwks
from provisioning.enrolment import Enrolment
from provisioning.errors import OfficeError
from provisioning.model import Purpose
from provisioning.registry.registry import Registry

REGISTRY = "registry.db"
CA = "ca.crt"
CONTROL_ROOM_KEYS = "control-room.jwks.json"
DEVICE_KEYS = "devices.jwks.json"
_PUBLIC = 0o644


class Office:
    """A context manager. One thread."""

    def __init__(self, folder: Path, actor: str) -> None:
        """Open one that is there. OfficeError if the folder is none."""
        if not (folder / REGISTRY).is_file():
            raise OfficeError(f"{folder}: no office; ansim-provision init makes one, --office names another folder")
        self.folder = folder
        self.registry = Registry(folder / REGISTRY, actor)

    def close(self) -> None:
        self.registry.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def unlock(self, passphrase: bytes) -> Authority:
        """The authority, able to sign. OfficeError if the pass phrase is wrong."""
        return Authority.open(self.folder, passphrase)

    def enrolment(self, authority: Authority) -> Enrolment:
        return Enrolment(authority, self.registry)

    @property
    def est(self) -> str:
        """Where devices enrol."""
        return self._said("est")

    @property
    def control_room(self) -> str:
        """The control room's MQTT user name: the CN of its certificate."""
        return self._said("control_room")

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the root certificate, 64 hex digits."""
        return self._said("fingerprint")

    @property
    def ca_pem(self) -> bytes:
        """Issuing CA and root. OfficeError."""
        return b"".join(each.public_bytes(Encoding.PEM) for each in read_chain(self.folder / CA))

    @property
    def control_room_keys(self) -> bytes:
        """What devices believe receipts and commands by: a JWKS."""
        return control_room_jwks(self.registry.signing_keys())

    def label(self, device_id: str, token: str | None = None) -> Label:
        return Label(device_id, self.est, self.fingerprint, token)

    def publish(self, now: datetime) -> None:
        """Write again what devices and control room believe keys by. OfficeError."""
        certificates = [each for each in self.registry.certificates() if each.purpose is Purpose.DEVICE]
        files = Files()
        try:
            files.write(self.folder / CONTROL_ROOM_KEYS, self.control_room_keys, _PUBLIC)
            files.write(self.folder / DEVICE_KEYS, devices_jwks(certificates, now), _PUBLIC)
        except OSError as error:
            raise OfficeError(f"{self.folder}: keys cannot be written: {error.strerror}") from None

    def _said(self, name: str) -> str:
        value = self.registry.setting(name)
        if value is None:
            raise OfficeError(f"{self.folder / REGISTRY}: {name} is not set: init was cut short; make another office")
        return value
