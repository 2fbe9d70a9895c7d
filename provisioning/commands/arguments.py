"""What may stand on the command line: types of arguments, each of which says what is allowed."""

from argparse import ArgumentTypeError
from collections.abc import Callable

from device.logic.device_id import DEVICE_ID_WORDS, is_device_id

_MAX_DIGITS = 10


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number of this range, both ends in it."""

    def read(text: str) -> int:
        if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS and low <= int(text) <= high:
            return int(text)
        raise ArgumentTypeError(f"{text[:80]!r}; allowed are {low}–{high}")

    return read


def name(text: str) -> str:
    """Of a device, a site or a client."""
    if not is_device_id(text):
        raise ArgumentTypeError(f"{text[:80]!r}; allowed are {DEVICE_ID_WORDS}")
    return text


def printable(text: str) -> str:
    """What people read, on one line."""
    if not text.isprintable():
        raise ArgumentTypeError(f"{text[:80]!r}; only printable characters are allowed")
    return text
