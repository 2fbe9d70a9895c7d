"""An office, its devices and its control room as they are run: each step is a program of its own."""

import getpass
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import IO, Any, Self

import pytest

from device.logic.envelope import MAX_BYTES
from drivers.certificate_request import make_request
from drivers.clock import SystemClock
from drivers.files import Files
from drivers.jwk import PrivateKey
from drivers.key_making import Algorithm, key_pem, make_key
from drivers.keystore import load_signer
from drivers.mqtt.brokers import Broker as Address
from drivers.mqtt.link import MqttLink
from drivers.mqtt.tls import client_context
from drivers.ports import Post
from provisioning.authority.authority import Authority
from provisioning.broker.config import Setup
from provisioning.clock import now_utc
from provisioning.commands import init
from provisioning.model import Certificate, Plan, Purpose, Site
from provisioning.office import Office
from sim.control_room.device_keys import DeviceKeys
from sim.control_room.ledger import Ledger
from sim.control_room.room import SUBSCRIPTIONS, Room, Seen, make_core
from sim.control_room.verifier import Verifier
from tests.ports import deaf_port

HOST = "127.0.0.1"
ROOM = "control-room"
PASSPHRASE = "correct horse battery staple"
# A program starts within a second; this is for a machine that is busy with other things.
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Said:
    """How a program ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """Of --json."""
        return json.loads(self.out)


def run(module: str, words: Sequence[str | Path], variables: dict[str, str] | None = None) -> Said:
    """`ansim-agent` is the module `device`, `ansim-provision` the module `provisioning`. Nobody is at the terminal."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, words)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env={**os.environ, **(variables or {})},
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def agent(*words: str | Path) -> Said:
    return run("device", words)


