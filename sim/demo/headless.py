"""The demo without anybody: it presses by itself and tells what the control room verified."""

import json
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TextIO

from device.logic.units import S
from sim.board.lines import Order, Seen
from sim.board.remote import Start, start_alone
from sim.broker.brokers import Broker
from sim.control_room.ledger import Filing
from sim.control_room.room import Arrival
from sim.control_room.room import Seen as RoomSeen
from sim.demo.story import Journey, Story
from sim.office import TrialOffice
from sim.site import BELL, BUTTON
from sim.stage import Stage

PRESS_EVERY_NS = 1 * S
PRESS_MS = 200
# How long a press may need to be verified before the run ends all the same.
_LAST_WORDS_NS = 5 * S


class Headless:
    """Presses the store's two buttons in turn: each zone may raise thirty alarms a minute."""

    def __init__(
        self,
        folder: Path,
        office: TrialOffice,
        broker: Broker,
        seed: int,
        out: TextIO,
        *,
        as_json: bool,
        start_board: Start = start_alone,
    ) -> None:
        self._news: SimpleQueue[Seen | RoomSeen] = SimpleQueue()
        self._stage = Stage(
            folder,
            broker=broker,
            office=office,
            on_board=self._news.put,
            on_room=self._news.put,
            seed=seed,
            start_board=start_board,
        )
        self._story = Story()
        self._out = out
        self._as_json = as_json
        self._presses = 0
        self.verified = 0
        """Alarms of the presses that the control room has verified."""

    def run(self, duration_s: float) -> int:
        """Play for so long; returns how many presses were not verified."""
        with self._stage as stage:
            stage.board.power_on()
            end_ns = stage.clock.monotonic_ns() + int(duration_s * S)
            press_ns: int | None = None
            while (now_ns := stage.clock.monotonic_ns()) < end_ns:
                if press_ns is not None and now_ns >= press_ns:
                    press_ns += PRESS_EVERY_NS
                    self._press(stage)
                seen = self._wait(min(end_ns, press_ns or end_ns) - now_ns)
                if press_ns is None and isinstance(seen, Seen) and seen.kind == "up":
                    press_ns = stage.clock.monotonic_ns()
            last_ns = end_ns + _LAST_WORDS_NS
            while self.verified < self._presses and (now_ns := stage.clock.monotonic_ns()) < last_ns:
                self._wait(last_ns - now_ns)
        return self._presses - self.verified

    def _press(self, stage: Stage) -> None:
        stage.board.order(Order((BUTTON, BELL)[self._presses % 2], "press", PRESS_MS))
        self._presses += 1

    def _wait(self, timeout_ns: int) -> Seen | RoomSeen | None:
        try:
            seen = self._news.get(timeout=max(timeout_ns, 0) / S)
        except Empty:
            return None
        if isinstance(seen, Seen):
            self._story.board(seen)
        elif isinstance(seen, Arrival):
            self._tell(seen, self._story.room(seen))
        return seen

    def _tell(self, arrival: Arrival, journey: Journey | None) -> None:
        event = arrival.event
        if arrival.filing is not Filing.NEW:
            return
        self.verified += journey is not None and journey.is_person
        after_ms = None if journey is None else journey.after_ms("verified")
        if not self._as_json:
            took = "" if after_ms is None else f", verified after {after_ms:.1f} ms"
            print(f"{event.id}  {event.type} {event.phase.value}  {event.subject}{took}", file=self._out, flush=True)
            return
        line = {
            "device": event.device,
            "id": event.id,
            "type": event.type,
            "phase": event.phase.value,
            "subject": event.subject,
            "time": event.time,
            "digest": event.digest,
            "verified": True,
            "verified_after_ms": after_ms if after_ms is None else round(after_ms, 3),
        }
        print(json.dumps(line), file=self._out, flush=True)
