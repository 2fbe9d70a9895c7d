"""Doors behind a board, in real time: hands move them, and whoever opens the serial port hears of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest
from serial import Serial

from device.config.load import load
from device.config.map import load_map
from device.config.model import Config
from drivers.clock import SystemClock
from sim.acts.bank import Force, Shut, Trip, Untrip
from sim.acts.model import Swap
from sim.board.board import Board
from sim.board.locks import BoardLocks, Doors
from sim.schedule import RealTime
from sim.site import Place, make_site

PATIENCE_S = 10.0
SHUT, OPEN, CAUGHT = [False, True], [True, False], [True, True]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load(make_site(tmp_path, [1883], place=Place("bank-0007", is_bank=True)).config)


@contextmanager
def _locks(config: Config) -> Iterator[tuple[BoardLocks, Board, SimpleQueue[Doors]]]:
    seen: SimpleQueue[Doors] = SimpleQueue()
    clock = SystemClock()
    assert config.bank is not None
    with RealTime(clock) as time:
        board = Board(time.schedule, clock)
        with BoardLocks(config, load_map(config.bank.map, config), board, time, 0, seen.put) as locks:
            yield locks, board, seen
        board.close()


def _until(seen: SimpleQueue[Doors], door: str, stands: list[bool]) -> None:
    while seen.get(timeout=PATIENCE_S)[door] != stands:
        pass


def test_doors_begin_shut_and_move_under_hands(config: Config) -> None:
    with _locks(config) as (locks, _, seen):
        assert set(map(tuple, seen.get(timeout=PATIENCE_S).values())) == {tuple(SHUT)}

        locks.do(Force(door="07"))
        _until(seen, "07", OPEN)
        locks.do(Trip(door="07"))
        _until(seen, "07", CAUGHT)
        locks.do(Untrip(door="07"))
        _until(seen, "07", OPEN)


def test_a_lock_whose_cable_was_exchanged_has_its_pulse_at_another_door(config: Config) -> None:
    with _locks(config) as (locks, _, seen):
        locks.find(Swap(zone="01", other="02"))
        with Serial(str(config.buses[0].port), 9600, timeout=PATIENCE_S) as port:
            port.write(bytes.fromhex("8A 01 01 11 9B"))

            _until(seen, "02", OPEN)


def test_what_is_found_stands_so_at_once(config: Config) -> None:
    with _locks(config) as (locks, _, seen):
        locks.find(Force(door="07"))
        locks.find(Shut(door="07"))
        locks.find(Force(door="08"))

        latest = seen.get(timeout=PATIENCE_S)
        while not seen.empty():
            latest = seen.get()
        assert (latest["07"], latest["08"]) == (SHUT, OPEN)


def test_a_lock_board_answers_at_the_serial_port(config: Config) -> None:
    with _locks(config) as (locks, _, _seen):
        locks.find(Force(door="13"))
        with Serial(str(config.buses[0].port), 9600, timeout=PATIENCE_S) as port:
            port.write(bytes.fromhex("80 02 00 33 B1"))
            answer = port.read(7)

    assert answer.hex(" ").startswith("80 02")
    # Twelve locks; the first of the second board is open.
    assert int.from_bytes(answer[2:5], "little") == 0xFFE


def test_a_pulse_lets_a_door_spring_open(config: Config) -> None:
    with _locks(config) as (_, _board, seen), Serial(str(config.buses[0].port), 9600, timeout=PATIENCE_S) as port:
        port.write(bytes.fromhex("8A 01 07 11 9D"))

        _until(seen, "07", OPEN)
        assert len(port.read(5)) == 5


def test_a_large_door_has_a_contact_on_the_header(config: Config) -> None:
    levels: SimpleQueue[bool] = SimpleQueue()
    with _locks(config) as (locks, board, _seen):
        pin = board.pin("GPIO5")
        pin.function, pin.pull = "input", "up"
        assert not board.level("GPIO5")
        changed = lambda _ticks, level: levels.put(bool(level))  # noqa: E731 - the pin holds it weakly
        pin.when_changed = changed

        locks.do(Force(door="23"))

        assert levels.get(timeout=PATIENCE_S)


def test_what_a_power_cut_left_behind_is_in_nobodys_way(config: Config) -> None:
    port = Path(config.buses[0].port)
    port.symlink_to("/dev/pts/does-not-exist")

    with _locks(config):
        assert port.exists()

    assert not port.is_symlink()
