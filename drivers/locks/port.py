"""What a line of lock boards needs of a serial port. Pure: a contract."""

from typing import Protocol

from drivers.errors import DriverError


class PortError(DriverError):
    """The port cannot be had, or is lost. `why` is for people."""

    def __init__(self, why: str, *, is_forbidden: bool = False, left_bytes: int = 0, number: int | None = None) -> None:
        """is_forbidden: only a person can change it. left_bytes: how many of those to be written may have left.
        number: the kernel's, as in `errno`, where it is the kernel that says so; EBUSY where another program has it.
        """
        super().__init__(why)
        self.why = why
        self.is_forbidden = is_forbidden
        self.left_bytes = left_bytes
        self.number = number


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
