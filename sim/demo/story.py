"""What happened to each event of one store, step by step, as the board and the control room tell it. Pure."""

from collections import OrderedDict
from dataclasses import dataclass

from device.logic.units import MS
from sim.board.lines import Seen
from sim.control_room.room import Arrival

STEPS = ("edge", "believed", "signed", "sent", "broker", "stored", "verified", "receipt")
_KEPT = 200
_BY_PEOPLE = frozenset({"alarm.holdup", "alarm.panic", "alarm.hotline", "alarm.escort"})


@dataclass(slots=True)
class Journey:
    """One event's way. `moved_ns`: when the contact moved; `steps`: monotonic ns by name, as far as it has come."""

    id: str
    what: str
    phase: str
    subject: str
    moved_ns: int
    steps: dict[str, int]
    sent_times: int = 0
    answer: str | None = None
    """What the control room has said, as far as the board knows."""

    def after_ms(self, step: str) -> float | None:
        """Milliseconds from the moment the contact moved."""
        at_ns = self.steps.get(step)
        return None if at_ns is None else (at_ns - self.moved_ns) / MS

    @property
    def is_person(self) -> bool:
        """Somebody pressed, and looks at the lamp."""
        return self.what in _BY_PEOPLE and self.phase == "raised"


class Story:
    """Journeys in the order in which they began, the newest last. One thread."""

    def __init__(self) -> None:
        self.journeys: OrderedDict[str, Journey] = OrderedDict()
        self.lamps: dict[str, bool] = {}
        self.broker: int | None = None
        """To which one the board is connected, from 0."""
        self._sent: dict[str, int] = {}
        self._digests: dict[int, str] = {}
        self._ids: dict[str, str] = {}

    @property
    def is_connected(self) -> bool:
        return self.broker is not None

    def board(self, seen: Seen) -> None:
        """Something that the board said."""
        match seen.kind:
            case "light":
                name, on = seen.values
                self.lamps[name] = on
            case "up":
                self.broker = seen.values[0]
            case "down":
                self.broker = None
            case "sent":
                self._send(seen)
            case "event":
                self._begin(seen)
            case "puback":
                digest = self._digests.pop(seen.values[0], "")
                self._step(self._ids.get(digest, ""), "broker", seen.at_ns)
            case "saved" | "received":
                for id_ in seen.values:
                    self._step(id_, "stored" if seen.kind == "saved" else "receipt", seen.at_ns)
            case "answered":
                self.answered(*seen.values)

    def room(self, arrival: Arrival) -> Journey | None:
        """The control room has verified and stored an event; returns its journey if the board has told of it."""
        self._step(arrival.event.id, "verified", arrival.stored_ns)
        return self.journeys.get(arrival.event.id)

    def answered(self, id_: str, answer: str) -> None:
        """The control room has said something about an event."""
        journey = self.journeys.get(id_)
        if journey is not None:
            journey.answer = answer

    def power_off(self) -> None:
        self.lamps = dict.fromkeys(self.lamps, False)
        self.broker = None

    def _send(self, seen: Seen) -> None:
        _, token, digest = seen.values
        self._digests[token] = digest
        while len(self._digests) > _KEPT:
            del self._digests[next(iter(self._digests))]
        if digest in self._ids:
            id_ = self._ids[digest]
            self._step(id_, "sent", seen.at_ns)
            if id_ in self.journeys:
                self.journeys[id_].sent_times += 1
        else:  # a new event is sent just before it is told
            self._sent = {digest: seen.at_ns}

    def _begin(self, seen: Seen) -> None:
        id_, what, phase, subject, moved_ns, believed_ns, signed_ns, digest = seen.values
        self._ids[digest] = id_
        steps = {"edge": moved_ns, "believed": believed_ns, "signed": signed_ns}
        journey = self.journeys[id_] = Journey(id_, what, phase, subject, moved_ns, steps)
        if digest in self._sent:
            steps["sent"] = self._sent.pop(digest)
            journey.sent_times = 1
        while len(self.journeys) > _KEPT:
            self.journeys.popitem(last=False)
        while len(self._ids) > _KEPT:
            del self._ids[next(iter(self._ids))]

    def _step(self, id_: str, step: str, at_ns: int) -> None:
        journey = self.journeys.get(id_)
        if journey is not None:
            journey.steps.setdefault(step, at_ns)
