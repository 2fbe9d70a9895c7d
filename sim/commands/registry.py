"""What the commands of ansim-sim share: exit statuses, and how a command joins the parser."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from device.usage import Parser

OK = 0
FAILED = 1
"""What was played did not go as it must."""
EX_USAGE = 64
EX_DATAERR = 65
"""A scenario file says something that is not allowed."""
EX_UNAVAILABLE = 69
"""Something outside is missing: a broker, a port."""
INTERRUPTED = 130
"""By Ctrl-C, as a shell says it, or by SIGTERM: what was not played is not known to be well."""

Options = argparse.Namespace
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - it has no public name


def add_command(commands: Commands, name: str, text: str, run: Callable[[Options], int]) -> Parser:
    """text: one line for people. run: gives the exit status; may raise SimError."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def whole(least: int, most: int) -> Callable[[str], int]:
    """For argparse: a number without anything around it."""

    def read(text: str) -> int:
        # int() takes blanks, underscores and signs, and refuses what is too long with an error of its own.
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else -1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{text!r}: a whole number {least} to {most} is allowed")
        return number

    return read


def played(work: Callable[[], int]) -> int:
    """The exit status of work that processes share. However it ends, nothing of theirs is left behind."""
    try:
        with _folder(), _terminated_as_interrupted():
            return work()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever was listening has left; Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


@contextmanager
def _folder() -> Iterator[None]:
    """For all temporary files, of the processes that are begun inside too: one that is killed clears nothing away."""
    before = os.environ.get("TMPDIR"), tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="ansim-") as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        try:
            yield
        finally:
            os.environ.pop("TMPDIR")
            if before[0] is not None:
                os.environ["TMPDIR"] = before[0]
            tempfile.tempdir = before[1]


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
