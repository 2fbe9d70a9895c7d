"""A phone held upright: a terminal 40 columns wide with a program on it, and the person who holds it before a bank."""

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sim.acts.bank import Force, Pull, Shut
from sim.locks.bank import SimBank
from sim.locks.live_bank import LiveBank
from tests.integration.operator_bench import TIMEOUT_S

COLUMNS, ROWS = 40, 30
CTRL_C = "\x03"
_CLEAR = "\x1b[H\x1b[2J\x1b[3J"
_BOLD = re.compile(r"\x1b\[[01]m")


class Phone:
    """A context manager. Whatever is typed comes from the program's own terminal: Ctrl-C interrupts it."""

    def __init__(self, module: str, words: Sequence[str | Path]) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        program = [sys.executable, "-m", module, *map(str, words)]
        # A leader of a session that opens a terminal has it for its own (setsid(2), tty_ioctl(4)).
        opening = ["sh", "-c", 'exec <"$0" >"$0" 2>&1 "$@"', os.ttyname(slave)]
        self._process = subprocess.Popen([*opening, *program], start_new_session=True)
        # The program has opened its end before it says anything, and this one would hide that it has ended.
        self._slave: int | None = slave
        self._said = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._let_go()
        os.close(self._master)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def look(self) -> str | None:
        """What stands there after something was written; None when the program has ended."""
        ready, _, _ = select.select([self._master], [], [], TIMEOUT_S)
        assert ready, f"nothing was written for {TIMEOUT_S:.0f} s: {self.screens[-1]}"
        try:
            self._said += os.read(self._master, 65_536).decode()
        except OSError:  # EIO: nobody has the other end any more
            return None
        self._let_go()
        return self.screens[-1]

    @property
    def screens(self) -> list[str]:
        """Everything that ever stood there, one after the other, without what makes it bold."""
        said = _BOLD.sub("", self._said.replace("\r\n", "\n"))
        return said.split(_CLEAR)

    @property
    def lines(self) -> list[str]:
        return [line for screen in self.screens for line in screen.split("\n")]

    def wait(self) -> int:
        """The exit status."""
        return self._process.wait(TIMEOUT_S)

    def _let_go(self) -> None:
        slave, self._slave = self._slave, None
        if slave is not None:
            os.close(slave)


def width(line: str) -> int:
    """In cells of a terminal: what East Asia writes wide takes two (Unicode Standard Annex 11)."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


@dataclass(frozen=True, slots=True)
class Speech:
    """The words by which a reader knows what to do. `{door}` is a number."""

    door: str
    """As the title begins."""
    shut_all: str
    open: str
    shut: str
    released: str
    which: str
    number: str
    """Behind it is what he types."""
    leave: str


ENGLISH = Speech(
    "door {door} ",
    "Shut every door.",
    "Open door {door} with the emergency key",
    "Shut door",
    "Door {door} was released.",
    "Which number is on it?",
    "\nnumber: ",
    "[2] leave this door for later",
)
KOREAN = Speech(
    "{door}번 문 ",
    "모든 문을 닫으세요.",
    "{door}번 문을 비상 열쇠나 수동 레버로 여세요.",
    "문을 닫으세요.",
    "{door}번 문의 잠금을 풀었습니다.",
    "문에 적힌 번호가 무엇입니까?",
    "\n번호: ",
    "[2] 이 문은 나중에 하기",
)


class Installer:
    """Does what the screen says, once for each screen; a door with a fault is left."""

    def __init__(self, bank: LiveBank, speech: Speech, doors: Sequence[str], mute: Sequence[str] = ()) -> None:
        """mute: doors of which the screen does not see that they are open."""
        self._bank = bank
        self._speech = speech
        self._doors = doors
        self._mute = mute

    def run(self, phone: Phone, stop_when: Callable[[str], bool] = lambda text: False) -> int:
        """The exit status. stop_when: he sees this, and has no time any more."""
        seen, is_gone = "", False
        while (screen := phone.look()) is not None:
            text = " ".join(screen.partition(self._speech.number)[0].split())
            if text == seen or is_gone:
                continue
            seen, is_gone = text, stop_when(text)
            phone.type(CTRL_C if is_gone else self._answer(text))
        return phone.wait()

    def _answer(self, text: str) -> str:
        """The key that he presses; before that his hands have moved a door."""
        speech = self._speech
        if speech.shut_all in text:
            return "\n" if "[Enter]" in text else ""
        if speech.which in text:
            seen = self._bank.ask(_open_doors)
            return "+" if len(seen) > 1 else f"{seen[0]}\n"
        if speech.leave in text:
            self._bank.ask(_shut)
            return "2"
        door = next((door for door in self._doors if text.startswith(speech.door.format(door=door))), None)
        return "" if door is None else self._at(door, text)

    def _at(self, door: str, text: str) -> str:
        speech = self._speech
        if speech.open.format(door=door) in text:
            self._bank.perform(Force(door=door))
            return "\n" if door in self._mute else ""
        if speech.shut in text:
            self._bank.ask(_shut)
        elif speech.released.format(door=door) in text:
            self._bank.perform(Pull(door=door))
        return ""


def _open_doors(bank: SimBank) -> list[str]:
    return [door for door in bank.doors if bank.is_open(door)]


def _shut(bank: SimBank) -> None:
    for door in _open_doors(bank):
        bank.perform(Shut(door=door))
