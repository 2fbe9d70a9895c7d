"""A list of sites as spreadsheets write it (CSV, RFC 4180): read it, write it, and write the bad lines again. Pure.

Exports start with a byte order mark: without it Excel takes Korean in UTF-8 for another encoding.

A spreadsheet runs a cell that begins with = + - or @ as a formula, and some of these cells come from other people. On
export such a cell gets an apostrophe before it, and so does one that begins with an apostrophe; on import an apostrophe
before one of these characters is taken away. So what was written is read back exactly, telephone numbers such as +82 …
too. Plain numbers need none of it.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, zip_longest

from provisioning.errors import RefusedError
from provisioning.model import Plan
from provisioning.registry.registry import Registry, Tally
from provisioning.sites_line import COLUMNS, REQUIRED, is_number, plan_of
from provisioning.sites_records import Record, records

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_LINES = 100_000

_ENCODINGS = {"utf-8": "cp949", "cp949": "utf-8"}
"""What is allowed, each with the one to try instead."""
_BOM = b"\xef\xbb\xbf"
_REASON = "reason"
# The last four are full-width: the same to a Korean or Japanese spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_GUARD = "'"


@dataclass(frozen=True, slots=True)
class GoodLine:
    """number: the line of the file at which it begins, from 1."""

    number: int
    plan: Plan
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadLine:
    """number: the line of the file at which it begins, from 1. cells: one, the line, if they cannot be told apart."""

    number: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: each line that is not empty is good or bad. header: without `reason`."""

    good: tuple[GoodLine, ...]
    bad: tuple[BadLine, ...]
    header: tuple[str, ...]

    @property
    def plans(self) -> tuple[Plan, ...]:
        return tuple(line.plan for line in self.good)


def read_sites(data: bytes, source: str, encoding: str = "utf-8") -> Reading:
    """Read a list of sites. RefusedError, beginning with `source`, if the file as a whole cannot be used.

    encoding: utf-8, with or without a byte order mark, or cp949, as Korean Excel writes.
    """
    text = _decode(data, source, encoding)
    lines = list(islice(io.StringIO(text, newline=""), MAX_LINES + 1))
    if len(lines) > MAX_LINES:
        raise RefusedError(f"{source}: too long; at most {MAX_LINES} lines are allowed")
    head = next((record for record in records(lines, len(COLUMNS)) if any(_cells(record))), None)
    if head is None:
        raise RefusedError(f"{source}: empty; the first line has to name the columns: {', '.join(COLUMNS)}")
    header = _header(head, f"{source}: line {head.number}")
    return _sort(records(lines, len(header), head.number - 1 + head.span), header)


def check_against(registry: Registry, reading: Reading) -> Reading:
    """Turn good lines bad which the registry would not take."""
    owners = {device.id: device.site for device in registry.devices()}
    reserved = registry.reserved()
    faults = [(line, _conflict(line.plan, owners, reserved)) for line in reading.good]
    bad = [*reading.bad, *(BadLine(line.number, fault, line.cells) for line, fault in faults if fault)]
    bad.sort(key=lambda line: line.number)
    return Reading(tuple(line for line, fault in faults if not fault), tuple(bad), reading.header)


def import_sites(
    registry: Registry, reading: Reading, now: datetime, dry_run: bool, progress: Callable[[], None]
) -> Tally:
    """Apply the good lines; those that the registry would not take are left out: `check_against` names them."""
    return registry.apply(check_against(registry, reading).plans, now, dry_run=dry_run, progress=progress)


def write_sites(plans: Iterable[Plan]) -> bytes:
    """What `read_sites` reads back as the same plans."""
    return _write((COLUMNS, *(_row(plan) for plan in plans)))


def write_bad(header: Sequence[str], bad: Iterable[BadLine]) -> bytes:
    """The bad lines again, with their reasons in one more column, which `read_sites` skips: to be mended, and read.

    A line with too few cells is written as one cell: filled up, it might pass for a good one.
    """
    width = len(header)
    rows = []
    for line in bad:
        cells = line.cells if len(line.cells) >= width else (",".join(line.cells), *[""] * (width - 1))
        rows.append((*cells[:width], line.reason, *cells[width:]))
    return _write(((*header, _REASON), *rows))


