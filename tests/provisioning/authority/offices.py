"""Authorities for tests, and the `openssl` program as the second opinion on them."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from drivers.key_making import Algorithm
from provisioning.authority.authority import Authority
from tests.conftest import external

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PASSPHRASE = "문이 열리면 닫는다".encode()
# The pass phrase of a test protects nothing.
FEW_ROUNDS = 1000


def make_authority(folder: Path, algorithm: Algorithm, now: datetime = NOW) -> Authority:
    folder.mkdir(exist_ok=True)
    return Authority.create(folder, "Ansim Mapo", PASSPHRASE, now, algorithm, FEW_ROUNDS)


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run it to its end, whatever it says. The pass phrase is in the environment as PASSPHRASE."""
    program = external(shutil.which("openssl"), "apt install openssl")
    environ = {"PASSPHRASE": PASSPHRASE.decode(), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, timeout=60, env=environ, encoding="utf-8"
    )
