"""Receipts that wait for the disk: what a light shows as received must not be sent again. Pure."""

from device.logic.receipt import Answer
from device.logic.units import S
from drivers.ports import Place

# A disk that does not answer must not keep the good news from the person at the button.
PATIENCE_NS = 1 * S
# Later answers that may come meanwhile: as many as there are states.
_ANSWERS = len(Answer)


class Settling:
    """Answers by event, from the first receipt until the disk has forgotten the event, or has had its time."""

    def __init__(self) -> None:
        self._waiting: dict[Place, tuple[int, list[Answer]]] = {}

    def begin(self, place: Place, answer: Answer, now_ns: int) -> None:
        self._waiting[place] = (now_ns, [answer])

    def add(self, place: Place, answer: Answer) -> bool:
        """A later answer. False if nothing waits for this event (any more)."""
        if place not in self._waiting:
            return False
        answers = self._waiting[place][1]
        if len(answers) < _ANSWERS and answer not in answers:
            answers.append(answer)
        return True

    def end(self, place: Place) -> list[Answer]:
        """The answers in their order; none if nothing waits for this event."""
        return self._waiting.pop(place, (0, []))[1]

    def overdue(self, now_ns: int) -> list[Place]:
        """The events that the disk has had its time for."""
        return [place for place, (since_ns, _) in self._waiting.items() if now_ns >= since_ns + PATIENCE_NS]

    def due_ns(self) -> int | None:
        """When the first of them will be overdue."""
        first = next(iter(self._waiting.values()), None)
        return None if first is None else first[0] + PATIENCE_NS
