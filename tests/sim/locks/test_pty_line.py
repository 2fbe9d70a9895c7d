"""A line at the end of a real pty, opened by real pyserial."""

import errno
import os
from pathlib import Path
from random import Random

import pytest
import serial

from drivers.locks import xor8a
from drivers.locks.frames import BoardState, QueryBoard
from sim.locks.line import Line
from sim.locks.pty_line import PtyLine
from sim.schedule import VirtualTime
from tests.sim.locks.bank_bench import BankBench

QUERY = xor8a.encode(QueryBoard(1))


def test_every_answer_is_there_when_its_time_has_come(bench: BankBench) -> None:
    """Byte for byte and a thousand times: nothing is left on its way in the kernel."""
    port = bench.open()

    for board in (1, 2) * 500:
        request = QueryBoard(board)
        answer = bench.ask(port, xor8a.encode(request), 30_000_000)
        assert isinstance(xor8a.decode(request, answer), BoardState)
    assert bench.ready == ["left"] * 1_000


def test_what_waits_is_counted_before_anybody_reads(bench: BankBench) -> None:
    port = bench.open()
    for number in range(1, 51):
        port.write(QUERY)
        bench.bank.pump()
        bench.time.run_for(30_000_000)
        assert port.in_waiting == 7 * number


def test_answers_that_nobody_reads_are_lost_when_the_kernel_is_full(bench: BankBench) -> None:
    port = bench.open()
    for _ in range(700):
        port.write(QUERY)
        bench.bank.pump()
        bench.time.run_for(30_000_000)

    assert len(port.read(10_000)) >= 4_000
    assert bench.bank.ports["left"].is_plugged_in


def test_nothing_is_sent_until_somebody_writes(bench: BankBench) -> None:
    bench.open()
    bench.bank.pump()

    assert bench.time.schedule.next_ns() is None


def test_port_that_is_unplugged_ends_for_whoever_has_it_open_and_its_path_is_gone(bench: BankBench) -> None:
    port, path = bench.open(), bench.bank.ports["left"].path
    assert port.fd is not None

    bench.bank.ports["left"].unplug()

    with pytest.raises(OSError, match="Input/output") as caught:
        os.write(port.fd, b"x")
    assert caught.value.errno == errno.EIO
    with pytest.raises(serial.SerialException):
        port.read(1)
    with pytest.raises(serial.SerialException, match="No such file"):
        serial.Serial(str(path))
    bench.bank.pump()


def test_port_that_is_plugged_in_again_has_the_same_path_and_forgets_what_was_said(bench: BankBench) -> None:
    port, adapter = bench.open(), bench.bank.ports["left"]
    port.write(QUERY)
    bench.bank.pump()
    adapter.unplug()
    adapter.unplug()
    bench.time.run_for(1_000_000_000)

    adapter.plug_in()
    adapter.plug_in()
    again = bench.open()

    assert bench.ready == []
    assert len(bench.ask(again, QUERY)) == 7


def test_one_port_is_had_by_one_who_wants_it_alone(bench: BankBench) -> None:
    bench.open()

    with pytest.raises(serial.SerialException, match="exclusively lock"):
        bench.open()


def test_port_can_be_closed_and_opened_again(bench: BankBench) -> None:
    for _ in range(3):
        port = bench.open()
        assert len(bench.ask(port, QUERY)) == 7
        port.close()


def test_line_closes_every_file(tmp_path: Path) -> None:
    before = _open_files()
    time = VirtualTime()
    line = Line(9_600, lambda _delay, _action: None, time.clock.monotonic_ns, Random(1))
    pty = PtyLine(line, tmp_path / "port")
    assert len(_open_files()) == len(before) + 2

    pty.close()

    assert _open_files() == before
    assert list(tmp_path.iterdir()) == []


def _open_files() -> set[str]:
    # The folder itself is open while it is read, under a number that is free before and after.
    return {file.name for file in Path("/proc/self/fd").iterdir()}
