"""The end of a line that a serial port opens: the master of a real pty, behind a path that comes and goes."""

import fcntl
import os
import select
import struct
import termios
import tty
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from sim.locks.line import Line

_CHUNK_BYTES = 4_096


class PtyLine:
    """Plugged in from the start, at `path`. What goes through it is the same in both kinds of time:

    virtual    call `pump` after whoever has the port open had its turn; `delivered` tells that there is something to
               read for it. No byte is ever on its way between two calls: asking Linux whether a pty can be read waits
               for what the kernel still has in hand (n_tty_poll, tty_buffer_flush_work).
    real       a `PtyThread` waits for the port instead.

    Speed and parity that the port is given mean nothing. What nobody reads is kept for whoever opens it next, up to
    the 4 KB of the kernel, and then lost.
    """

    def __init__(self, line: Line, path: Path, delivered: Callable[[], None] | None = None) -> None:
        """path: of the symbolic link, in a folder that exists. Raises OSError."""
        self.line = line
        self.path = path
        self._delivered = delivered
        self._lock = Lock()
        self._ends: tuple[int, int] | None = None
        self.plugged: Callable[[], None] | None = None
        """Called after the adapter was plugged in or out. Set by whoever reads on a thread of its own."""
        line.deliver = self._give
        self.plug_in()

    @property
    def is_plugged_in(self) -> bool:
        return self._ends is not None

    def fileno(self) -> int | None:
        """Can be read when something was written; None while it is unplugged."""
        ends = self._ends
        return None if ends is None else ends[0]

    def plug_in(self) -> None:
        """Nothing if it is. Raises OSError."""
        with self._lock:
            if self._ends is not None:
                return
            master, slave = os.openpty()
            # The own end of the slave keeps the line up while nobody has it open, and is what waits for the kernel.
            tty.setraw(slave)
            os.set_blocking(master, False)
            self._ends = master, slave
            self._waiting = select.poll()
            self._waiting.register(slave, select.POLLIN)
            self.path.symlink_to(os.ttyname(slave))
        self._tell()

    def unplug(self) -> None:
        """Nothing if it is. Whoever has it open reads that it has ended and cannot write (EIO); the path is gone."""
        with self._lock:
            ends, self._ends = self._ends, None
            if ends is not None:
                self.path.unlink(missing_ok=True)
                for end in ends:
                    os.close(end)
        self._tell()

    close = unplug

    def pump(self) -> None:
        """Put on the line what was written."""
        data = self.take()
        if data:
            self.line.host_sends(data)

    def take(self) -> bytes:
        """What was written since; empty if nothing was. Never waits for anybody."""
        with self._lock:
            if self._ends is None:
                return b""
            try:
                return os.read(self._ends[0], _CHUNK_BYTES)
            except BlockingIOError:
                return b""

    def _give(self, data: bytes) -> None:
        with self._lock:
            if self._ends is None:
                return
            master, slave = self._ends
            before = _unread(slave)
            try:
                written = os.write(master, data)
            except BlockingIOError:
                return
            # With something unread before, poll answers at once; then the kernel is asked until it has counted all. In
            # real time somebody may read meanwhile, and wakes up by itself.
            self._waiting.poll(0)
            while before and self.plugged is None and _unread(slave) < min(before + written, _CHUNK_BYTES - 1):
                os.sched_yield()
        if self._delivered is not None:
            self._delivered()

    def _tell(self) -> None:
        if self.plugged is not None:
            self.plugged()


def _unread(slave: int) -> int:
    count: int = struct.unpack("i", fcntl.ioctl(slave, termios.FIONREAD, b"\0\0\0\0"))[0]
    return count
