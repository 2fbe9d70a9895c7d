"""The part of a transcript that shows why something failed. Pure. Lines that begin with > are the point."""

import re
from collections.abc import Callable, Iterable, Sequence

from sim.scenario.verdict import FAILED_KIND, Failure
from sim.world.chronicle import Entry

# What a reader can take in: what led there, what happened meanwhile, and a little of what came after.
_BEFORE, _MEANWHILE, _AFTER = 10, 24, 3
_EVENT_ID = re.compile(r"\b[0-9a-f]{16}-[0-9]+\b")


def step_timeline(entries: Sequence[Entry], failure: Failure, begin_ns: int) -> tuple[str, ...]:
    """What is written about the failure's store, the room and the brokers around the time of a step."""
    near = [entry for entry in entries if _concerns(entry, failure.store)]
    first = _first(near, lambda entry: entry.at_ns >= begin_ns)
    after = _first(near, lambda entry: entry.at_ns > failure.at_ns)
    before = near[max(first - _BEFORE, 0) : first]
    shown = [*_lines(before), *_bounded(_lines(near[first:after])), *_lines(near[after : after + _AFTER])]
    return tuple(shown)


def rule_timeline(entries: Sequence[Entry], failure: Failure) -> tuple[str, ...]:
    """What is written about the event that a broken rule names, and what was around it; otherwise how it ended."""
    near = [entry for entry in entries if _concerns(entry, failure.store)]
    named = _EVENT_ID.search(failure.seen)
    event_id = named[0] if named else ""
    about = [number for number, entry in enumerate(near) if event_id and event_id in entry.text.split()]
    if not about:
        return tuple(_bounded(_lines(entry for entry in near if entry.at_ns <= failure.at_ns)[-_MEANWHILE:]))
    shown = near[max(about[0] - _BEFORE, 0) : about[-1] + _AFTER + 1]
    return tuple(_bounded(_lines(shown, lambda entry: event_id in entry.text.split())))


def _concerns(entry: Entry, store: str) -> bool:
    # Without the other stores: their nights are no part of this one's.
    if entry.where in (store, "world") or entry.where.startswith("broker"):
        return True
    return entry.where == "room" and (entry.kind not in ("arrived", "presence") or store in entry.text.split())


def _first(entries: Sequence[Entry], wanted: Callable[[Entry], bool]) -> int:
    return next((number for number, entry in enumerate(entries) if wanted(entry)), len(entries))


def _is_failure(entry: Entry) -> bool:
    return entry.kind == FAILED_KIND


def _lines(entries: Iterable[Entry], is_point: Callable[[Entry], bool] = _is_failure) -> list[str]:
    return [f"{'>' if is_point(entry) else ' '} {entry}" for entry in entries]


def _bounded(lines: list[str]) -> list[str]:
    if len(lines) <= _MEANWHILE:
        return lines
    half = _MEANWHILE // 2
    return [*lines[:half], f"  … {len(lines) - 2 * half} more …", *lines[-half:]]
