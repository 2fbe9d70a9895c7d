"""What the control room has before it: alarms and troubles, newest first. One thread."""

import json
from collections import OrderedDict
from dataclasses import dataclass

from device.logic.envelope import JsonObject
from device.logic.event import Phase
from device.logic.units import MS
from drivers.ports import Place
from sim.acts import model as act
from sim.acts.words import RoomState
from sim.control_room.ledger import Filing
from sim.control_room.room import Arrival
from sim.demo.story import Journey
from sim.panel.times import Times

ROWS = 50
"""Of what is to be answered, and as many of all else."""
LATENCIES = 200
_CLASSES = ("alarm", "trouble", "door", "command", "system", "test")
# What nobody has to answer displaces nothing that somebody has.
_PRESSING = ("alarm", "trouble")


@dataclass(slots=True)
class Row:
    """One event on the screen of the control room."""

    store: str
    place: Place
    type: str
    subject: str
    phase: str
    time: str
    arrived_ms: int
    late_ms: float
    detail: JsonObject
    """What the event says besides, in words and numbers: no lists of doors."""
    answer: str = "received"
    restored: bool = False
    conflict: bool = False

    @property
    def event_class(self) -> str:
        return self.type.split(".")[1]

    @property
    def is_pressing(self) -> bool:
        return self.event_class in _PRESSING


@dataclass(frozen=True, slots=True)
class Latency:
    """How long an alarm of a person took."""

    store: str
    journey: Journey


class RoomView:
    """The control room."""

    def __init__(self) -> None:
        self.mood = act.Room(state=RoomState.PROMPT)
        self.is_connected = False
        self._rows: OrderedDict[tuple[str, str], Row] = OrderedDict()
        self._latencies: list[Latency] = []

    def arrived(self, arrival: Arrival, journey: Journey | None, times: Times) -> None:
        """A verified event; journey: what its store tells of it."""
        event = arrival.event
        key = (event.device, event.id)
        if arrival.filing is not Filing.NEW:
            if arrival.filing is Filing.CONFLICT and key in self._rows:
                self._rows[key].conflict = True
            return
        if journey is not None and journey.is_person:
            self._latencies = [*self._latencies, Latency(event.device, journey)][-LATENCIES:]
        if event.phase is Phase.RESTORED and self._restore(event.device, event.type, event.subject):
            return
        moved_utc_ns = event.time_ns if journey is None else times.utc_ns(journey.moved_ns)
        late_ms = round((times.utc_ns(arrival.stored_ns) - moved_utc_ns) / MS, 1)
        names = event.device, event.place, event.type, event.subject, event.phase.value, event.time
        row = Row(*names, times.utc_ms(arrival.stored_ns), late_ms, _words(event.detail_json))
        if row.event_class in _CLASSES:
            self._rows[key] = row
            self._make_room(row.is_pressing)

    def newest_alarm(self, store: str) -> Place | None:
        """The newest raised alarm of a store."""
        rows = (row for row in reversed(self._rows.values()) if row.store == store)
        return next((row.place for row in rows if row.event_class == "alarm" and row.phase == "raised"), None)

    def answered(self, store: str, place: Place, answer: str) -> None:
        """A person has acted on an event."""
        row = self._rows.get((store, str(place)))
        if row is not None:
            row.answer = answer

    def world(self) -> JsonObject:
        """`room` in the panel's JSON."""
        mood = self.mood
        return {
            "state": mood.state.value,
            "delay_ms": mood.delay_ns // MS,
            "lie": mood.lie.value,
            "connected": self.is_connected,
            "alarms": [_row(row) for row in reversed(self._rows.values())],
        }

    def latency(self, times: Times) -> list[JsonObject]:
        """`latency` in the panel's JSON."""
        return [_latency(latency, times) for latency in self._latencies]

    def _make_room(self, is_pressing: bool) -> None:
        keys = [key for key, row in self._rows.items() if row.is_pressing is is_pressing]
        for key in keys[: len(keys) - ROWS]:
            del self._rows[key]

    def _restore(self, store: str, kind: str, subject: str) -> bool:
        for row in reversed(self._rows.values()):
            if (row.store, row.type, row.subject) == (store, kind, subject) and not row.restored:
                row.restored = row.phase == Phase.RAISED
                return row.restored
        return False


def _words(detail_json: str) -> JsonObject:
    detail: JsonObject = json.loads(detail_json)
    return {name: value for name, value in detail.items() if isinstance(value, str | int | float | bool)}


def _row(row: Row) -> JsonObject:
    return {
        "store": row.store,
        "id": str(row.place),
        "class": row.event_class,
        "type": row.type,
        "subject": row.subject,
        "phase": row.phase,
        "time": row.time,
        "arrived_ms": row.arrived_ms,
        "answer": row.answer,
        "restored": row.restored,
        "conflict": row.conflict,
        "late_ms": row.late_ms,
        "detail": row.detail,
    }


def _latency(latency: Latency, times: Times) -> JsonObject:
    journey = latency.journey
    told: JsonObject = {"store": latency.store, "id": journey.id, "at_ms": times.utc_ms(journey.moved_ns)}
    for step in ("verified", "receipt"):
        after_ms = journey.after_ms(step)
        told[f"{step}_ms"] = None if after_ms is None else round(after_ms, 1)
    return told
