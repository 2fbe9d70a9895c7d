"""Somebody at the command line: types a command, reads what it says, and looks at what it has changed."""

import json
import logging
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from drivers.jwk import PrivateKey
from provisioning.cli import main
from provisioning.clock import now_utc
from provisioning.commands.init import found_office
from provisioning.model import Broker, Plan, Reason, Site
from provisioning.office import Office

EST = "https://enrol.example:8443"
SECRET = "문이 열리면 닫는다".encode()
# The pass phrase of a test protects nothing.
FEW_ROUNDS = 1000
SIGNERS = ("sign", "serve", "broker", "revoke", "retire", "crl", "init")

PLANS = (
    Plan(Site("store-0001", "한빛편의점 마포 1호점", "서울특별시 마포구 월드컵로 1", "마포구"), ("store-0001",)),
    Plan(Site("store-0002", "Short", "", "중구"), ("store-0002", "store-0002-b")),
    Plan(Site("store-0003", "새벽24 종로", "", "종로구", 37.573, 126.979), ("store-0003",)),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command left on the terminal."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> object:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Counter:
    """`folder` holds the office and whatever the test lays there."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def office(self) -> Path:
        return self.folder / "office"

    def type(self, line: str | tuple[str, ...], *more: str) -> Answer:
        """A command in this office; `{here}` is the folder, and who signs is given the pass phrase."""
        command, *rest = line.split() if isinstance(line, str) else line
        words = [command, *(word.replace("{here}", str(self.folder)) for word in (*rest, *more))]
        if "--office" not in words:
            words += ["--office", str(self.office)]
        if command in SIGNERS and "--passphrase-file" not in words:
            words += ["--passphrase-file", str(self.folder / "passphrase")]
        return self.say(words)

    def say(self, words: list[str]) -> Answer:
        """Exactly these words."""
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        try:
            status = main(words)
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 1
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
        out, err = self.capsys.readouterr()
        return Answer(status, out, err)

    def open(self) -> Office:
        return Office(self.office, "test")

    def lay(self, name: str, data: bytes | str, mode: int = 0o600) -> Path:
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        path.chmod(mode)
        return path

    def lay_request(self, device: str, name: str = "", folder: str = ".") -> PrivateKey:
        key = Ed25519PrivateKey.generate()
        (self.folder / folder).mkdir(exist_ok=True)
        self.lay(f"{folder}/{name or device}.csr", request_of(key, device))
        return key

    def lay_public_key(self, name: str) -> None:
        key = Ed25519PrivateKey.generate().public_key()
        self.lay(name, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def revoke(self, device: str) -> None:
        with self.open() as office:
            office.registry.revoke(device, Reason.KEY_COMPROMISE, now_utc())

    def add_broker(self, broker: Broker) -> None:
        with self.open() as office:
            office.registry.put_broker(broker, now_utc())

    def snapshot(self) -> dict[str, object]:
        """All files of the folder, and all that the registry knows."""
        found: dict[str, object] = {}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.name.startswith("registry.db-"):
                is_registry = path.name == "registry.db" and path.read_bytes().startswith(b"SQLite format 3")
                found[str(path)] = _dump(path) if is_registry else path.read_bytes()
        return found


@dataclass(frozen=True, slots=True)
class Bad:
    """A command that has to fail, and how. `before`: prepares the folder."""

    line: str | tuple[str, ...]
    status: int
    says: str
    before: Callable[[Counter], object] | None = None

    @property
    def name(self) -> str:
        return self.line if isinstance(self.line, str) else " ".join(self.line)


def check_refused(counter: Counter, bad: Bad) -> None:
    """One line, the documented status, nothing printed, nothing changed."""
    if bad.before is not None:
        bad.before(counter)
    before = counter.snapshot()

    answer = counter.type(bad.line)

    assert answer.err.count("\n") == 1, answer.err
    assert "Traceback" not in answer.err
    assert bad.says in answer.err
    assert len(answer.err) < 600
    assert (answer.status, answer.out) == (bad.status, "")
    assert counter.snapshot() == before


def make_office(folder: Path) -> None:
    """With three sites and no broker."""
    with found_office(folder, "Seoul stores", EST, "control-room", SECRET, rounds=FEW_ROUNDS) as office:
        office.registry.apply(PLANS, now_utc())


def copy_office(made: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> Counter:
    shutil.copytree(made, folder / "office")
    counter = Counter(folder, capsys)
    counter.lay("passphrase", SECRET + b"\n")
    return counter


def request_of(key: PrivateKey, device: str) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(key, None).public_bytes(Encoding.PEM)


def _dump(path: Path) -> tuple[str, ...]:
    with closing(sqlite3.connect(path)) as database:
        try:
            return tuple(database.iterdump())
        except sqlite3.DatabaseError as error:
            return (str(error),)
