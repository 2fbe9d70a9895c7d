"""What the programs of this project have in common at their start: how wrong usage is answered, and their streams."""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

EX_USAGE = 64
"""Exit status for wrong usage (sysexits.h)."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose every complaint is one line on standard error and exit status EX_USAGE."""

    def error(self, message: str) -> NoReturn:
        self.exit(EX_USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")


def fill_streams() -> None:
    """Python has None for a stream that was closed before the start; from now on it is an empty one."""
    null = Path(os.devnull)
    sys.stdin = sys.stdin or null.open(encoding="utf-8")
    sys.stdout = sys.stdout or null.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or null.open("w", encoding="utf-8")
