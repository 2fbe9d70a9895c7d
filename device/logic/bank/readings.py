"""The boards of a bank: what is believed of them, and whether they were read again since the last pulse. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from device.logic.bank.blanking import Blanking
from device.logic.bank.board import Board, Feedback
from device.logic.bank.settings import DoorSettings
from device.logic.units import S
from drivers.lock_ports import BoardRead

# Four rounds of questions, or three questions without an answer. The driver tells every reading that differs: a board
# that has told nothing since says what it said last.
CONSENT_NS = 1 * S

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Latch:
    """News of one door's latch: `feedback` is None when nothing is known of it any more."""

    door: str
    feedback: Feedback | None


class Readings:
    """Everything that is heard of latches on boards, by door."""

    def __init__(self, doors: Iterable[DoorSettings], blanking: Blanking) -> None:
        self._blanking = blanking
        self._doors: dict[Place, dict[int, str]] = {}
        for door in doors:
            if door.latch is not None:
                self._doors.setdefault((door.latch.bus, door.latch.board), {})[door.latch.lock] = door.name
        self._boards = {place: Board(frozenset(locks)) for place, locks in self._doors.items()}
        self._unsettled: set[Place] = set()

    def __contains__(self, place: Place) -> bool:
        return place in self._boards

    def is_settled(self, place: Place | None = None) -> bool:
        """Whether a board, or each of them, has been read again since the last pulse."""
        return place not in self._unsettled if place is not None else not self._unsettled

    def expect(self) -> None:
        """A pulse is over: every board that can be heard is to be read again."""
        self._unsettled.update(place for place, board in self._boards.items() if board.is_heard)

    def read(self, fact: BoardRead) -> list[Latch]:
        place = (fact.bus, fact.board)
        board = self._boards[place]
        counts = not self._blanking.holds(fact.at_ns)
        if counts and place not in self._unsettled and not board.is_news(fact.locked):
            return []
        latches = self._latches(place, board.feed(fact.locked, fact.at_ns, counts=counts))
        if not counts:
            self._unsettled.add(place)
        elif board.settled_ns == fact.at_ns:
            self._unsettled.discard(place)
        return latches

    def restless(self, fact: BoardRead) -> list[str]:
        """Doors whose latch comes and goes, and settles at nothing."""
        place = (fact.bus, fact.board)
        return [self._doors[place][lock] for lock in self._boards[place].restless(fact.at_ns)]

    def lose(self, bus: str, board: int | None = None) -> list[Latch]:
        """Nothing is known of a board any more; None: of any on this bus."""
        lost: list[Latch] = []
        for place, each in self._boards.items():
            if place[0] == bus and board in (None, place[1]):
                self._unsettled.discard(place)
                lost += [Latch(self._doors[place][lock], None) for lock in each.forget()]
        return lost

    def tick(self, now_ns: int) -> list[Latch]:
        """Believe boards that have had their time to say otherwise."""
        due_ns = self.due_ns()
        if due_ns is None or now_ns < due_ns:
            return []
        unsettled, self._unsettled = self._unsettled, set()
        return [each for place in unsettled for each in self._latches(place, self._boards[place].consent(now_ns))]

    def due_ns(self) -> int | None:
        """When to call tick next; None while a pulse is under way."""
        quiet_ns = self._blanking.quiet_ns
        return quiet_ns + CONSENT_NS if self._unsettled and quiet_ns is not None else None

    def _latches(self, place: Place, feedback: list[Feedback]) -> list[Latch]:
        return [Latch(self._doors[place][each.lock], each) for each in feedback]
