"""The command, before and behind the wizard."""

import errno
import io
import os
import pty
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from device.commission.cli import Options, commission
from device.commission.hardware import Openers
from device.commission.obstacles import of_port, of_terminal
from device.commission.view import Choice, Typed, View
from device.commission.words import Language, Words
from device.commission.words_en import ENGLISH
from device.config.load import parse
from drivers.clock import SystemClock
from drivers.gpio import GpioOutputs
from drivers.lockbus.serial_port import SerialPort
from drivers.locks.port import PortError
from sim.board.board import Board
from sim.schedule import Schedule
from tests.device.config.store import GOOD


class Reader:
    """A front whose reader does `act` when he first sees something, and never answers."""

    def __init__(self, act: int | None = None) -> None:
        self.told: list[str] = []
        self._act = act

    def __call__(self, words: Words) -> "Reader":
        self.words = words
        return self

    def show(self, view: View) -> None:
        """Seen."""

    def tell(self, text: str) -> None:
        self.told.append(text)

    def answer(self, view: View, timeout_s: float) -> Choice | Typed | None:
        if self._act is not None:
            os.kill(os.getpid(), self._act)
        return None


def _nothing() -> Board:
    raise AssertionError("the pins are opened")


NOTHING = Openers(_nothing)


def line(folder: Path) -> str:
    return (
        f'{GOOD}[bank]\ndoors = ["01"]\nmap = "{folder}/bank.toml"\n'
        f'[[bus]]\nname = "left"\nport = "{folder}/port"\nfamily = "xor8a"\n'
    )


def relays(folder: Path) -> str:
    return (
        f'{GOOD}[bank]\ndoors = ["01"]\nmap = "{folder}/bank.toml"\nreeds = ["GPIO5"]\n'
        'relays = ["GPIO16"]\nrelay_pulse_ms = 50\n'
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP, signal.SIGQUIT])
def test_interrupted_hung_up_or_shut_down_it_can_be_gone_on_with(number: int, tmp_path: Path) -> None:
    reader = Reader(number)
    before = signal.getsignal(number)

    status = commission(
        parse(relays(tmp_path), "agent.toml"),
        Options(Language.ENGLISH),
        front=reader,
        openers=Openers(lambda: Board(Schedule(), SystemClock())),
    )

    assert status == 75
    assert reader.told == ["Stopped. What is proved is kept. The same command goes on from here."]
    assert signal.getsignal(number) == before
    assert [file.name for file in tmp_path.iterdir()] == ["bank.toml.notes"]


def test_whoever_interrupts_twice_is_told_once_and_it_ends_in_good_order(tmp_path: Path) -> None:
    class Impatient(Reader):
        def tell(self, text: str) -> None:
            super().tell(text)
            os.kill(os.getpid(), signal.SIGINT)

    reader = Impatient(signal.SIGINT)

    status = commission(
        parse(relays(tmp_path), "agent.toml"),
        Options(Language.ENGLISH),
        front=reader,
        openers=Openers(lambda: Board(Schedule(), SystemClock())),
    )

    assert status == 75
    assert len(reader.told) == 1


def test_a_configuration_without_a_bank_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert commission(parse(GOOD, "agent.toml"), Options()) == 78
    assert capsys.readouterr().err == "bank: missing; a table [bank] with the names of the doors is required\n"


def test_a_door_that_the_bank_does_not_have_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commission(parse(relays(tmp_path), "agent.toml"), Options(doors=("01", "99"))) == 78
    assert capsys.readouterr().err == "--door 99: a name of bank.doors is allowed\n"


