"""A serial port on pyserial, at a real pty."""

import errno
import fcntl
import os
import struct
import termios
from pathlib import Path

import pytest
from serial import Serial, SerialException

from drivers.lockbus import serial_port
from drivers.lockbus.serial_port import SerialPort
from drivers.locks.port import PortError
from tests.drivers.lockbus.pty_wire import PtyWire


def is_exclusive(fd: int) -> bool:
    # TIOCGEXCL; Python's termios has no name for it.
    return bool(struct.unpack("i", fcntl.ioctl(fd, 0x80045440, b"\0\0\0\0"))[0])


def test_bytes_go_both_ways_untouched(wire: PtyWire) -> None:
    every = bytes(range(256))
    wire.port.open()
    assert wire.port.read() == b""

    wire.port.write(every)
    wire.give(every)

    assert wire.take() == every
    assert wire.port.read() == every
    assert wire.port.read() == b""


def test_what_came_before_is_not_read_after_opening(wire: PtyWire) -> None:
    wire.port.open()
    wire.give(b"late")

    wire.port.close()
    wire.give(b"later")
    wire.port.open()

    assert wire.port.read() == b""


def test_opening_twice_is_opening_anew(wire: PtyWire) -> None:
    wire.port.open()
    wire.give(b"late")

    wire.port.open()

    assert wire.port.read() == b""


def test_a_second_program_does_not_get_the_port(wire: PtyWire) -> None:
    wire.port.open()

    with pytest.raises(PortError, match="EBUSY"):
        SerialPort(str(wire.path), 9_600).open()
    with pytest.raises(SerialException):
        Serial(str(wire.path), exclusive=True)

    wire.port.close()
    other = SerialPort(str(wire.path), 9_600)
    other.open()
    other.close()


def test_one_device_by_two_names_is_opened_once(wire: PtyWire, tmp_path: Path) -> None:
    (tmp_path / "by-path").symlink_to(wire.path)
    wire.port.open()

    with pytest.raises(PortError, match="EBUSY"):
        SerialPort(str(tmp_path / "by-path"), 9_600).open()


def test_programs_that_do_not_ask_are_held_off_by_the_kernel(wire: PtyWire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of the kernel: whoever runs the tests may be root, whom it does not hold off."""
    monkeypatch.setattr(serial_port, "_is_pty", lambda _: False)

    wire.port.open()
    assert is_exclusive(wire.slave)

    wire.port.close()
    assert not is_exclusive(wire.slave)


def test_a_pty_does_not_stay_closed_to_others_when_a_program_is_killed(wire: PtyWire) -> None:
    wire.port.open()

    assert not is_exclusive(wire.slave)


def test_a_port_that_is_not_there_is_named(tmp_path: Path) -> None:
    port = SerialPort(str(tmp_path / "ttyUSB7"), 9_600)

    with pytest.raises(PortError, match="ENOENT: No such file") as caught:
        port.open()

    assert not caught.value.is_forbidden
    assert port.fileno() is None


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB7").write_text("no port")

    with pytest.raises(PortError):
        SerialPort(str(tmp_path / "ttyUSB7"), 9_600).open()


@pytest.mark.parametrize(("number", "is_forbidden"), [(errno.EACCES, True), (errno.EPERM, True), (errno.EIO, False)])
def test_what_only_a_person_can_mend_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, number: int, is_forbidden: bool
) -> None:
    def refused(*_: object, **__: object) -> Serial:
        raise SerialException(number, "could not open port")

    monkeypatch.setattr(serial_port, "Serial", refused)

    with pytest.raises(PortError) as caught:
        SerialPort("/dev/ttyUSB7", 9_600).open()

    assert caught.value.is_forbidden is is_forbidden
    assert caught.value.number == number
    assert caught.value.why.startswith(errno.errorcode[number])


def test_an_adapter_that_is_unplugged_is_an_error_and_not_silence(wire: PtyWire) -> None:
    wire.port.open()

    wire.unplug()

    with pytest.raises(PortError, match="EIO"):
        wire.port.read()
    with pytest.raises(PortError, match="EIO") as caught:
        wire.port.write(b"\x80")
    assert caught.value.left_bytes == 0
    wire.port.close()
    with pytest.raises(PortError, match="ENOENT"):
        wire.port.open()


def test_a_port_that_takes_nothing_more_says_what_has_left(wire: PtyWire) -> None:
    wire.port.open()

    # Far more than a pty holds; the kernel makes room once more while it hands over.
    left: list[int] = []
    while not left or left[-1] > 0:
        with pytest.raises(PortError, match="takes nothing more") as caught:
            wire.port.write(bytes(1_000_000))
        left.append(caught.value.left_bytes)

    assert 0 < left[0] < 1_000_000
    assert left[-1] == 0


def test_a_closed_port_is_an_error_and_may_be_closed_again(wire: PtyWire) -> None:
    with pytest.raises(PortError, match="closed"):
        wire.port.read()
    with pytest.raises(PortError, match="closed"):
        wire.port.write(b"\x80")
    assert wire.port.fileno() is None

    wire.port.close()


def test_the_port_is_raw_whatever_it_was_before(wire: PtyWire) -> None:
    modes = termios.tcgetattr(wire.slave)
    modes[3] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(wire.slave, termios.TCSANOW, modes)

    wire.port.open()
    wire.give(b"\x03\n")

    assert wire.port.read() == b"\x03\n"
    assert wire.take() == b""


def test_what_is_waited_for_is_the_port(wire: PtyWire) -> None:
    wire.port.open()

    fd = wire.port.fileno()

    assert fd is not None
    assert os.ttyname(fd) == os.ttyname(wire.slave)
