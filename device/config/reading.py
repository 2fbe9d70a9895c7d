"""One reading of one configuration: the faults found so far, and what has been read in spite of them. Pure."""

import re
from collections.abc import Iterator
from typing import Never, TypeVar

T = TypeVar("T")

MAX_SHOWN = 60
"""Characters of a value that a fault line shows: enough to recognise it, little enough to stay one line."""
MAX_FAULTS = 50
"""A file that is something else entirely would fill the journal of a small board."""
MAX_INT_BITS = 256
"""Larger integers are cut: Python refuses to write out one of more than 4300 digits."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_USER_INFO = re.compile(r"//[^/@]*@")


class Faulty(Exception):
    """What was read is not allowed. The fault is already on the list."""


class Reading:
    """Collects one line per fault, and remembers what must be unique and which tables were read whole."""

    def __init__(self, file: str) -> None:
        self._file = escaped(file)
        self._lines: list[str] = []
        self._uncounted = 0
        self._taken: dict[tuple[str, object], str] = {}
        self._whole: list[tuple[str, object]] = []

    @property
    def faults(self) -> tuple[str, ...]:
        """The lines, in the order found; the last one counts those beyond MAX_FAULTS."""
        more = (f"{self._file}: {self._uncounted} more faults",) if self._uncounted else ()
        return (*self._lines, *more)

    def report(self, text: str) -> None:
        """Add a fault; `text` comes after the name of the file."""
        if len(self._lines) < MAX_FAULTS:
            self._lines.append(f"{self._file}: {text}")
        else:
            self._uncounted += 1

    def refuse(self, at: str, value: object, allowed: str) -> Never:
        """Report a value that is not what `allowed`, a noun phrase, says. Raises Faulty."""
        self.report(f"{at} = {shown(value)}: {allowed} is allowed")
        raise Faulty

    def claim(self, noun: str, value: object, at: str, written: object) -> None:
        """Take `value`, `noun` of its kind, for the key at `at`. Raises Faulty if another key has taken it."""
        owner = self._taken.setdefault((noun, value), at)
        if owner != at:
            self.report(f"{at} = {shown(written)}: {noun} of its own is allowed; {value} is taken by {owner}")
            raise Faulty

    def owner(self, noun: str, value: object) -> str | None:
        """Where the key stands that has taken `value`; None if none has."""
        return self._taken.get((noun, value))

    def keep(self, at: str, table: object) -> None:
        """Remember a table that was read whole."""
        self._whole.append((at, table))

    def kept(self, kind: type[T]) -> Iterator[tuple[str, T]]:
        """The tables of this type that were read whole, and where they stand."""
        for at, table in self._whole:
            if isinstance(table, kind):
                yield at, table


def shown(value: object) -> str:
    """A value much as TOML writes it: one line, at most MAX_SHOWN characters, no secrets that are known as such."""
    if isinstance(value, str):
        return _shown_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > MAX_INT_BITS:
        return f"(an integer of {value.bit_length()} bits)"
    if isinstance(value, dict):
        return f"{{{_counted(len(value), 'key')}}}"
    if isinstance(value, list):
        return f"[{_counted(len(value), 'item')}]"
    return str(value)


def shown_key(name: str) -> str:
    """A key as TOML writes it: bare where that is possible."""
    return cut(name) if _BARE_KEY.fullmatch(name) else _shown_text(name)


def escaped(text: str) -> str:
    """`text` without anything that moves the cursor or hides what follows."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def cut(text: str) -> str:
    """At most MAX_SHOWN characters; an ellipsis says that there was more."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _shown_text(text: str) -> str:
    # A key pasted in place of its path, or a password in an address, must not end up in a journal.
    if "-----BEGIN" in text:
        return '"-----BEGIN …"'
    public = _USER_INFO.sub("//…@", text[: 4 * MAX_SHOWN])
    return f'"{cut(escaped(public))}"'


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
