"""How a program of this project answers wrong usage: one line, and the exit status for it."""

import argparse
from typing import NoReturn

EX_USAGE = 64
"""Exit status for wrong usage (sysexits.h)."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose every complaint is one line on standard error and exit status EX_USAGE."""

    def error(self, message: str) -> NoReturn:
        self.exit(EX_USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")
