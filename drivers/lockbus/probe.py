"""Which boards are on a line, before anybody has written it down. Opens nothing, releases nothing: it only asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.locks.frames import BoardState, Codec, FrameFault, QueryBoard, Reply, Request

_ASKS = 4
"""Two boards with one number that differ by a few bits or microseconds are not garbled every time."""
_REACTIONS = frozenset({FrameFault.CHECKSUM, FrameFault.HEADER, FrameFault.LENGTH, FrameFault.COLLISION})


class Asker(Protocol):
    """`BlockingLine`, as far as it is needed here."""

    def ask(self, request: Request, codec: Codec, *, patient: bool = False) -> Reply | FrameFault | None: ...


class Presence(StrEnum):
    """What is heard at one number."""

    STEADY = "steady"
    """One board: every question is answered, always alike."""
    COLLIDES = "collides"
    """Several boards, or one on a line that garbles what it says: nothing may be released there."""
    UNSTEADY = "unsteady"
    """One that does not always answer, or that declines."""


@dataclass(frozen=True, slots=True)
class FoundBoard:
    """`places`: how many locks its answer has room for, which may be more than it has; 0 if it was never understood."""

    number: int
    presence: Presence
    places: int


def find_boards(line: Asker, codec: Codec, numbers: Iterable[int]) -> tuple[FoundBoard, ...]:
    """Ask at every number, twice where nothing is heard. A number without a board takes the time of two answers."""
    silent = []
    found = []
    for number in numbers:
        board = _find(line, codec, number)
        if board is None:
            silent.append(number)
        else:
            found.append(board)
    again = (_find(line, codec, number) for number in silent)
    return tuple(sorted((*found, *filter(None, again)), key=lambda board: board.number))


def _find(line: Asker, codec: Codec, number: int) -> FoundBoard | None:
    first = line.ask(QueryBoard(number), codec, patient=True)
    if first is None or (isinstance(first, FrameFault) and first not in _REACTIONS):
        return None
    heard = [first, *(line.ask(QueryBoard(number), codec, patient=True) for _ in range(_ASKS - 1))]
    places = {8 * len(answer.feedback) for answer in heard if isinstance(answer, BoardState)}
    return FoundBoard(number, _presence(heard, places), max(places, default=0))


def _presence(heard: list[Reply | FrameFault | None], places: set[int]) -> Presence:
    if len(places) > 1 or _REACTIONS.intersection(one for one in heard if isinstance(one, FrameFault)):
        return Presence.COLLIDES
    return Presence.STEADY if all(isinstance(one, BoardState) for one in heard) else Presence.UNSTEADY
