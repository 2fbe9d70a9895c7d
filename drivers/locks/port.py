"""What a line of lock boards needs of a serial port. Pure: a contract."""

import errno
from typing import Protocol

from drivers.errors import DriverError

_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM})


class PortError(DriverError):
    """The port cannot be had, or is lost. `why` is for people."""

    def __init__(self, why: str, *, left_bytes: int = 0, number: int | None = None) -> None:
        """left_bytes: how many of those to be written may have left. number: the kernel's, as in `errno`, where it is
        the kernel that says so; EBUSY where another program has it.
        """
        super().__init__(why)
        self.why = why
        self.left_bytes = left_bytes
        self.number = number

    @property
    def is_forbidden(self) -> bool:
        """Only a person can change it."""
        return self.number in _FORBIDDEN


class Port(Protocol):
    """A serial port, 8N1. No call waits. One thread. Opened and closed again and again in its life."""

    def open(self) -> None:
        """For this program alone, with nothing kept from before. Raises PortError."""

    def write(self, data: bytes) -> None:
        """Hand over the whole of it. Raises PortError, with `left_bytes`, if the port does not take it."""

    def read(self) -> bytes:
        """What has arrived since, empty if nothing has. Raises PortError when the port has gone."""

    def close(self) -> None:
        """Drop what was not sent and what was not read. Does nothing if it is closed. Raises nothing."""
