"""Pins, chips and relays of a bank without lock boards, in real time."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from device.commission.hardware import Openers, open_hardware
from device.commission.signals import Pin, Snapshot
from device.config.load import parse
from device.config.model import Config
from drivers.clock import SystemClock
from drivers.errors import GpioError
from drivers.gpio import GpioOutputs
from drivers.lock_ports import PulseEnd
from sim.board.board import Board
from sim.board.expander import Expander, I2cState
from sim.schedule import Schedule
from tests.device.config.store import GOOD

PATIENCE_S = 30.0


def config_of(folder: Path) -> Config:
    return parse(
        f"""{GOOD}
[bank]
doors = ["01", "02"]
map = "{folder}/bank.toml"
reeds = ["GPIO5"]
relays = ["GPIO16", "GPIO20"]
relay_pulse_ms = 50

[[expander]]
name = "reeds"
address = 0x20
""",
        "agent.toml",
    )


def until(read: Callable[[], Snapshot], holds: Callable[[Snapshot], bool]) -> Snapshot:
    """The first reading of which this holds."""
    ends_s = time.monotonic() + PATIENCE_S
    while not holds(snapshot := read()):
        assert time.monotonic() < ends_s, snapshot
    return snapshot


def test_contacts_of_header_and_chip_are_read_and_relays_pulsed(tmp_path: Path) -> None:
    config, clock, chip = config_of(tmp_path), SystemClock(), Expander()
    board = Board(Schedule(), clock)
    board.connect("GPIO5", lambda: False)
    levels: list[bool | None] = []
    board.look("GPIO16", levels.append)
    assert config.bank is not None

    with open_hardware(config, config.bank, clock, Openers(lambda: board, lambda _bus, _address: chip)) as hardware:
        bench = hardware.bench(())
        shut = until(bench.read, lambda snapshot: not snapshot.silent)
        chip.connect(3, lambda: False)
        chip.settle()
        until(bench.read, lambda snapshot: Pin("reeds/3") not in snapshot.high)
        end = bench.pulse("GPIO16")

    assert len(shut.inputs) == 17
    assert shut.high == shut.inputs - {Pin("GPIO5")}
    assert end is PulseEnd.ACKNOWLEDGED
    assert True in levels
    assert levels[-1] is not True


def test_a_chip_that_is_not_there_is_silent_by_its_name(tmp_path: Path) -> None:
    config, clock, chip = config_of(tmp_path), SystemClock(), Expander()
    chip.state = I2cState.ABSENT
    assert config.bank is not None
    openers = Openers(lambda: Board(Schedule(), clock), lambda _bus, _address: chip)

    with open_hardware(config, config.bank, clock, openers) as hardware:
        snapshot = until(
            hardware.bench(()).read,
            lambda snapshot: bool(snapshot.silent) and snapshot.silent[0].why != "not read yet",
        )

    assert [silence.name for silence in snapshot.silent] == ["reeds"]


def test_a_pin_that_is_taken_leaves_nothing_open(tmp_path: Path) -> None:
    config, clock = config_of(tmp_path), SystemClock()
    board = Board(Schedule(), clock)
    taken = GpioOutputs(board)
    taken.claim("GPIO5", active_high=True)
    assert config.bank is not None

    with (
        pytest.raises(GpioError, match="GPIO5"),
        open_hardware(config, config.bank, clock, Openers(lambda: board, lambda _bus, _address: Expander())),
    ):
        pass
    taken.close()
