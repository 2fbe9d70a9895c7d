"""Files that are whole or not there, whenever the power is cut.

One method per step, so that a test can cut the power between any two.
"""

import os
from pathlib import Path

_SUFFIX = ".part"


class Files:
    """Durable changes of single files: they have reached the disk when a method returns. OSError as the system says."""

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Create or replace a file. It has `mode` from the moment it exists; readers see the old or the new content."""
        part = path.with_name(path.name + _SUFFIX)
        try:
            self.create(part, data, mode)
            self.rename(part, path)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def create(self, path: Path, data: bytes, mode: int) -> None:
        """Write a new file; what was left there by a power cut goes first. Its name lasts only after a rename."""
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        try:
            # The umask may have taken bits away that others need.
            os.fchmod(descriptor, mode)
            self.fill(descriptor, data)
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """Both names are in one folder."""
        self.exchange(old, new)
        self.sync_folder(new.parent)

    def remove(self, path: Path) -> None:
        """A file that is not there is no error."""
        path.unlink(missing_ok=True)
        self.sync_folder(path.parent)

    def confirm(self, path: Path) -> None:
        """Content and name of a file that is there reach the disk, if whoever wrote it was killed before they had."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)
        self.sync_folder(path.parent)

    def fill(self, descriptor: int, data: bytes) -> None:
        """Into a new file; not yet durable."""
        with open(descriptor, "wb", closefd=False) as file:
            file.write(data)

    def exchange(self, old: Path, new: Path) -> None:
        """One name for another; not yet durable."""
        old.rename(new)

    def sync(self, descriptor: int) -> None:
        """The content of an open file survives a power cut."""
        os.fsync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """What was renamed or removed in it survives a power cut."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)