def _decode(data: bytes, source: str, encoding: str) -> str:
    if len(data) > MAX_FILE_BYTES:
        raise RefusedError(f"{source}: too big; at most {MAX_FILE_BYTES} bytes are allowed")
    if encoding not in _ENCODINGS:
        raise RefusedError(f"{source}: encoding {encoding!r:.40}; allowed are {', '.join(_ENCODINGS)}")
    if data.startswith(_BOM) and encoding != "utf-8":
        raise RefusedError(f"{source}: line 1, byte 0: not {encoding}; it begins as utf-8 does, try that")
    body = data.removeprefix(_BOM)
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        at = error.start + len(data) - len(body)
        raise RefusedError(
            f"{source}: line {line}, byte {at}: not {encoding}; try encoding {_ENCODINGS[encoding]}"
        ) from None


def _header(head: Record, where: str) -> tuple[str, ...]:
    """The columns with `reason` among them, in the order of the file."""
    if head.fault is not None:
        raise RefusedError(f"{where}: {head.fault}")
    header = _trimmed(tuple(cell.lower() for cell in _cells(head)), 0)
    for index, column in enumerate(header):
        if column not in {*COLUMNS, _REASON}:
            raise RefusedError(f"{where}: column {column!r:.80}; allowed are {', '.join(COLUMNS)}, separated by commas")
        if column in header[:index]:
            raise RefusedError(f"{where}: column {column} is there twice; allowed is each once")
    for column in REQUIRED:
        if column not in header:
            raise RefusedError(f"{where}: no column {column}; allowed are {', '.join(COLUMNS)}")
    return header


def _sort(found: Iterator[Record], header: tuple[str, ...]) -> Reading:
    """Good ones from bad ones. Only good lines take a name: a bad one never costs another."""
    good: list[GoodLine] = []
    bad: list[BadLine] = []
    names: dict[str, int] = {}
    for record in found:
        cells = _trimmed(_cells(record), len(header))
        if not any(cells):
            continue  # an empty line, or one of commas only, as spreadsheets leave at the end
        try:
            plan = _plan(record, cells, header, names)
        except RefusedError as error:
            bad.append(BadLine(record.number, str(error), _without_reason(cells, header)))
        else:
            good.append(GoodLine(record.number, plan, _without_reason(cells, header)))
    return Reading(tuple(good), tuple(bad), tuple(column for column in header if column != _REASON))


def _plan(record: Record, cells: tuple[str, ...], header: tuple[str, ...], names: dict[str, int]) -> Plan:
    if record.fault is not None:
        raise RefusedError(record.fault)
    if len(cells) != len(header):
        raise RefusedError(f"{len(cells)} cells; allowed are {len(header)}, as in the header")
    plan = plan_of({column: cell for column, cell in zip(header, cells, strict=True) if column != _REASON})
    # Sites and devices have the same kind of name, but one name may be both: a store with one device.
    claims = [f"site {plan.site.id}", *(f"device {device}" for device in plan.devices)]
    for claim in claims:
        if claim in names:
            raise RefusedError(f"{claim} is in line {names[claim]} already; allowed is once")
    names.update(dict.fromkeys(claims, record.number))
    return plan


def _conflict(plan: Plan, owners: dict[str, str], reserved: frozenset[str]) -> str:
    for device in plan.devices:
        owner = owners.get(device, plan.site.id)
        if owner != plan.site.id:
            return f"device {device} belongs to site {owner}; allowed is another name"
        if device in reserved:
            return f"device {device} is called like a client or server; allowed is another name"
    return ""


def _cells(record: Record) -> tuple[str, ...]:
    return tuple(_unguarded(" ".join(cell.split())) for cell in record.cells)


def _trimmed(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Without empty cells beyond `width`: a spreadsheet makes all lines as long as the longest."""
    filled = max((index for index, cell in enumerate(cells, 1) if cell), default=0)
    return cells[: max(filled, width)]


def _without_reason(cells: tuple[str, ...], header: tuple[str, ...]) -> tuple[str, ...]:
    pairs = zip_longest(cells, header[: len(cells)])
    return tuple(cell for cell, column in pairs if column != _REASON)


def _row(plan: Plan) -> tuple[str, ...]:
    site = plan.site
    degrees = ("" if each is None else repr(each) for each in (site.latitude, site.longitude))
    return (site.id, site.name, site.address, site.district, *degrees, site.contact, " ".join(plan.devices))


def _write(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_guarded(cell) for cell in row] for row in rows)
    return _BOM + text.getvalue().encode()


def _guarded(cell: str) -> str:
    if cell.startswith((*_FORMULA, _GUARD)) and not is_number(cell):
        return _GUARD + cell
    return cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith(_GUARD) and cell[1:].startswith((*_FORMULA, _GUARD)) else cell
