"""A view as lines for a narrow screen. Pure. A Hangul syllable is two columns wide."""

import unicodedata

from device.commission.view import COSTLY, Choice, View
from device.commission.words import Words

COLUMNS = 40
"""A phone held upright, over ssh."""
STOP_KEY = "0"
"""With Enter behind it: numbers of doors begin with it, and a thumb may be quicker than the question."""
MANY_KEY = "+"
"""The one choice where a name is typed: no name has it in it."""
_BAR_COLUMNS = 24
_WIDE = frozenset("WF")


def lines_of(view: View, words: Words, columns: int = COLUMNS) -> tuple[str, ...]:
    """Progress first, then what is said, then the answers by number. A name is typed behind the last line."""
    header = words.header if view.door and not view.asks_which else words.header_of_bank
    title = header.format(door=words.door(view.door), number=view.number, of=view.of, done=view.done)
    lines = [*wrapped(title, columns), bar(view.done, view.of)]
    for said in view.said:
        lines += ["", *wrapped(words.said(said), columns)]
    if view.said:
        lines.append("")
    for number, choice in enumerate(view.choices, start=1):
        key = "Enter" if choice is on_enter(view) else MANY_KEY if view.asks_which else str(number)
        lines += wrapped(f"[{key}] {words.choice(choice, view.door)}", columns)
    if not view.is_over:
        lines += wrapped(f"[{STOP_KEY} Enter] {words.stop}", columns)
    if view.asks_which:
        lines += ["", words.number]
    return tuple(lines)


def on_enter(view: View) -> Choice | None:
    """The answer of the Enter key, where it has one of its own."""
    first = next(iter(view.choices), None)
    return None if view.asks_which or first in COSTLY else first


def bar(done: int, of: int) -> str:
    """How far the whole bank is."""
    full = _BAR_COLUMNS * done // of
    return f"[{'#' * full}{'.' * (_BAR_COLUMNS - full)}]"


def wrapped(text: str, columns: int = COLUMNS) -> tuple[str, ...]:
    """Broken at blanks, and within a word that is longer than a line."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if width(longer) <= columns:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while width(line) > columns:
                head = _head(line, columns)
                lines.append(head)
                line = line[len(head) :]
        lines.append(line)
    return tuple(lines)


def width(text: str) -> int:
    """In columns."""
    return sum(2 if unicodedata.east_asian_width(character) in _WIDE else 1 for character in text)


def _head(text: str, columns: int) -> str:
    """As much as fits, one character at least."""
    at = 1
    while width(text[: at + 1]) <= columns and at < len(text):
        at += 1
    return text[:at]
