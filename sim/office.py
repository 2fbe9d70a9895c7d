"""Real certificates for a simulated store, from `ansim-provision trial`.

A process of its own: the simulator does not know provisioning, and it is the operator's way that is shown. Keys are
made where they live, the device's and the control room's; only requests leave them.
"""

import ssl
import subprocess
import sys
from pathlib import Path

from drivers.certificate_request import make_request
from drivers.identity_files import IdentityFiles
from drivers.keystore import KeySigner, load_signer
from drivers.mqtt.tls import client_context
from sim.broker.brokers import Broker, open_broker
from sim.broker.server_tls import ServerTls
from sim.errors import OfficeError

CONTROL_ROOM = "control-room"
HOST = "127.0.0.1"
# Takes a quarter of a second on an idle machine.
_TIMEOUT_S = 60.0


class TrialOffice:
    """An office with some devices, one broker and the control room; nothing of it is for a real store."""

    def __init__(self, folder: Path, *devices: str) -> None:
        """Make everything in `folder`, within a second. Raises OfficeError."""
        self._office = folder / "office"
        self._folder = folder
        names = (*devices, CONTROL_ROOM)
        requests = [self._request(name) for name in names]
        _run("trial", "--office", str(self._office), "--host", HOST, *map(str, requests))
        for name in names:
            self._identity(name).stage((folder / name / f"{name}.crt").read_bytes())
            self._identity(name).promote()
        broker = self._office / "broker"
        self.tls = ServerTls(broker / "ca.crt", broker / "server.crt", broker / "server.key", broker / "crl.pem")
        """What the broker is made of."""
        self.device_keys = self._office / "devices.jwks.json"
        """What the control room believes devices by."""

    def identity_of(self, device: str) -> Path:
        """The device's folder: device.key, device.crt, ca.crt and control-room.jwks.json."""
        return self._folder / device

    def open_broker(self, prefer: Path | None = None) -> Broker:
        """One that asks for certificates; not yet started. See `sim.broker.brokers.open_broker`."""
        return open_broker(prefer, tls=self.tls, control_room=CONTROL_ROOM)

    @property
    def room_tls(self) -> ssl.SSLContext:
        """The control room's way to the broker."""
        place = self._folder / CONTROL_ROOM
        return client_context(place / "ca.crt", place / "device.crt", place / "device.key")

    @property
    def room_signer(self) -> KeySigner:
        """The control room's own key, for receipts."""
        (key,) = self._office.glob("control-room-*.key")
        return load_signer(key)

    def _request(self, name: str) -> Path:
        place = self._folder / name
        place.mkdir(mode=0o700, parents=True)
        request = place / f"{name}.csr"
        request.write_bytes(make_request(self._identity(name).prepare_key(), name))
        return request

    def _identity(self, name: str) -> IdentityFiles:
        return IdentityFiles(self._folder / name / "device.key", self._folder / name / "device.crt")


def _run(*words: str) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "provisioning", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OfficeError(f"ansim-provision {words[0]}: {error}") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise OfficeError(f"ansim-provision {words[0]}: {lines[-1]}")
