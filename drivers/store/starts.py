"""The start counter: the half of an epoch that makes epochs sort by time. Implements docs/protocol.md, "Names".

It lives in a file of its own beside the database, so that losing either does not make epochs go back.
"""

import errno
import os
import re
import zlib
from pathlib import Path

FILE_NAME = "starts"
UNKNOWN = 0xFFFFFFFF
"""Stands for the count of a run whose start could not be made durable."""

_TEXT = re.compile(r"([0-9]{1,10}) ([0-9a-f]{8})\n?")
_RANDOM = re.compile(r"[0-9a-f]{8}")
# Far more than any file of ours; a longer one is not read into memory.
_MAX_BYTES = 64


def epoch_of(count: int, random_hex: str) -> str:
    """16 hex digits: the count, then `random_hex`. ValueError unless that is 8 lower-case hex digits."""
    if not _RANDOM.fullmatch(random_hex):
        raise ValueError("random_hex must be 8 lower-case hex digits")
    return f"{count:08x}{random_hex}"


def encode(count: int) -> str:
    """The count with a checksum: a flipped bit must not throw the counter far ahead."""
    return f"{count} {zlib.crc32(str(count).encode()):08x}"


def decode(text: str) -> int | None:
    """The count; None if the text is not what `encode` made or leaves no room for another start."""
    match = _TEXT.fullmatch(text)
    if match is None or int(match[2], 16) != zlib.crc32(match[1].encode()):
        return None
    count = int(match[1])
    return count if count < UNKNOWN - 1 else None


def read(folder: Path) -> int | None:
    """The count in the file; None if there is none or it cannot be read or believed."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            return decode(file.read(_MAX_BYTES).decode("ascii", "replace"))
    except OSError:
        return None


def write(folder: Path, count: int) -> None:
    """Replace the file: old or new after a power cut, never half. Raises OSError."""
    new = folder / f"{FILE_NAME}.new"
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        text = f"{encode(count)}\n".encode()
        if os.write(handle, text) != len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(new))
        os.fsync(handle)
    finally:
        os.close(handle)
    new.replace(folder / FILE_NAME)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make names created, renamed or removed in a folder survive a power cut. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
