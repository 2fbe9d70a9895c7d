"""A Mosquitto that runs with a folder as it was written."""

import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from drivers.key_making import Algorithm, make_key
from drivers.keystore import KeySigner
from provisioning.authority.authority import Authority
from provisioning.broker.config import Setup
from provisioning.model import Certificate, Purpose
from tests.fixtures_broker import installed_mosquitto
from tests.mqtt_client import TIMEOUT_S, V5, TestClient
from tests.pki import Identity
from tests.provisioning.broker.office import now

_POLL_S = 0.005


class RunningBroker:
    """One process. `close` it."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._log = setup.folder / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [installed_mosquitto(), "-c", setup.folder / "mosquitto.conf"], stdout=log, stderr=log
            )
        self.wait_for(" running")

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for(self, words: str, times: int = 1) -> None:
        """Until it has said so."""
        end_s = time.monotonic() + TIMEOUT_S
        while self.log().count(words) < times:
            try:
                self.process.wait(_POLL_S)
            except subprocess.TimeoutExpired:
                pass
            else:
                pytest.fail(f"the broker has ended: {self.log()}")
            if time.monotonic() > end_s:
                pytest.fail(f"the broker did not say {words!r}: {self.log()}")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(TIMEOUT_S)


@contextmanager
def running(setup: Setup) -> Iterator[RunningBroker]:
    broker = RunningBroker(setup)
    try:
        yield broker
    finally:
        broker.close()


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate with its key, in files as a device has them."""

    certificate: Certificate
    identity: Identity
    signer: KeySigner


class Wallet:
    """Makes certificates, and connections with them."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._authority = authority
        self.ca = folder / "ca.crt"
        self.ca.write_text(authority.ca_pem)

    def make(
        self,
        cn: str,
        purpose: Purpose = Purpose.DEVICE,
        algorithm: Algorithm = Algorithm.ED25519,
        *,
        at: datetime | None = None,
        lifetime: timedelta | None = None,
    ) -> Proof:
        key = make_key(algorithm)
        certificate = self._authority.issue(key.public_key(), cn, purpose, at or now(), lifetime=lifetime)
        path = self._folder / f"{certificate.serial}.key"
        path.touch(0o600)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        chain = path.with_suffix(".crt")
        chain.write_text(self._authority.chain_pem(certificate))
        return Proof(certificate, Identity(cn, path, chain), KeySigner(key))

    def context(self, identity: Identity | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.ca))
        if identity is not None:
            context.load_cert_chain(identity.certificate, identity.key)
        return context

    def connect(
        self,
        setup: Setup,
        identity: Identity | None,
        *,
        client_id: str | None = None,
        clean: bool = True,
        will: tuple[str, bytes] | None = None,
    ) -> TestClient:
        """In the name of the identity, or in another one."""
        name = client_id or (identity.name if identity is not None else "nobody")
        tls = self.context(identity)
        return TestClient(setup.port, name, version=V5, tls=tls, user=name, clean=clean, will=will, keepalive_s=5)
