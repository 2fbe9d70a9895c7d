"""The program as a whole: how it ends, and what it leaves on the terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.provisioning.commands.counter import SECRET, Counter, copy_office, make_office
from tests.provisioning.seoul import seoul_csv

_PATIENCE_S = 30.0
_COMMANDS = (
    "init import export enroll sign labels config card serve broker revoke retire replan crl jwks status log trial"
)


@pytest.fixture(scope="module")
def made_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "office"
    make_office(folder)
    return folder


@pytest.fixture
def counter(made_office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Counter:
    return copy_office(made_office, tmp_path, capsys)


def test_without_a_command_it_names_the_help(counter: Counter) -> None:
    answer = counter.say([])

    assert (answer.status, answer.out) == (64, "")
    assert answer.err == "ansim-provision: the following arguments are required: COMMAND; see ansim-provision --help\n"


def test_an_unknown_command_is_told_the_others(counter: Counter) -> None:
    answer = counter.say(["frobnicate"])

    assert answer.status == 64
    assert answer.err.count("\n") == 1
    assert re.findall(r"'([a-z]+)'", answer.err.partition("choose from")[2]) == _COMMANDS.split()


@pytest.mark.parametrize("command", _COMMANDS.split())
def test_each_command_explains_itself(counter: Counter, command: str) -> None:
    answer = counter.say([command, "--help"])

    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"usage: ansim-provision {command} ")


def test_the_office_may_be_named_once_for_all(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIM_OFFICE", str(counter.office))
    monkeypatch.setenv("ANSIM_PASSPHRASE_FILE", str(counter.folder / "passphrase"))

    answer = counter.say(["crl"])

    assert (answer.status, answer.err) == (0, "")


def test_nobody_at_the_terminal_is_one_line(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIM_PASSPHRASE_FILE", "")

    answer = counter.say(["crl", "--office", str(counter.office)])

    assert answer.status == 78
    assert answer.err == (
        "ansim-provision: pass phrase: nobody is there to type it; --passphrase-file FILE is needed\n"
    )


@pytest.mark.parametrize(
    ("target", "status", "says"), [("/dev/full", 78, "No space left on device"), ("pipe", 141, "")]
)
def test_an_answer_that_nobody_takes_is_no_traceback(counter: Counter, target: str, status: int, says: str) -> None:
    if target == "pipe":
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open(target, os.O_WRONLY)

    try:
        done = subprocess.run(
            [*_PROGRAM, "log", "--office", counter.office],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    finally:
        os.close(writer)

    assert done.returncode == status
    assert done.stderr == (f"ansim-provision: output: {says}\n" if says else "")


def test_what_the_terminal_cannot_show_is_shown_otherwise(counter: Counter) -> None:
    done = subprocess.run(
        [*_PROGRAM, "status", "--all", "--office", counter.office],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert r"\ud55c\ube5b" in done.stdout


def test_the_pass_phrase_is_asked_for_at_the_terminal(counter: Counter) -> None:
    status, shown = _at_terminal(["crl", "--office", str(counter.office)], [(b": ", SECRET + b"\n")])

    assert status == 0
    assert shown.splitlines() == [
        "Pass phrase of the authority: ",
        "a new revocation list; in force at no broker",
    ]


@pytest.mark.parametrize(
    ("keys", "status", "last"),
    [
        (b"\x03", 130, ""),
        (b"\x04", 78, "ansim-provision: pass phrase: nothing was typed"),
        (b"wrong pass phrase\n", 78, "issuing.p12: not the right pass phrase, or damaged"),
        (b"\n", 78, "pass phrase: too short, too long or not to be typed; allowed are 8–256 characters on one line"),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\n", 78, "ansim-provision: pass phrase: not UTF-8"),
    ],
    ids=["interrupted", "end of file", "wrong", "empty", "no text"],
)
def test_whatever_is_typed_there_is_no_traceback(counter: Counter, keys: bytes, status: int, last: str) -> None:
    before = counter.snapshot()

    ended, shown = _at_terminal(["crl", "--office", str(counter.office)], [(b": ", keys)])

    assert "Traceback" not in shown
    assert shown.rstrip("\r\n").endswith(last)
    assert ended == status
    assert counter.snapshot() == before


def test_a_new_pass_phrase_is_typed_twice(counter: Counter) -> None:
    new = counter.folder / "new"
    words = ["init", "--office", str(new), "--name", "Seoul", "--est", "https://enrol.example"]

    status, shown = _at_terminal(words, [(b"authority: ", b"one pass phrase\n"), (b"more: ", b"another one\n")])

    assert status == 78
    assert shown.splitlines()[-1] == "ansim-provision: pass phrase: typed differently the second time"
    assert not new.exists()


def test_a_bar_is_drawn_on_a_terminal_and_only_there(counter: Counter) -> None:
    counter.lay("list.csv", seoul_csv(60, 0, seed=1))
    counter.type("trial --office {here}/city")
    counter.type("import {here}/list.csv --office {here}/city")
    words = ["labels", "--all", "--office", str(counter.folder / "city"), "--out", str(counter.folder / "out")]

    status, shown = _at_terminal(words, [])
    quiet = counter.say(words)

    assert status == 0
    assert "labels" in shown
    assert "%" in shown
    assert "━" in shown
    assert (quiet.status, quiet.err) == (0, "")


_PROGRAM = (sys.executable, "-m", "provisioning")
# A pass phrase is asked for at the terminal that controls the process.
_WITH_TERMINAL = """
import fcntl, runpy, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("provisioning", run_name="__main__", alter_sys=True)
"""


def _at_terminal(words: list[str], typed: list[tuple[bytes, bytes]]) -> tuple[int, str]:
    """Status and screen of the program on a terminal of its own; typed: what to wait for, and what to type then."""
    leader, terminal = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "PYTHONUTF8": "1"}
    environ.pop("ANSIM_PASSPHRASE_FILE", None)
    with os.fdopen(leader, "r+b", buffering=0) as screen:
        process = subprocess.Popen(
            [sys.executable, "-c", _WITH_TERMINAL, *words],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            env=environ,
        )
        os.close(terminal)
        with process:
            try:
                shown = _converse(screen.fileno(), typed)
                return process.wait(_PATIENCE_S), shown
            finally:
                process.kill()


def _converse(screen: int, typed: list[tuple[bytes, bytes]]) -> str:
    waiting, shown, seen = list(typed), b"", 0
    end_s = time.monotonic() + _PATIENCE_S
    while select.select([screen], [], [], max(0.0, end_s - time.monotonic()))[0]:
        try:
            data = os.read(screen, 4096)
        except OSError:  # the program has ended
            break
        shown += data
        if waiting and waiting[0][0] in shown[seen:]:
            seen = len(shown)
            os.write(screen, waiting.pop(0)[1])
    return shown.decode("utf-8", "replace")
