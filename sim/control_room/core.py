"""The control room that plays: the desk, and how it answers. Pure but for the ledger: facts in, messages out."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import count

from device.logic.receipt import Answer
from device.logic.units import S
from drivers.ports import Message, Place, WallClock
from sim.control_room.desk import Desk, Letter, Taken, replies
from sim.control_room.mischief import Forger, Wrongness
from sim.control_room.receipts import Reply


@dataclass(frozen=True, slots=True)
class Prompt:
    """Answers at once, as it should."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Verifies and stores, and says nothing."""


@dataclass(frozen=True, slots=True)
class Slow:
    """Answers `delay_s` after the event has come, >= 0."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class Wrong:
    """Answers at once with a receipt that must not be believed."""

    kind: Wrongness


Answering = Prompt | Silent | Slow | Wrong


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one turn: what was taken, and what is to be sent now."""

    taken: tuple[Taken, ...] = ()
    messages: tuple[Message, ...] = ()


class RoomCore:
    """One thread. `answering` may be changed between any two calls; what is delayed already stays so."""

    def __init__(self, desk: Desk, forger: Forger) -> None:
        self._desk = desk
        self._forger = forger
        self._delayed: list[tuple[int, int, tuple[Reply, ...]]] = []
        self._numbers = count()
        self.answering: Answering = Prompt()

    def take(self, letters: Iterable[Letter], now: WallClock) -> Turn:
        """Messages that came together are stored in one commit and answered together."""
        taken = self._desk.take(letters, now)
        return Turn(tuple(taken), self._answer(replies(taken), now))

    def operate(
        self, device_id: str, place: Place, answer: Answer, now: WallClock, reason: str | None = None
    ) -> tuple[Message, ...]:
        """A person acknowledges, dispatches, closes, rejects. KeyError if the event is not known."""
        return self._answer(self._desk.operate(device_id, place, answer, reason), now)

    def due_ns(self) -> int | None:
        """When to call tick next, monotonic."""
        return self._delayed[0][0] if self._delayed else None

    def tick(self, now: WallClock) -> tuple[Message, ...]:
        """Receipts whose time has come."""
        ready: list[Reply] = []
        while self._delayed and self._delayed[0][0] <= now.at_ns:
            ready.extend(heapq.heappop(self._delayed)[2])
        return tuple(self._desk.answer(ready, now))

    def note_receipts(self) -> None:
        """Call after messages were sent: the ledger then knows of them."""
        self._desk.note_receipts()

    def _answer(self, answers: list[Reply], now: WallClock) -> tuple[Message, ...]:
        if not answers:
            return ()
        match self.answering:
            case Prompt():
                return tuple(self._desk.answer(answers, now))
            case Silent():
                return ()
            case Slow(delay_s):
                due_ns = now.at_ns + round(delay_s * S)
                heapq.heappush(self._delayed, (due_ns, next(self._numbers), tuple(answers)))
                return ()
            case Wrong(kind):
                return tuple(self._desk.answer(answers, now, partial(self._forger.seal, kind)))
