"""Files that nobody else could have read or changed.

What is checked is the file that was opened, not its name: nothing can be exchanged between the check and the reading.
"""

import errno
import os
import stat
from pathlib import Path

from drivers.errors import KeyFileError

SECRET = 0o077
"""Permission bits that a secret may not have: any for the group and others."""
TRUSTED = 0o022
"""Permission bits that what is believed may not have: writing for the group and others."""
PUBLIC = 0o000
"""Nothing is forbidden."""


def read_guarded(path: str | Path, max_bytes: int, forbidden: int) -> bytes:
    """The content of a regular file without the `forbidden` permission bits. Raises KeyFileError, one line."""
    try:
        # A link at the end of the name would let its owner choose the file; without O_NONBLOCK a FIFO would hang us.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        raise KeyFileError(f"{path}: {_why(error)}") from None
    except ValueError:
        raise KeyFileError(f"{str(path)!r}: not a file name") from None
    try:
        _check_file(path, os.fstat(descriptor), forbidden)
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(max_bytes + 1)
    except KeyFileError:
        raise
    except OSError as error:
        raise KeyFileError(f"{path}: {_why(error)}") from None
    finally:
        os.close(descriptor)
    if len(data) > max_bytes:
        raise KeyFileError(f"{path}: too big; at most {max_bytes} bytes are allowed")
    return data


def _check_file(path: str | Path, status: os.stat_result, forbidden: int) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileError(f"{path}: not a regular file")
    if mode & forbidden:
        what = "others can read or change it" if forbidden == SECRET else "others can change it"
        raise KeyFileError(f"{path}: {what}: mode {mode:04o}, allowed is {mode & ~forbidden:04o}")
    if forbidden and status.st_uid not in {os.geteuid(), 0}:
        raise KeyFileError(f"{path}: belongs to user {status.st_uid}; allowed are user {os.geteuid()} and root")


def _why(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "missing"
    if error.errno == errno.ELOOP:
        return "a symbolic link; allowed is a regular file"
    return f"cannot be read: {error.strerror}"
