"""The records of a CSV file, each with the line at which it begins. Pure.

A quotation mark that nobody closes makes all that follows one cell, up to the next mark. Here it costs its own line
only: a record goes over several lines only if none of those that follow is a record by itself.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# More than one cell of a sensible size has; the work for a file of open quotation marks stays in proportion.
_MAX_SPAN_LINES = 20
# The longest line that is taken apart; a cell of a sensible size is refused long before.
_MAX_LINE_CHARS = 20_000

_MARKS = "quotation marks that do not match; allowed are pairs around a whole cell, and two for one inside it"


@dataclass(frozen=True, slots=True)
class Record:
    """number: from 1. span: how many lines it takes. fault: why it is none; its first line is then its only cell."""

    number: int
    span: int
    cells: tuple[str, ...]
    fault: str | None = None


def records(lines: Sequence[str], width: int, index: int = 0) -> Iterator[Record]:
    """lines: with their ends. width: how many cells a record should have. index: where to begin, from 0."""
    while index < len(lines):
        record = _record(lines, index, width)
        yield record
        index += record.span


def _record(lines: Sequence[str], index: int, width: int) -> Record:
    first = lines[index]
    if len(first) > _MAX_LINE_CHARS:
        return _broken(index, first, f"{len(first)} characters; at most {_MAX_LINE_CHARS} are allowed in a line")
    reader = csv.reader(lines[index : index + _MAX_SPAN_LINES], strict=True)
    try:
        cells = tuple(next(reader))
    except csv.Error:
        return _broken(index, first, _MARKS)
    following = lines[index + 1 : index + reader.line_num]
    if any(_width(line) == width for line in following):
        return _broken(index, first, _MARKS)
    return Record(index + 1, reader.line_num, cells)


def _broken(index: int, line: str, fault: str) -> Record:
    return Record(index + 1, 1, (line[:_MAX_LINE_CHARS],), fault)


def _width(line: str) -> int:
    """Of what can be made of one line by itself."""
    return len(next(csv.reader([line[:_MAX_LINE_CHARS]]), []))
