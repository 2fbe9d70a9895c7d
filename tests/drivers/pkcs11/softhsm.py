"""Tokens in software, made with the tools that an operator uses."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import external

INSTALL = "apt install softhsm2 opensc"
PIN = "271828"
_SO_PIN = "31415926"
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


class SoftHsm:
    """A folder of tokens. The library reads SOFTHSM2_CONF when it is initialised."""

    def __init__(self, folder: Path) -> None:
        found = next((path for path in _MODULES if Path(path).exists()), None)
        self.module = Path(external(found, INSTALL))
        self._util = external(shutil.which("softhsm2-util"), INSTALL)
        self._tool = external(shutil.which("pkcs11-tool"), INSTALL)
        self.conf = folder / "softhsm2.conf"
        (folder / "tokens").mkdir(mode=0o700)
        self.conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.pin_file = write_pin(folder / "pin", PIN)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While this lasts, the library finds these tokens."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOFTHSM2_CONF", str(self.conf))
            yield

    def make_token(self, label: str) -> None:
        self._run(self._util, "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", _SO_PIN)

    def make_key(self, token: str, label: str, key_id: str = "01", kind: str = "EC:prime256v1") -> None:
        self.tool(token, "--keypairgen", "--key-type", kind, "--label", label, "--id", key_id, "--sensitive")

    def tool(self, token: str, *arguments: str) -> str:
        """`pkcs11-tool`, logged in."""
        login = ("--module", str(self.module), "--token-label", token, "--login", "--pin", PIN)
        return self._run(self._tool, *login, *arguments)

    def uri(self, token: str, label: str = "device", pin_file: Path | None = None, names: str = "") -> str:
        place = f"module-path={self.module}&pin-source=file:{pin_file or self.pin_file}"
        return f"pkcs11:token={token};object={label}{names}?{place}"

    def _run(self, *command: str) -> str:
        environment = {**os.environ, "SOFTHSM2_CONF": str(self.conf)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def write_pin(path: Path, pin: str, mode: int = 0o600) -> Path:
    path.write_text(f"{pin}\n")
    path.chmod(mode)
    return path
