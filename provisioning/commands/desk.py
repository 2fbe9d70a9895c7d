"""What every command needs: the office, who asks, the pass phrase, and how answers are printed."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar
from unicodedata import east_asian_width, normalize

from device.usage import Parser
from drivers.guarded_file import SECRET
from provisioning.authority.authority import Authority
from provisioning.authority.office_file import read_office_file
from provisioning.errors import OfficeError
from provisioning.office import Office

Options: TypeAlias = argparse.Namespace
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - it has no public name
Run: TypeAlias = Callable[[Options], int]
T = TypeVar("T")

_MAX_PASSPHRASE_BYTES = 1024
PASSPHRASE_VARIABLE = "ANSIM_PASSPHRASE_FILE"  # noqa: S105 - names a variable that names a file
OFFICE_VARIABLE = "ANSIM_OFFICE"


def add_command(commands: Commands, name: str, text: str, run: Run) -> Parser:
    """A sub-command with what all of them understand."""
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    command.add_argument(
        "--office",
        type=Path,
        metavar="DIR",
        default=Path(os.environ.get(OFFICE_VARIABLE, ".")),
        help=f"the office's folder (default: ${OFFICE_VARIABLE}, or this one)",
    )
    command.add_argument("--json", action="store_true", help="for machines: one JSON value")
    return command


def needs_passphrase(command: Parser) -> None:
    """The command signs something."""
    command.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        default=os.environ.get(PASSPHRASE_VARIABLE) or None,
        help=f"holds the pass phrase of the authority (default: ${PASSPHRASE_VARIABLE}, or asked at the terminal)",
    )


def open_office(options: Options) -> Office:
    """The office that the command line names, in the name of who is logged in."""
    return Office(options.office, actor())


def actor() -> str:
    """Who does it: behind sudo, the person who typed it."""
    return os.environ.get("SUDO_USER") or login()


def login() -> str:
    """The user's name; the number of one who has none, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.geteuid())


def unlock(office: Office, options: Options) -> Authority:
    return office.unlock(passphrase(options))


def passphrase(options: Options, *, is_new: bool = False) -> bytes:
    """From the file that is named, or from the terminal; a new one twice. Raises OfficeError."""
    if options.passphrase_file is not None:
        path = Path(options.passphrase_file)
        return read_office_file(path, _MAX_PASSPHRASE_BYTES, SECRET).rstrip(b"\r\n")
    if not sys.stdin.isatty():
        raise OfficeError("pass phrase: nobody is there to type it; --passphrase-file FILE is needed")
    typed = _ask("Pass phrase of the authority: ")
    if is_new and typed != _ask("Once more: "):
        raise OfficeError("pass phrase: typed differently the second time")
    return typed


def _ask(prompt: str) -> bytes:
    try:
        return getpass.getpass(prompt).encode("utf-8")
    except EOFError:
        raise OfficeError("pass phrase: nothing was typed") from None
    except UnicodeError:
        raise OfficeError("pass phrase: not UTF-8") from None


def answer(options: Options, value: object, lines: Iterable[str]) -> None:
    """Print for a machine or for a person."""
    if options.json:
        print(json.dumps(value, ensure_ascii=False))
    else:
        for line in lines:
            print(line)


def complain(line: str) -> None:
    """One line for a person, on standard error."""
    print(line, file=sys.stderr)


@contextmanager
def progress(text: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on the terminal, if there is one; gives the function to call at each step."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    # rich takes 0.1 s to load: only who has a terminal waits for it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda: bar.advance(task)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of columns; a syllable of Hangul is two columns wide."""
    everything = [head, *rows]
    widths = [max(_width(row[column]) for row in everything) for column in range(len(head))]
    for row in everything:
        yield "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    # A Mac writes the letters of a syllable one by one; the terminal shows the syllable.
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in normalize("NFC", text))
