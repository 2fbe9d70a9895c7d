"""An office with the stores of a chain in Seoul, as `ansim-provision init` and `import` make it, and its service."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.process import Process
from drivers.files import Files
from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.clock import now_utc
from provisioning.commands.init import found_office
from provisioning.model import Purpose
from provisioning.sites_csv import read_sites
from tests.ports import deaf_port
from tests.provisioning.seoul import seoul_csv

HOST = "127.0.0.1"
SITES = 938
SEED = 3
PROGRAM = Path(sys.executable).with_name("ansim-provision")

_SECRET = b"a pass phrase that protects nothing"
# It is stretched once, when the service starts: not what is measured.
_ROUNDS = 1_000


class HeadOffice(AbstractContextManager["HeadOffice"]):
    """A context manager. Every site is planned; no device is enrolled until all are."""

    def __init__(self, folder: Path) -> None:
        """folder: a new one."""
        self.folder = folder
        self.port = deaf_port()
        self.est = f"https://{HOST}:{self.port}"
        self.office = found_office(folder, "Bench", self.est, "control-room", _SECRET, rounds=_ROUNDS)
        self.registry = self.office.registry
        self.registry.apply(read_sites(seoul_csv(SITES, 0, SEED), "seoul.csv").plans, now_utc())
        self.devices = [device.id for device in self.registry.devices()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.office.close()

    def unlock(self) -> Authority:
        return self.office.unlock(_SECRET)

    def enrol_all(self) -> None:
        """As they would be after the roll-out; nobody has their keys."""
        authority, now = self.unlock(), now_utc()
        for device in self.devices:
            public_key = make_key(Algorithm.ED25519).public_key()
            self.registry.enrol(authority.issue(public_key, device, Purpose.DEVICE, now), now, "enrol")
        self.office.publish(now)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """The service, as a program of its own."""
        secret = self.folder / "passphrase"
        Files().write(secret, _SECRET, 0o600)
        options = ("--host", HOST, "--port", str(self.port), "--passphrase-file", secret)
        with Process((PROGRAM, "serve", "--office", self.folder, *options), {}) as service:
            service.said_after_s("listening on port")
            yield
