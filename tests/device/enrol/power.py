"""A card whose power is cut before the Nth step, and what is on it afterwards."""

import os
import stat
from pathlib import Path

from drivers.files import Files


class PowerCut(Exception):
    """Nothing more happens."""


class Card(Files):
    """Writes to a real folder, and keeps beside it what has certainly reached the card.

    Models: content lasts from the fsync of its file, names from the fsync of their folder; a name that lasts without
    its content is an empty file. Before that, both may be lost (`lose`) or have reached the card by chance (as it is).
    Does not model: changes that reach the card in another order than they were made, torn sectors of what was synced,
    a card that lies.
    """

    def __init__(self, folder: Path, cut_at: int | None = None) -> None:
        """cut_at: the step before which the power is cut, from 1."""
        self._folder = folder
        self._cut_at = cut_at
        self._content: dict[int, bytes] = {path.stat().st_ino: path.read_bytes() for path in folder.iterdir()}
        self._lasting: dict[Path, tuple[bytes, int]] = {}
        self.steps = 0
        self._names_last()

    def fill(self, descriptor: int, data: bytes) -> None:
        # The number of a file that was removed may come again.
        self._content.pop(os.fstat(descriptor).st_ino, None)
        self._step()
        super().fill(descriptor, data[: len(data) // 2])
        self._step()
        super().fill(descriptor, data[len(data) // 2 :])

    def exchange(self, old: Path, new: Path) -> None:
        self._step()
        super().exchange(old, new)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)

    def sync(self, descriptor: int) -> None:
        self._step()
        super().sync(descriptor)
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            self._names_last()
        else:
            self._content[status.st_ino] = Path(f"/proc/self/fd/{descriptor}").read_bytes()

    def lose(self) -> None:
        """Leave nothing in the folder but what has certainly reached the card."""
        for path in self._folder.iterdir():
            path.unlink()
        for path, (content, mode) in self._lasting.items():
            path.write_bytes(content)
            path.chmod(mode)

    def _names_last(self) -> None:
        self._lasting = {
            path: (self._content.get(path.stat().st_ino, b""), stat.S_IMODE(path.stat().st_mode))
            for path in self._folder.iterdir()
        }

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self._cut_at:
            raise PowerCut
