"""A real pty: the port at its path, boards at the other end."""

import os
import select
import tty
from pathlib import Path

from drivers.lockbus.serial_port import SerialPort

_CHUNK_BYTES = 4_096


class PtyWire:
    """For `Rig`: nothing is under way between two calls, since asking a pty what it has waits for the kernel."""

    def __init__(self, path: Path, baud: int = 9_600) -> None:
        """path: of the symbolic link under which the port is found."""
        self.path = path
        self.port = SerialPort(str(path), baud)
        self.master = -1
        self.slave = -1
        self.plug_in()

    def plug_in(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.path.symlink_to(os.ttyname(self.slave))

    def unplug(self) -> None:
        if self.master < 0:
            return
        self.path.unlink()
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    def close(self) -> None:
        self.port.close()
        self.unplug()

    def take(self) -> bytes:
        if self.master < 0 or not _is_readable(self.master):
            return b""
        return os.read(self.master, _CHUNK_BYTES)

    def give(self, data: bytes) -> None:
        if self.master >= 0:
            os.write(self.master, data)
            _is_readable(self.slave)


def _is_readable(fd: int) -> bool:
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(0))
