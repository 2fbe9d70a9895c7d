"""From lines to times: which press, arrival and answer belong together, button by button. Pure."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from bench.site import zone_of

_NS_PER_MS = 1_000_000

Line = list[Any]
Moments = Mapping[str, list[int]]
"""Times in ns by button, in order."""


def presses_of(lines: Iterable[Line]) -> Moments:
    """When each button began to be pressed."""
    found: dict[str, list[int]] = defaultdict(list)
    for kind, at_ns, *values in lines_of(lines, "press"):
        del kind
        found[zone_of(values[0])].append(at_ns)
    return found


def lines_of(lines: Iterable[Line], kind: str) -> list[Line]:
    return [line for line in lines if line[0] == kind]


def answers_of(lines: Iterable[Line]) -> Moments:
    """When the receipt of each raised alarm was verified, in the order of the alarms."""
    lines = list(lines)
    answered = {place: at_ns for _, at_ns, place in reversed(lines_of(lines, "answered"))}
    found: dict[str, list[int]] = defaultdict(list)
    for _, _, place, zone, phase in lines_of(lines, "event"):
        if phase == "raised":
            if place not in answered:
                raise ValueError(f"{place} was never answered")
            found[zone].append(answered[place])
    return found


def alarms_heard(lines: Iterable[Line]) -> Moments:
    """When each raised alarm first arrived at the subscriber."""
    found: dict[str, list[int]] = defaultdict(list)
    known: set[str] = set()
    for _, at_ns, topic, payload in lines_of(lines, "heard"):
        if topic.startswith("ansim/"):
            event = json.loads(base64.urlsafe_b64decode(base64.b64decode(payload).split(b".")[1] + b"=="))
            if event["data"]["phase"] == "raised" and event["id"] not in known:
                known.add(event["id"])
                found[event["subject"]].append(at_ns)
    return found


def floor_heard(lines: Iterable[Line]) -> Moments:
    """When each press of the floor script arrived at the subscriber."""
    found: dict[str, list[int]] = defaultdict(list)
    for _, at_ns, topic, _ in lines_of(lines, "heard"):
        if topic.startswith("floor/"):
            found[zone_of(topic.removeprefix("floor/"))].append(at_ns)
    return found


def gaps_ms(begun: Moments, ended: Moments) -> list[float]:
    """Each end less its beginning, in the order of the beginnings. ValueError when anything is missing or too much."""
    gaps: list[tuple[int, int]] = []
    for zone, times in begun.items():
        if len(times) != len(ended.get(zone, ())):
            raise ValueError(f"{zone}: {len(times)} presses, but {len(ended.get(zone, ()))} came of them")
        gaps += [(start_ns, end_ns - start_ns) for start_ns, end_ns in zip(times, ended[zone], strict=True)]
    return [gap_ns / _NS_PER_MS for _, gap_ns in sorted(gaps)]
