"""Reads bounded values out of JSON that a stranger may have written. Pure. Raises Refused, and nothing else."""

import json
import math
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from device.logic.envelope import JsonObject, Refusal, Refused
from drivers.ports import Place

# RFC 8259 §6: beyond 2^53 readers disagree about an integer.
MAX_INT = 2**53 - 1
MAX_WORD = 64
MAX_TEXT = 128
_EPOCH = re.compile(r"[0-9a-f]{16}")
_PLACE = re.compile(r"([0-9a-f]{16})-([1-9][0-9]{0,15})")
# RFC 3339 §5.6, upper case, as CloudEvents' Timestamp asks for.
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
_Word = TypeVar("_Word", bound=StrEnum)


def malformed() -> Refused:
    return Refused(Refusal.PAYLOAD)


def text(source: JsonObject, name: str, longest: int = MAX_TEXT) -> str:
    """1 to `longest` printable characters. Lone surrogates and control characters are not printable."""
    value = source.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise malformed()
    return value


def matching(source: JsonObject, name: str, pattern: re.Pattern[str]) -> str:
    value = source.get(name)
    if not isinstance(value, str) or len(value) > MAX_TEXT or not pattern.fullmatch(value):
        raise malformed()
    return value


def word(source: JsonObject, name: str, among: type[_Word]) -> _Word:
    value = source.get(name)
    if not isinstance(value, str):
        raise malformed()
    try:
        return among(value)
    except ValueError:
        raise malformed() from None


def integer(source: JsonObject, name: str, least: int = 0, most: int = MAX_INT) -> int:
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise malformed()
    return value


def seconds(source: JsonObject, name: str) -> float:
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise malformed()
    if not 0 <= value <= MAX_INT or not math.isfinite(value):
        raise malformed()
    return float(value)


def boolean(source: JsonObject, name: str) -> bool:
    value = source.get(name)
    if not isinstance(value, bool):
        raise malformed()
    return value


def table(source: JsonObject, name: str) -> JsonObject:
    value = source.get(name)
    if not isinstance(value, dict):
        raise malformed()
    return value


def epoch(source: JsonObject) -> str:
    return matching(source, "epoch", _EPOCH)


def place(value: object) -> Place:
    """Reads `<epoch>-<seq>`."""
    found = _PLACE.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[2]) > MAX_INT:
        raise malformed()
    return Place(found[1], int(found[2]))


def moment(source: JsonObject, name: str) -> tuple[str, int]:
    """A time as written, and in nanoseconds of UTC since 1970 (to the microsecond)."""
    written = matching(source, name, _TIME)
    try:
        since = datetime.fromisoformat(written) - _ORIGIN
    except (ValueError, OverflowError):
        raise malformed() from None
    return written, since // timedelta(microseconds=1) * 1000


def as_json(source: JsonObject) -> str:
    """Compact JSON in ASCII, for keeping."""
    # What was deep enough to be read may be too deep to be written from here.
    try:
        return json.dumps(source, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        raise malformed() from None
