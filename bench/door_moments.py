"""From lines to times, for the doors of a bank: what moved, what the line carried, what was told. Pure."""

import base64
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.moments import Line, Moments, lines_of

_QUERY, _UNLOCK = 0x80, 0x8A
_STATE_BYTES = 7
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Opening:
    """A door that really moved."""

    door: str
    cause: str
    at_ns: int
    closed_ns: int | None


def openings_of(lines: Iterable[Line]) -> list[Opening]:
    return [Opening(door, cause, at_ns, closed_ns) for _, at_ns, closed_ns, door, cause in lines_of(lines, "opening")]


def by_door(times: Iterable[tuple[str, int]]) -> Moments:
    found: dict[str, list[int]] = defaultdict(list)
    for door, at_ns in times:
        found[door].append(at_ns)
    return found


def events_heard(lines: Iterable[Line]) -> dict[tuple[str, str], Moments]:
    """When each event first arrived at the subscriber, by type and phase, then by subject."""
    found: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    known: set[str] = set()
    for _, at_ns, topic, payload in lines_of(lines, "heard"):
        if not topic.startswith("ansim/"):
            continue
        event = json.loads(base64.urlsafe_b64decode(base64.b64decode(payload).split(b".")[1] + b"=="))
        if event["id"] not in known:
            known.add(event["id"])
            found[event["type"], event["data"]["phase"]][event["subject"]].append(at_ns)
    return dict(found)


def floor_told(lines: Iterable[Line], what: str, doors: Mapping[str, str]) -> Moments:
    """When the floor script's word for each change arrived at the subscriber. doors: by board and lock, "1-7"."""
    return by_door(
        (doors[topic.removeprefix("floor/")], at_ns)
        for _, at_ns, topic, payload in lines_of(lines, "heard")
        if topic.startswith("floor/") and base64.b64decode(payload).decode() == what
    )


class Wire:
    """What was on the line to the boards: questions by when they began, answers by when they had come whole."""

    def __init__(self, lines: Sequence[Line]) -> None:
        asked, self._answers = _frames(lines, "asked"), _frames(lines, "answered")
        self._asked_ns = [at_ns for at_ns, _ in asked]
        self._answered_ns = [at_ns for at_ns, _ in self._answers]
        self.unlocks_ns = [at_ns for at_ns, frame in asked if frame[0] == _UNLOCK]
        """When the first bit of each unlock was on the line."""

    def first_told_ns(self, board: int, lock: int, opened_ns: int) -> int:
        """When the first answer came that says that this lock is open. ValueError if none did."""
        for at_ns, data in self._answers[bisect_left(self._answered_ns, opened_ns) :]:
            is_state = len(data) == _STATE_BYTES and data[:2] == bytes((_QUERY, board))
            if is_state and not int.from_bytes(data[2:5], "little") >> (lock - 1) & 1:
                return at_ns
        raise ValueError(f"{board}/{lock} was never told")

    def slowest_answer_ms(self) -> float:
        """From a question for a state to its answer: far more than 30 ms is no board's doing, but this machine's."""
        spans_ns = (
            self._answered_ns[at] - asked_ns
            for asked_ns in self._asked_ns
            if asked_ns not in self.unlocks_ns
            and (at := bisect_right(self._answered_ns, asked_ns)) < len(self._answers)
        )
        return max(spans_ns) / _NS_PER_MS

    def beyond_ms(self, received_ns: int, unlock_ns: int, silence_ns: int) -> float:
        """From the command to its frame, less what was left of the one exchange that the frame came right behind.

        That exchange is from the first bit of its question, but not before the command came, until its answer had come
        whole, and the silence that the line must have behind it. No exchange before it is taken off, and no time that
        a port may keep what has come in.
        """
        begun_ns = self._asked_ns[bisect_left(self._asked_ns, unlock_ns) - 1]
        ended_ns = self._answered_ns[bisect_right(self._answered_ns, begun_ns)] + silence_ns
        bus_ns = max(0, min(ended_ns, unlock_ns) - max(begun_ns, received_ns))
        return (unlock_ns - received_ns - bus_ns) / _NS_PER_MS


def _frames(lines: Sequence[Line], kind: str) -> list[tuple[int, bytes]]:
    return [(at_ns, bytes.fromhex(text)) for _, at_ns, text in lines_of(lines, kind)]
