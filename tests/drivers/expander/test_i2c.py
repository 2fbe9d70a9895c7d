"""The kernel's side of a transfer, read from memory as the kernel reads it."""

import ctypes
import errno
import os
import struct
from pathlib import Path
from typing import Any

import pytest

from drivers.expander.i2c import I2cError, LinuxI2c
from sim.board.expander import Expander

# As the kernel's headers have them: u16 addr, u16 flags, u16 len, pointer; pointer, u32 count.
MESSAGE, TRANSFER = "@HHHP", "@PI"
CLAIM, COMBINED, READ = 0x0703, 0x0707, 0x0001
ADDRESS = 0x24


class Kernel:
    """An ioctl that hands messages to a chip. `fails`: what the next transfer ends with."""

    def __init__(self) -> None:
        self.chip = Expander()
        self.files: list[int] = []
        self.lengths: list[list[int]] = []
        self.fails: int | None = None
        self.is_taken = False

    def __call__(self, fd: int, request: int, argument: Any) -> int:
        if request == CLAIM:
            assert argument == ADDRESS
            self.files.append(fd)
            if self.is_taken:
                raise OSError(errno.EBUSY, "busy")
            return 0
        assert request == COMBINED
        if self.fails is not None:
            raise OSError(self.fails, os.strerror(self.fails))
        self._carry(bytes(argument))
        return 0

    def _carry(self, transfer: bytes) -> None:
        at, count = struct.unpack(TRANSFER, transfer[: struct.calcsize(TRANSFER)])
        size, lengths = struct.calcsize(MESSAGE), []
        for number in range(count):
            address, flags, length, data = struct.unpack(MESSAGE, ctypes.string_at(at + number * size, size))
            assert address == ADDRESS
            lengths.append(length)
            if flags == READ:
                ctypes.memmove(data, self.chip.send(length), length)
            else:
                assert flags == 0
                self.chip.receive(ctypes.string_at(data, length))
        self.lengths.append(lengths)


@pytest.fixture
def bus(tmp_path: Path) -> Path:
    path = tmp_path / "i2c-1"
    path.touch()
    return path


def test_what_is_written_can_be_read(bus: Path) -> None:
    kernel = Kernel()
    i2c = LinuxI2c(1, ADDRESS, bus, kernel)

    i2c.write(0x0C, b"\x0f\xf0")
    found = i2c.read(0x0B, 4)
    i2c.close()

    assert found == b"\x00\x0f\xf0\x00"
    assert bytes([0x0F, 0xF0]) == kernel.chip.read(0x0C, 2)


def test_a_read_is_one_transfer_so_that_nobody_moves_the_pointer_in_between(bus: Path) -> None:
    kernel = Kernel()
    i2c = LinuxI2c(1, ADDRESS, bus, kernel)

    i2c.read(0x12, 2)
    i2c.close()

    assert kernel.lengths == [[1, 2]]


def test_the_bus_is_opened_once_while_all_goes_well(bus: Path) -> None:
    kernel = Kernel()
    i2c = LinuxI2c(1, ADDRESS, bus, kernel)
    assert not kernel.files

    for _ in range(3):
        i2c.read(0x12, 2)
    i2c.close()

    assert len(kernel.files) == 1


def test_after_a_failure_the_bus_is_opened_anew(bus: Path) -> None:
    kernel = Kernel()
    i2c = LinuxI2c(1, ADDRESS, bus, kernel)
    i2c.read(0x12, 2)
    kernel.fails = errno.ENODEV
    with pytest.raises(I2cError):
        i2c.read(0x12, 2)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(kernel.files[0])

    kernel.fails = None
    i2c.read(0x12, 2)
    i2c.close()

    assert len(kernel.files) == 2


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "add the user to the group i2c"),
        (errno.EREMOTEIO, "nothing answers at 0x24: look at its supply"),
        (errno.ENXIO, "nothing answers at 0x24: look at its supply"),
        (errno.ETIMEDOUT, "the bus hangs"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_failure_says_what_to_look_at(bus: Path, number: int, advice: str) -> None:
    kernel = Kernel()
    kernel.fails = number

    with pytest.raises(I2cError, match=advice) as caught:
        LinuxI2c(1, ADDRESS, bus, kernel).write(0x00, b"\xff")

    assert caught.value.errno == number


def test_a_bus_that_is_not_there_says_how_to_switch_it_on(tmp_path: Path) -> None:
    with pytest.raises(I2cError, match=r"there is no .*/i2c-7: switch it on in config\.txt"):
        LinuxI2c(7, ADDRESS, tmp_path / "i2c-7", Kernel()).read(0x12, 2)


def test_a_chip_that_a_driver_of_the_kernel_has_is_left_alone(bus: Path) -> None:
    kernel = Kernel()
    kernel.is_taken = True

    with pytest.raises(I2cError, match="a driver of the kernel has the chip at 0x24"):
        LinuxI2c(1, ADDRESS, bus, kernel).write(0x00, b"\xff")

    assert not kernel.lengths


def test_without_a_path_the_bus_is_the_kernels_device() -> None:
    with pytest.raises(I2cError, match="/dev/i2c-253"):
        LinuxI2c(253, ADDRESS).read(0x12, 2)


def test_closed_twice_is_closed(bus: Path) -> None:
    i2c = LinuxI2c(1, ADDRESS, bus, Kernel())
    i2c.read(0x12, 2)

    i2c.close()
    i2c.close()
