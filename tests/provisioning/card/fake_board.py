"""A board whose power can be cut before any command that the script runs."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Self

SCRIPT = Path("provisioning/card/first-boot.sh")

CONFIG = "dtparam=audio=on\ndtoverlay=vc4-kms-v3d\n[cm4]\notg_mode=1\n"

_COUNT = """#!/bin/sh
read -r number <"$BOARD/count"
number=$((number + 1))
echo "$number" >"$BOARD/count"
if [ "$number" = "$CUT" ]; then
    {half}
    kill -9 "$PPID"
    exit 1
fi
"""

# What a command leaves behind that loses power in the middle.
_HALF = {
    "cp": 'for last; do :; done; echo half >"$last"',
    "python3": 'if [ "$2" = venv ]; then mkdir -p "$3/bin"; fi',
    "venv-python": 'echo half >"${0%/bin/*}/half"',
}

_REAL = ("cat", "chmod", "cp", "grep", "mkdir", "mv", "rm", "sed", "sha256sum", "sync", "touch")

_FAKES = {
    "chown": ":",
    "systemd-sysusers": 'cp "$1" "$ANSIM_ROOT/users"',
    "systemctl": """
echo "$*" >>"$BOARD/told"
verb=$1
shift
for unit; do
    case $verb in
        enable) mkdir -p "$ANSIM_ROOT/enabled" && : >"$ANSIM_ROOT/enabled/$unit" ;;
        disable) rm -f "$ANSIM_ROOT/enabled/$unit" ;;
    esac
done""",
    "dpkg": 'echo "dpkg $*" >>"$BOARD/told"',
    "apt-get": 'echo "apt-get $*" >>"$BOARD/told"; : >"$BOARD/ensurepip"',
    "python3": """
case $2 in
    venv) mkdir -p "$3/bin" && cp "$BOARD/bin/venv-python" "$3/bin/python" ;;
    *) [ -e "$BOARD/ensurepip" ] ;;
esac""",
    "venv-python": """
echo "$*" >>"$BOARD/told"
[ ! -e "$BOARD/no-network" ] || exit 1
for last; do :; done
cp "$last" "${0%/bin/*}" """,
}


class FakeBoard:
    """Its disk is `root`, with a card's folder in the boot partition."""

    def __init__(self, folder: Path, card: Path, cmdline: str | None = None) -> None:
        self._folder = folder
        shutil.copytree(card, self.boot)
        (self.boot / "config.txt").write_text(CONFIG)
        for path in self.boot.rglob("*"):
            # As FAT shows everything.
            path.chmod(0o755)
        if cmdline is not None:
            (self.boot / "cmdline.txt").write_text(cmdline)
        (folder / "bin").mkdir()
        (folder / "ensurepip").touch()
        for name in _REAL:
            self._command(name, f'exec {shutil.which(name)} "$@"')
        for name, body in _FAKES.items():
            # A fake's own commands are not counted.
            self._command(name, f"PATH={os.environ['PATH']}\n{body}")

    def run(self, *arguments: str, cut: int = 0) -> int:
        """Run the script; `cut`: the number of the command before which the power goes, from 1. Returns its status."""
        (self._folder / "count").write_text("0\n")
        environment: Mapping[str, str] = {
            "PATH": str(self._folder / "bin"),
            "ANSIM_ROOT": str(self.root),
            "BOARD": str(self._folder),
            "CUT": str(cut),
        }
        done = subprocess.run(
            ["/bin/sh", SCRIPT.absolute(), *arguments],
            env=environment,
            capture_output=True,
            check=False,
            timeout=60,
        )
        self.said = done.stdout.decode() + done.stderr.decode()
        return done.returncode

    def twin(self, folder: Path) -> Self:
        """Another board that is as this one is now."""
        shutil.copytree(self._folder, folder, symlinks=True)
        twin = copy(self)
        twin._folder = folder
        return twin

    @property
    def root(self) -> Path:
        return self._folder / "root"

    @property
    def boot(self) -> Path:
        return self.root / "boot/firmware"

    @property
    def commands(self) -> int:
        """How many the last run began."""
        return int((self._folder / "count").read_text())

    @property
    def told(self) -> list[str]:
        """What systemctl, pip and apt were told, in order."""
        path = self._folder / "told"
        return path.read_text().splitlines() if path.exists() else []

    def lose(self, name: str) -> None:
        (self._folder / name).unlink()

    def have(self, name: str) -> None:
        (self._folder / name).touch()

    def disk(self) -> dict[str, tuple[int, bytes]]:
        """Every path with its mode and, of a file, its content."""
        return {
            str(path.relative_to(self.root)): (
                path.stat().st_mode,
                path.read_bytes().replace(bytes(self._folder), b"") if path.is_file() else b"",
            )
            for path in sorted(self.root.rglob("*"))
        }

    def _command(self, name: str, body: str) -> None:
        path = self._folder / "bin" / name
        path.write_text(_COUNT.format(half=_HALF.get(name, ":")) + body + "\n")
        path.chmod(0o755)
