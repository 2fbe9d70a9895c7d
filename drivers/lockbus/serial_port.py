"""A serial port for one line of lock boards, on pyserial. Implements `drivers.locks.port.Port`.

pyserial opens and sets the port; bytes go past it: its `write` tries for ever where a port takes nothing, and its
`read` knows no descriptor beyond 1023.
"""

import errno
import fcntl
import os
import select
import termios

from serial import Serial

from drivers.locks.port import PortError

_CHUNK_BYTES = 4_096
# The numbers that Linux gives to the ends of its pseudo-terminals (Documentation/admin-guide/devices.txt).
_PTY_MAJORS = range(136, 144)


class SerialPort:
    """One thread. Nobody else can open the port meanwhile: other programs hear EBUSY.

    Two locks: the kernel's own (TIOCEXCL) holds off every program but those of root, and flock those that ask for it,
    as pyserial does.
    """

    def __init__(self, path: str, baud: int) -> None:
        """Opens nothing yet. `path` may be a symbolic link, which is followed anew with every opening."""
        self._path = path
        self._baud = baud
        self._serial: Serial | None = None
        self._readable = select.poll()

    def fileno(self) -> int | None:
        """To wait for: it can be read when something has arrived, or the port has gone. None while it is closed."""
        return None if self._serial is None else self._serial.fileno()

    def open(self) -> None:
        self.close()
        try:
            self._serial = Serial(self._path, self._baud, timeout=0, exclusive=True)
            fd = self._serial.fileno()
            if not _is_pty(fd):
                fcntl.ioctl(fd, termios.TIOCEXCL)
        except (OSError, termios.error, ValueError) as error:
            self.close()
            raise _port_error(error) from error
        self._readable = select.poll()
        self._readable.register(fd, select.POLLIN)

    def write(self, data: bytes) -> None:
        fd = self._fd()
        try:
            written = os.write(fd, data)
        except BlockingIOError:
            written = 0
        except OSError as error:
            raise _port_error(error) from error
        if written < len(data):
            raise PortError("the port takes nothing more", left_bytes=written)

    def read(self) -> bytes:
        fd = self._fd()
        try:
            # Without data, reading a port and reading one that has gone look the same: empty.
            if not self._readable.poll(0):
                return b""
            data = os.read(fd, _CHUNK_BYTES)
        except OSError as error:
            raise _port_error(error) from error
        if not data:
            raise PortError(_named(errno.EIO), number=errno.EIO)
        return data

    def close(self) -> None:
        port, self._serial = self._serial, None
        if port is None:
            return
        try:
            # What the adapter would not take must not be waited for, nor be sent to whoever opens the port next.
            termios.tcflush(port.fileno(), termios.TCIOFLUSH)
            fcntl.ioctl(port.fileno(), termios.TIOCNXCL)
        except (OSError, termios.error):  # it has gone
            pass
        port.close()

    def _fd(self) -> int:
        if self._serial is None:
            raise PortError("the port is closed")
        fd: int = self._serial.fileno()
        return fd


def _is_pty(fd: int) -> bool:
    """Of those the kernel keeps the lock of a program that was killed until the other end closes, too."""
    return os.major(os.fstat(fd).st_rdev) in _PTY_MAJORS


def _port_error(error: Exception) -> PortError:
    number = error.errno if isinstance(error, OSError) else None
    if number is None and error.args and isinstance(error.args[0], int):
        number = error.args[0]
    if number is None:
        return PortError(str(error))
    # What flock says to the second that comes.
    number = errno.EBUSY if number == errno.EAGAIN else number
    return PortError(_named(number), number=number)


def _named(number: int) -> str:
    return f"{errno.errorcode.get(number, number)}: {os.strerror(number)}"