class Journal(Condition):
    """The lines of a stream as they come. Close the stream's other end, then `join`."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._stream = stream
        self._reader = Thread(target=self._read, name="journal", daemon=True)
        self._reader.start()

    @property
    def lines(self) -> list[str]:
        with self:
            return list(self._lines)

    def wait_line(self, words: str, times: int = 1) -> str:
        """The line that holds these words, for the so manieth time."""

        def found() -> list[str]:
            return [line for line in self._lines if words in line][times - 1 : times]

        with self:
            is_told = self.wait_for(found, TIMEOUT_S)
            assert is_told, f"{words!r} was not said {times} times: {self._lines}"
            return found()[0]

    def join(self) -> None:
        self._reader.join(TIMEOUT_S)
        self._stream.close()

    def _read(self) -> None:
        for line in self._stream:
            with self:
                self._lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self.notify_all()


class Program:
    """One that goes on until it is told to stop. `journal`: its standard error, and output."""

    def __init__(self, module: str, words: Sequence[str | Path], variables: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(variables or {}), "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        self.journal = Journal(self.process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(TIMEOUT_S)
        self.journal.join()


class Desk:
    """The operator's desk: an office's folder, and devices' folders beside it. Everything is typed as in the manual."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = folder / "office"
        self.est = f"https://{HOST}:{deaf_port()}"
        # On loopback, run by whoever runs the test.
        self.broker = Setup(folder / "broker", (HOST, "localhost"), deaf_port(), HOST, ROOM, getpass.getuser())
        self.passphrase = folder / "passphrase"
        Files().write(self.passphrase, PASSPHRASE.encode(), 0o600)

    @property
    def _variables(self) -> dict[str, str]:
        return {"ANSIM_OFFICE": str(self.office), "ANSIM_PASSPHRASE_FILE": str(self.passphrase)}

    def provision(self, *words: str | Path, status: int = 0) -> Said:
        """AssertionError unless it ends with this status."""
        said = run("provisioning", words, self._variables)
        assert said.status == status, f"{words}: status {said.status}: {said.err}"
        return said

    def init(self) -> None:
        self.provision("init", "--name", "Seoul shelter stores", "--est", self.est)

    def write_broker(self) -> None:
        setup = self.broker
        names = [word for name in setup.names for word in ("--host", name)]
        options = ("--port", str(setup.port), "--bind", HOST, "--user", setup.user)
        self.provision("broker", setup.folder, *names, *options)

    @contextmanager
    def serve(self) -> Iterator[Journal]:
        port = self.est.rpartition(":")[2]
        with Program("provisioning", ("serve", "--host", HOST, "--port", port), self._variables) as service:
            service.journal.wait_line(f"devices enrol at {self.est}; listening on port {port}")
            yield service.journal

    def place(self, device: str) -> Path:
        """Of a device: its configuration, state and identity are there."""
        return self.folder / device

    def config(self, device: str) -> Path:
        return self.place(device) / "agent.toml"

    def identity(self, device: str) -> Path:
        return self.place(device) / "identity"

    def set_up(self, device: str, *options: str | Path) -> Path:
        """A device with nothing but its configuration, in a folder of its own instead of /var/lib/ansim."""
        text = self.provision("config", device, *options).out
        self.identity(device).mkdir(mode=0o700, parents=True)
        config = self.config(device)
        config.write_text(text.replace("/var/lib/ansim", str(self.place(device))), encoding="utf-8")
        return config

    def invite(self, *devices: str) -> dict[str, str]:
        """Device id → label with a token."""
        labels: dict[str, str] = self.provision("enroll", *devices, "--json").value["labels"]
        return labels

    def log(self) -> list[dict[str, str]]:
        """Oldest first."""
        acts: list[dict[str, str]] = self.provision("log", "--json", "--limit", "5000").value
        return acts[::-1]

    # ------------------------------------------------------------ without a visit, by library

    def found(self, age: timedelta) -> Authority:
        """As `init` did it some time ago, with a pass phrase that is quick to try."""
        secret = PASSPHRASE.encode()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(init, "now_utc", lambda: now_utc() - age)
            init.found_office(self.office, "Seoul shelter stores", self.est, ROOM, secret, rounds=1_000).close()
        return Authority.open(self.office, secret)

    def open(self) -> Office:
        """Close it."""
        return Office(self.office, getpass.getuser())

    def plan(self, *devices: str) -> None:
        with self.open() as office:
            office.registry.apply([Plan(Site("seoul-1", "Store"), devices)], now_utc())

    def give(
        self,
        authority: Authority,
        device: str,
        to: str | None = None,
        age: timedelta = timedelta(),
        lifetime: timedelta | None = None,
    ) -> Certificate:
        """The identity of a device, made so long ago, to the device itself, or to another one."""
        at, key = now_utc() - age, make_key(Algorithm.ED25519)
        made = authority.issue(key.public_key(), device, Purpose.DEVICE, at, lifetime=lifetime)
        with self.open() as office:
            office.registry.enrol(made, at, "signed")
            office.publish(now_utc())
        self.put(to or device, key, authority.chain_pem(made))
        return made

    def put(self, device: str, key: PrivateKey, chain: str) -> None:
        """An identity of whatever origin; authorities and the control room's keys are those of the office."""
        place = self.identity(device)
        Files().write(place / "device.key", key_pem(key), 0o600)
        Files().write(place / "device.crt", chain.encode(), 0o644)
        for name in ("ca.crt", "control-room.jwks.json"):
            Files().write(place / name, (self.office / name).read_bytes(), 0o644)

    # ------------------------------------------------------------ the control room

    @property
    def room_folder(self) -> Path:
        return self.folder / "room"

    def request_for_room(self) -> Path:
        """The control room makes the key of its connection to the broker, and asks for a certificate."""
        key = make_key(Algorithm.ED25519)
        self.room_folder.mkdir(mode=0o700)
        Files().write(self.room_folder / "room.key", key_pem(key), 0o600)
        request = self.room_folder / f"{ROOM}.csr"
        request.write_bytes(make_request(key, ROOM))
        return request

    @contextmanager
    def open_room(self, observe: Callable[[Seen], None]) -> Iterator[Room]:
        """Connected when it is given: with its certificate, its signing key, and the devices' keys from the office."""
        place = self.room_folder
        context = client_context(place / "ca.crt", place / f"{ROOM}.crt", place / "room.key")
        (signing_key,) = self.office.glob("control-room-*.key")
        clock = SystemClock()

        def link(post: Post) -> MqttLink:
            at = [Address(HOST, self.broker.port, tls=True)]
            return MqttLink(at, ROOM, SUBSCRIPTIONS, 10, context, post, clock, MAX_BYTES)

        keys = DeviceKeys(self.office / "devices.jwks.json")
        with Ledger(place / "ledger.db") as ledger:
            core = make_core(Verifier(keys.pinned, keys.revoked_utc_ns), ledger, load_signer(signing_key), ROOM)
            with Room(core, link, clock, observe, keys.refresh) as room:
                assert room.wait_connected(TIMEOUT_S)
                yield room