def test_a_disk_that_takes_nothing_is_one_line_and_status_73(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "gone"
    openers = Openers(lambda: Board(Schedule(), SystemClock()))

    status = commission(parse(relays(folder), "agent.toml"), Options(), front=Reader(), openers=openers)

    assert status == 73
    assert "No such file or directory" in capsys.readouterr().err


def test_a_pin_that_is_taken_is_one_line_and_status_69(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(Schedule(), SystemClock())
    taken = GpioOutputs(board)
    taken.claim("GPIO5", active_high=True)

    status = commission(
        parse(relays(tmp_path), "agent.toml"), Options(), front=Reader(), openers=Openers(lambda: board)
    )

    assert status == 69
    assert "GPIO5" in capsys.readouterr().err
    taken.close()


@pytest.mark.parametrize("name", ["bank.toml", "bank.toml.notes"])
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_where_one_has_to_be_written_is_named_before_anything_else(
    name: str, make: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / name)
    reader = Reader()

    status = commission(parse(relays(tmp_path), "agent.toml"), Options(), front=reader, openers=NOTHING)

    assert status == 73
    assert capsys.readouterr().err == f"{tmp_path / name}: not a regular file; take it away\n"


@pytest.mark.parametrize(("stream", "word"), [("stdin", "standard input"), ("stdout", "standard output")])
def test_with_a_stream_closed_it_says_so_and_does_not_begin(
    stream: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, stream, None)

    assert commission(parse(relays(tmp_path), "agent.toml"), Options(), openers=NOTHING) == 64
    assert word in capsys.readouterr().err


def test_a_terminal_without_korean_is_told_so_in_words_that_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", screen)

    assert commission(parse(relays(tmp_path), "agent.toml"), Options(), openers=NOTHING) == 64
    said = capsys.readouterr().err
    assert said == "this terminal writes ascii, which has no Korean: LC_ALL=C.UTF-8, or --lang en\n"
    assert screen.errors == "strict"


def test_english_at_a_terminal_without_korean_may_still_name_a_file_that_has_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))

    assert of_terminal(ENGLISH) is None
    print("/var/lib/보관함/bank.toml", end="", flush=True)

    assert screen.buffer.getvalue() == b"/var/lib/\\ubcf4\\uad00\\ud568/bank.toml"


@pytest.mark.parametrize("language", Language)
def test_an_adapter_that_is_not_plugged_in_is_named_with_its_port(
    language: Language, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = parse(line(tmp_path), "agent.toml")

    assert commission(config, Options(language), front=Reader(), openers=NOTHING) == 69

    word = {Language.KOREAN: "꽂혀 있지", Language.ENGLISH: "not plugged in"}[language]
    said = capsys.readouterr().err
    assert said.startswith("left: ")
    assert word in said
    assert said.endswith(f"{tmp_path}/port\n")
    assert "ansim-agent" not in said


def test_a_port_that_another_program_has_is_told_with_how_the_agent_is_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    master, slave = os.openpty()
    (tmp_path / "port").symlink_to(os.ttyname(slave))
    taken = SerialPort(str(tmp_path / "port"), 9600)
    taken.open()

    status = commission(parse(line(tmp_path), "agent.toml"), Options(Language.ENGLISH), front=Reader(), openers=NOTHING)

    assert status == 69
    said = capsys.readouterr().err
    assert said == (f"left: another program has {tmp_path}/port; if it is the agent: sudo systemctl stop ansim-agent\n")
    taken.close()
    os.close(master)
    os.close(slave)


def test_a_port_that_is_forbidden_is_told_with_its_group(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch()

    said = of_port(ENGLISH, "left", port, PortError("EACCES: Permission denied", number=errno.EACCES))

    assert said == f"left: {port} must not be opened: its group is {port.group()}; sudo adduser ansim {port.group()}"


def test_at_a_terminal_zero_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    with Path(os.ttyname(slave)).open(encoding="utf-8") as keys, Path(os.ttyname(slave)).open("w") as screen:
        monkeypatch.setattr("sys.stdin", keys)
        monkeypatch.setattr("sys.stdout", screen)
        typist = Thread(target=partial(_type_when_asked, master))
        typist.start()

        status = commission(
            parse(relays(tmp_path), "agent.toml"),
            Options(Language.ENGLISH),
            openers=Openers(lambda: Board(Schedule(), SystemClock())),
        )
        typist.join()
    os.close(master)
    os.close(slave)

    assert status == 75


def _type_when_asked(master: int) -> None:
    """Reads like somebody before the screen, and types when he is told how to stop."""
    shown = ""
    while "[Enter] all are shut" not in shown:
        shown += os.read(master, 4096).decode()
    os.write(master, b"0\n")
    while "Stopped." not in shown:
        shown += os.read(master, 4096).decode()
