"""What the commands of ansim-sim share: exit statuses, and how a command joins the parser."""

import argparse
from collections.abc import Callable
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

Options = argparse.Namespace
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - it has no public name


def add_command(commands: Commands, name: str, text: str, run: Callable[[Options], int]) -> Parser:
    """text: one line for people. run: gives the exit status; may raise SimError."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser
