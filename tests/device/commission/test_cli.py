"""The command, before and behind the wizard."""

import os
import pty
import signal
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from device.commission.cli import Options, commission
from device.commission.hardware import Openers
from device.commission.view import Choice, View
from device.commission.words import Language, Words
from device.config.load import parse
from drivers.clock import SystemClock
from drivers.gpio import GpioOutputs
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

    def choice(self, choices: tuple[Choice, ...], timeout_s: float) -> Choice | None:
        if self._act is not None:
            os.kill(os.getpid(), self._act)
        return None


def relays(folder: Path) -> str:
    return (
        f'{GOOD}[bank]\ndoors = ["01"]\nmap = "{folder}/bank.toml"\nreeds = ["GPIO5"]\n'
        'relays = ["GPIO16"]\nrelay_pulse_ms = 50\n'
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM])
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
    os.write(master, b"0")
    while "Stopped." not in shown:
        shown += os.read(master, 4096).decode()
