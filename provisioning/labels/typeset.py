"""How much room text takes on paper, and how it is made to fit. Pure.

Which font a printer's computer has is not known here: widths are upper bounds over the usual sans-serif fonts.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MM_PER_POINT = 25.4 / 72
MIN_POINTS = 6.0
"""Smaller print is not read in a store's back room."""

_LINE = 1.18
_STEP = 0.5
_BROAD = frozenset("MWmw@%&…—")
_SLIM = frozenset("iljtfrI.,:;'|!()[]- ")
_EM_WIDE, _EM_BROAD, _EM_CAPITAL, _EM_USUAL, _EM_SLIM = 1.0, 1.02, 0.78, 0.64, 0.42


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text in one size."""

    lines: tuple[str, ...]
    points: float

    @property
    def line_mm(self) -> float:
        return self.points * MM_PER_POINT * _LINE

    @property
    def height_mm(self) -> float:
        return self.line_mm * len(self.lines)


def printable(text: str) -> str:
    """One line, without characters that cannot be printed, that XML forbids or that turn the direction of writing."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def width_mm(text: str, points: float) -> float:
    """No usual font needs more. Hangul and other East Asian characters count as full width."""
    return sum(map(_em, text)) * points * MM_PER_POINT


def fit(text: str, room_mm: float, points: float, high_mm: float = 0.0) -> Block:
    """The largest size up to `points` at which the text fits a room, on one line or on several.

    `high_mm`: 0 for one line. At the least size what does not fit is cut, with "…". A line breaks at a space if there
    is one, else anywhere.
    """
    text = printable(text)
    size = points
    while size > MIN_POINTS and not _fits(text, room_mm, size, high_mm):
        size = max(size - _STEP, MIN_POINTS)
    lines = list(_broken(text, room_mm, size))
    allowed = _lines_in(high_mm, size)
    if len(lines) > allowed:
        lines[allowed - 1 :] = [_shortened(" ".join(lines[allowed - 1 :]), room_mm, size)]
    return Block(tuple(lines), size)


def _fits(text: str, room_mm: float, points: float, high_mm: float) -> bool:
    return len(list(_broken(text, room_mm, points))) <= _lines_in(high_mm, points)


def _lines_in(high_mm: float, points: float) -> int:
    return max(int(high_mm / (points * MM_PER_POINT * _LINE)), 1)


def _broken(text: str, room_mm: float, points: float) -> Iterator[str]:
    while width_mm(text, points) > room_mm:
        count = _count_that_fits(text, room_mm, points)
        space = text.rfind(" ", 1, count + 1)
        cut = space if space > 0 else count
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    yield text


def _count_that_fits(text: str, room_mm: float, points: float) -> int:
    room_em = room_mm / (points * MM_PER_POINT)
    for count, char in enumerate(text):
        room_em -= _em(char)
        if room_em < 0:
            return max(count, 1)
    return len(text)


def _shortened(text: str, room_mm: float, points: float) -> str:
    count = _count_that_fits(text, room_mm - width_mm("…", points), points)
    return f"{text[:count].rstrip()}…"


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if char in _BROAD:
        return _EM_BROAD
    if unicodedata.east_asian_width(char) in "WFA" or ord(char) > 0x24F:
        return _EM_WIDE
    if char in _SLIM:
        return _EM_SLIM
    return _EM_CAPITAL if char.isupper() else _EM_USUAL
