"""The terminal, at the end of a real pty."""

import io
import os
import pty
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest

from device.commission.terminal import Stopped, Terminal
from device.commission.view import COSTLY, Choice, Phrase, Said, View
from device.commission.words_en import ENGLISH

PATIENCE_S = 30.0
ASKED = View(1, 2, 0, "01", (Said(Phrase.DID_IT_OPEN, "01"),), (Choice.ONLY_THIS, Choice.ANOTHER, Choice.TWO))
THREE = ASKED.choices


class Phone:
    """Somebody's end of the pty: types, and reads what is on the screen."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.screen: TextIO = os.fdopen(os.dup(self.slave), "w")

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def read(self) -> str:
        return os.read(self.master, 65_536).decode()

    def close(self) -> None:
        self.screen.close()
        for end in (self.master, self.slave):
            try:
                os.close(end)
            except OSError:  # hung up before
                pass


@pytest.fixture
def phone() -> Iterator[Phone]:
    made = Phone()
    yield made
    made.close()


def test_the_screen_is_drawn_anew_for_every_view(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(ASKED)
        shown = phone.read()

    assert shown.startswith("\x1b[H\x1b[2J")
    assert "1 of 2" in shown
    assert "[2] no, another door opened" in shown


def test_a_view_that_stands_there_is_not_drawn_again(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(ASKED)
        phone.read()
        terminal.show(ASKED)
        terminal.tell("after")

        assert phone.read().strip() == "after"


@pytest.mark.parametrize(
    ("keys", "choice"),
    [
        ("\n", Choice.ONLY_THIS),
        ("\r", Choice.ONLY_THIS),
        ("1", Choice.ONLY_THIS),
        ("2", Choice.ANOTHER),
        ("3", Choice.TWO),
    ],
)
def test_one_key_is_an_answer(keys: str, choice: Choice, phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(ASKED)
        phone.type(keys)

        assert terminal.choice(THREE, PATIENCE_S) is choice


@pytest.mark.parametrize("keys", ["x", "4", "9", "ㅛ", "½"])
def test_other_keys_are_none(keys: str, phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(ASKED)
        phone.type(keys)

        assert terminal.choice(THREE, PATIENCE_S) is None


@pytest.mark.parametrize("choice", sorted(COSTLY))
def test_what_is_costly_needs_its_number(choice: Choice, phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(ASKED)
        phone.type("\n")
        assert terminal.choice((choice,), PATIENCE_S) is None
        phone.type("1")
        assert terminal.choice((choice,), PATIENCE_S) is choice


def test_no_key_is_none(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        assert terminal.choice(THREE, 0.0) is None


def test_a_key_that_was_meant_for_the_last_question_does_not_answer_this_one(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(ASKED)
        phone.type("2")
        terminal.show(View(2, 2, 1, "02", (Said(Phrase.OPEN, "02"),), (Choice.NOTHING_HAPPENS, Choice.NO_KEY)))

        assert terminal.choice((Choice.NOTHING_HAPPENS, Choice.NO_KEY), 0.0) is None


def test_zero_stops(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        phone.type("0")
        with pytest.raises(Stopped):
            terminal.choice(THREE, PATIENCE_S)


def test_a_line_that_hangs_up_stops() -> None:
    phone = Phone()
    terminal = Terminal(ENGLISH, phone.slave, phone.screen)
    terminal.__enter__()
    os.close(phone.master)

    with pytest.raises(Stopped):
        terminal.choice(THREE, PATIENCE_S)
    with pytest.raises(Stopped):
        terminal.show(ASKED)
    terminal.__exit__(None, None, None)
    try:
        phone.screen.close()
    except OSError:  # the view that could not be shown
        pass
    phone.close()


def test_the_terminal_is_as_before_in_the_end(phone: Phone) -> None:
    before = termios.tcgetattr(phone.slave)
    with Terminal(ENGLISH, phone.slave, phone.screen):
        assert termios.tcgetattr(phone.slave) != before

    assert termios.tcgetattr(phone.slave) == before


def test_into_a_file_there_is_one_view_after_the_other_and_no_control_character() -> None:
    reads, writes = os.pipe()
    screen = io.StringIO()
    os.close(writes)
    with Terminal(ENGLISH, reads, screen) as terminal:
        terminal.show(ASKED)
        terminal.show(View(2, 2, 1, "02", (Said(Phrase.OPEN, "02"),)))
        with pytest.raises(Stopped):
            terminal.choice((), PATIENCE_S)
    os.close(reads)

    assert "\x1b" not in screen.getvalue()
    assert screen.getvalue().count(" of 2") == 2
