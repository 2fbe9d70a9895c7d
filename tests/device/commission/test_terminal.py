"""The terminal, at the end of a real pty."""

import io
import os
import pty
import select
import termios
from collections.abc import Iterator
from dataclasses import replace
from typing import TextIO

import pytest

from device.commission.faults import Fault, Flaw
from device.commission.terminal import Stopped, Terminal
from device.commission.view import COSTLY, Choice, Phrase, Said, Typed, View
from device.commission.words_en import ENGLISH

PATIENCE_S = 30.0
ASKED = View(1, 2, 0, "01", (Fault(Flaw.NOTHING_MOVED, (), "01"),), (Choice.AGAIN, Choice.LEAVE, Choice.SEARCH))
NEXT = View(2, 2, 1, "02", (Said(Phrase.OPEN, "02"),), (Choice.NOTHING_HAPPENS, Choice.NO_KEY))
WHICH = View(1, 2, 0, "01", (Said(Phrase.WHICH_IS_OPEN),), (Choice.TWO,), asks_which=True)


class Phone:
    """Somebody's end of the pty: types, and reads what is on the screen."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.screen: TextIO = os.fdopen(os.dup(self.slave), "w")

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def read(self) -> str:
        return os.read(self.master, 65_536).decode()

    def read_to(self, end: str) -> None:
        """What is on the screen comes in pieces."""
        shown = ""
        while not shown.endswith(end):
            ready, _, _ = select.select([self.master], [], [], PATIENCE_S)
            assert ready, shown
            shown += self.read()

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
    assert "[2] leave this door for later" in shown


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
        ("\n", Choice.AGAIN),
        ("\r", Choice.AGAIN),
        ("1", Choice.AGAIN),
        ("2", Choice.LEAVE),
        ("3", Choice.SEARCH),
        ("02", Choice.LEAVE),
    ],
)
def test_one_key_is_an_answer(keys: str, choice: Choice, phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(ASKED)
        phone.type(keys)

        assert terminal.answer(ASKED, PATIENCE_S) is choice


@pytest.mark.parametrize("keys", ["x", "4", "9", "ㅛ", "½", "0", "\x1b[1~"])
def test_other_keys_are_none(keys: str, phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(ASKED)
        phone.type(keys)

        assert terminal.answer(ASKED, PATIENCE_S) is None


@pytest.mark.parametrize("choice", sorted(COSTLY))
def test_what_is_costly_needs_its_number(choice: Choice, phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        costly = replace(ASKED, choices=(choice,))
        terminal.show(costly)
        phone.type("\n")
        assert terminal.answer(costly, PATIENCE_S) is None
        phone.type("1")
        assert terminal.answer(costly, PATIENCE_S) is choice


def test_no_key_is_none(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        assert terminal.answer(ASKED, 0.0) is None


def test_a_key_that_was_meant_for_the_last_question_does_not_answer_this_one(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(ASKED)
        phone.type("2")
        terminal.show(NEXT)

        assert terminal.answer(NEXT, 0.0) is None


@pytest.mark.parametrize("keys", ["7\n", "7\r", "x\x7f\x7f7\n", "\n\n7\n"])
def test_what_stands_on_the_door_is_typed_and_ends_with_enter(keys: str, phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(WHICH)
        phone.type(keys)

        assert terminal.answer(WHICH, PATIENCE_S) == Typed("7")


def test_a_number_may_be_typed_as_slowly_as_one_likes_and_is_seen(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(WHICH)
        for key in "05\x7f7":
            phone.type(key)
            assert terminal.answer(WHICH, PATIENCE_S) is None
            terminal.show(WHICH)
        phone.type("\n")

        assert terminal.answer(WHICH, PATIENCE_S) == Typed("07")

    phone.read_to("number: 05\b \b7")


def test_after_a_number_that_was_not_taken_there_is_room_for_another(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(WHICH)
        phone.type("70\n")
        terminal.answer(WHICH, PATIENCE_S)
        phone.read_to("number: 70")
        terminal.show(WHICH)
        phone.read_to("number: ")
        phone.type("7\n")

        assert terminal.answer(WHICH, PATIENCE_S) == Typed("7")

    phone.read_to("7")


def test_a_thumb_that_rests_on_enter_types_no_number(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(WHICH)
        phone.type("\n" * 40)

        assert terminal.answer(WHICH, PATIENCE_S) is None


def test_a_plus_says_that_more_than_one_is_open(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(WHICH)
        phone.type("+")

        assert terminal.answer(WHICH, PATIENCE_S) is Choice.TWO


def test_what_is_told_while_a_number_is_typed_stands_on_a_line_of_its_own(phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(WHICH)
        terminal.tell("Stopped.")

    phone.read_to("number: \r\nStopped.\r\n")


@pytest.mark.parametrize("view", [ASKED, WHICH], ids=["choices", "number"])
@pytest.mark.parametrize("keys", ["0\n", "0\r", "\x04"])
def test_zero_and_enter_or_the_end_of_input_stops(keys: str, view: View, phone: Phone) -> None:
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(view)
        phone.type(keys)
        with pytest.raises(Stopped):
            terminal.answer(view, PATIENCE_S)


def test_a_number_that_is_typed_before_it_is_asked_for_stops_nothing(phone: Phone) -> None:
    watching = View(1, 2, 0, "01", (Said(Phrase.WATCHING, "01"),))
    with Terminal(ENGLISH, phone.slave, phone.screen) as terminal:
        terminal.show(watching)
        for keys in ("0", "7", "\n", "0"):
            phone.type(keys)
            assert terminal.answer(watching, PATIENCE_S) is None
        terminal.show(WHICH)
        phone.type("\n")

        assert terminal.answer(WHICH, PATIENCE_S) is None


def test_a_line_that_hangs_up_stops() -> None:
    phone = Phone()
    terminal = Terminal(ENGLISH, phone.slave, phone.screen)
    terminal.__enter__()
    os.close(phone.master)

    with pytest.raises(Stopped):
        terminal.answer(ASKED, PATIENCE_S)
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
            terminal.answer(ASKED, PATIENCE_S)
    os.close(reads)

    assert "\x1b" not in screen.getvalue()
    assert screen.getvalue().count(" of 2") == 2
