"""What stands in the way of a run before its first door: each is one line, told at the start."""

import errno
import io
import sys
from pathlib import Path

from device.commission.words import Words
from drivers.locks.port import PortError

# A port whose adapter was pulled out while it was opened says one of the others.
_GONE = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO})


def of_terminal(words: Words) -> str | None:
    """Why nobody could read or answer; None if somebody can."""
    # Python has None where the stream was closed before the start. In English: the other language may be what fails.
    if sys.stdin is None:
        return "standard input is closed, and nobody can answer: run it at a terminal"
    if sys.stdout is None:
        return "standard output is closed, and nobody can read it: run it at a terminal"
    try:
        words.stopped.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return f"this terminal writes {sys.stdout.encoding}, which has no Korean: LC_ALL=C.UTF-8, or --lang en"
    if isinstance(sys.stdout, io.TextIOWrapper):
        # The name of a file may still hold what it cannot show.
        sys.stdout.reconfigure(errors="backslashreplace")
    return None


def check_files(*paths: Path) -> None:
    """Raises OSError for one that cannot become a file: found now, and not after the last door."""
    for path in paths:
        if path.exists() and not path.is_file():
            raise FileExistsError(errno.EEXIST, "not a regular file; take it away", str(path))


def of_port(words: Words, bus: str, port: Path, error: PortError) -> str:
    """Why a line of lock boards cannot be had, and what to do."""
    if error.number in _GONE:
        return words.unplugged.format(bus=bus, port=port)
    if error.is_forbidden:
        return words.forbidden.format(bus=bus, port=port, group=_group_of(port))
    if error.number == errno.EBUSY:
        return words.taken.format(bus=bus, port=port)
    return f"{bus}: {port}: {error.why}"


def _group_of(port: Path) -> str:
    try:
        return port.group()
    except (OSError, KeyError):
        return "dialout"
