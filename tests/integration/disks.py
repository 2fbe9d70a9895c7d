"""Disks that a board can be given: one that is too small, and one that may not be written, as far as a kernel allows.

Each is the beginning of a command line, for sim.board.remote.start_alone.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sim.board.remote import Running, start_alone

TINY_BYTES = 2 * 1024 * 1024
_MOUNT = f'mount -t tmpfs -o size={TINY_BYTES},mode=700 tmpfs "$1" && shift && exec "$@"'


def can_mount(folder: Path) -> bool:
    """Whether this machine lets us mount something that only our own child sees: not in every container."""
    if shutil.which("unshare") is None:
        return False
    trial = [*_tiny(folder), "true"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def on_tiny_disk(folder: Path, options: Sequence[str]) -> Running:
    """A board to which `folder` is a file system of TINY_BYTES. Ask `can_mount` first."""
    return start_alone(options, _tiny(folder))


def with_read_only(folder: Path, options: Sequence[str]) -> Running:
    """A board that may not write into `folder`: root, too, until `make_writable`."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o500)
    # Root writes wherever it likes by these two rights; without them a mode means something.
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    return start_alone(options, bound)


def make_writable(folder: Path) -> None:
    folder.chmod(0o700)


def fill(board_pid: int, folder: Path) -> None:
    """Leave no room on a tiny disk, seen as the board sees it."""
    seen = Path(f"/proc/{board_pid}/root{folder}")
    with (seen / "somebody-elses-log").open("ab", buffering=0) as file:
        for size_bytes in (65_536, 4_096, 1):
            try:
                while file.write(bytes(size_bytes)) == size_bytes:
                    pass
            except OSError:
                continue


def _tiny(folder: Path) -> list[str]:
    # Without root rights a user name space lends them, where the kernel is set to allow it.
    names = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    return [*names, "sh", "-c", _MOUNT, "sh", str(folder)]
