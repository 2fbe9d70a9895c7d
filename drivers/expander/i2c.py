"""Registers of one chip on an I2C bus, by the kernel's /dev/i2c-N.

By ioctl and not by smbus2. Of its 670 lines only the combined transfer is needed, which it makes without claiming the
chip, and its errors would have to be worded here all the same. ctypes is loaded anyway, for the clock: this costs 35 KB
and no package more on the device; smbus2 costs 88 KB. Both are imported in the same time.
"""

import ctypes
import errno
import os
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path
from typing import Any, Protocol

from drivers.errors import DriverError

# linux/i2c-dev.h and linux/i2c.h. Claiming fails where a driver of the kernel has the chip; a transfer alone would not.
_CLAIM = 0x0703
_TRANSFER = 0x0707
_READ = 0x0001

Ioctl = Callable[[int, int, Any], Any]


class I2cError(DriverError, OSError):
    """A transfer has failed. What was read does not count, what was written may have arrived. Another may go well."""


class I2c(Protocol):
    """One chip on a bus. Blocks for a millisecond as a rule, for a second where the bus hangs. One thread."""

    def read(self, register: int, count: int) -> bytes:
        """So many registers from this one on. Raises I2cError."""
        ...

    def write(self, register: int, data: bytes) -> None:
        """Registers from this one on. Raises I2cError."""
        ...

    def close(self) -> None: ...


class LinuxI2c:
    """An `I2c`. The bus is opened when it is needed, and anew after a failure: an adapter may have been replugged."""

    def __init__(self, bus: int, address: int, path: Path | None = None, ioctl: Ioctl = ioctl) -> None:
        """path, ioctl: in place of /dev/i2c-N and of the kernel."""
        self._path = path or Path(f"/dev/i2c-{bus}")
        self._address = address
        self._ioctl = ioctl
        self._fd: int | None = None

    def read(self, register: int, count: int) -> bytes:
        found = ctypes.create_string_buffer(count)
        # Without a stop in between: another program that uses the chip cannot move its address pointer meanwhile.
        self._transfer((0, ctypes.create_string_buffer(bytes([register]), 1)), (_READ, found))
        return found.raw

    def write(self, register: int, data: bytes) -> None:
        self._transfer((0, ctypes.create_string_buffer(bytes([register]) + data, 1 + len(data))))

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _transfer(self, *parts: tuple[int, "ctypes.Array[ctypes.c_char]"]) -> None:
        messages = (_Message * len(parts))(
            *(_Message(self._address, flags, len(data), ctypes.addressof(data)) for flags, data in parts)
        )
        try:
            self._ioctl(self._opened(), _TRANSFER, _Transfer(ctypes.addressof(messages), len(parts)))
        except OSError as error:
            self.close()
            raise I2cError(error.errno, self._advice(error)) from error

    def _opened(self) -> int:
        if self._fd is None:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            self._ioctl(self._fd, _CLAIM, self._address)
        return self._fd

    def _advice(self, error: OSError) -> str:
        match error.errno:
            case errno.ENOENT:
                return f"there is no {self._path}: switch it on in config.txt (dtparam=i2c_arm=on) and load i2c-dev"
            case errno.EACCES:
                return f"no access to {self._path}: add the user to the group i2c (usermod -aG i2c USER)"
            case errno.EBUSY:
                return f"a driver of the kernel has the chip at {self._address:#x}: take its overlay out of config.txt"
            case errno.ENXIO | errno.EREMOTEIO:
                return f"nothing answers at {self._address:#x}: look at its supply, its wires and its address pins"
            case errno.ETIMEDOUT:
                return "the bus hangs: a chip or a wire holds it down"
            case _:
                return os.strerror(error.errno or 0)


class _Message(ctypes.Structure):
    """`struct i2c_msg`."""

    _fields_ = (
        ("addr", ctypes.c_uint16),
        ("flags", ctypes.c_uint16),
        ("len", ctypes.c_uint16),
        ("buf", ctypes.c_void_p),
    )


class _Transfer(ctypes.Structure):
    """`struct i2c_rdwr_ioctl_data`."""

    _fields_ = (("msgs", ctypes.c_void_p), ("nmsgs", ctypes.c_uint32))
