"""Whoever watches a stage: remembers everything that board and control room say, and waits for what must be said."""

from collections.abc import Callable
from threading import Condition

from sim.board.lines import Seen
from sim.control_room.desk import TakenStatus
from sim.control_room.ledger import Filing
from sim.control_room.room import Arrival
from sim.control_room.room import Seen as RoomSeen
from sim.control_room.values import VerifiedStatus

# What is waited for takes milliseconds, or as long as a backoff; this is for a machine that is busy with other things.
TIMEOUT_S = 60.0
_SHOWN = 10


class Witness:
    """`board` and `room` go into a Stage. All other methods: the test's thread."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._seen: list[Seen] = []
        self._arrivals: list[Arrival] = []
        self._status: VerifiedStatus | None = None

    def board(self, seen: Seen) -> None:
        with self._changed:
            self._seen.append(seen)
            self._changed.notify_all()

    def room(self, seen: RoomSeen) -> None:
        with self._changed:
            if isinstance(seen, Arrival):
                self._arrivals.append(seen)
            elif isinstance(seen, TakenStatus):
                self._status = seen.status
            self._changed.notify_all()

    # ------------------------------------------------------------ waiting

    def wait(self, what: str, is_so: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
        """Until `is_so`; asked whenever something is said. AssertionError, with `what`, when the time is over."""
        with self._changed:
            is_told = self._changed.wait_for(is_so, timeout_s)
            last = [(seen.kind, *seen.values) for seen in self._seen[-_SHOWN:]]
        assert is_told, f"waited {timeout_s:.0f} s in vain for {what}; the board's last words: {last}"

    def wait_start(self) -> None:
        """Until the board's start has been received, and its lamp may say so."""
        self.wait("a start", lambda: bool(self.ids("system.started")) and self.ids("system.started") <= self.received)

    def wait_for(self, kind: str, count: int = 1) -> None:
        """Until the board has said so many lines of a kind."""
        self.wait(f"{count} x {kind}", lambda: len(self.lines(kind)) >= count)

    def wait_events(self, what: str, count: int) -> None:
        """Until the board has written so many events, and its disk or the control room has them."""

        def is_kept() -> bool:
            ids = self.ids(what)
            return len(ids) >= count and ids <= self.saved | self.received

        self.wait(f"{count} x {what} kept", is_kept)

    # ------------------------------------------------------------ what was said

    def lines(self, kind: str) -> list[Seen]:
        with self._changed:
            return [seen for seen in self._seen if seen.kind == kind]

    def ids(self, what: str, phase: str | None = None) -> set[str]:
        """Of events that the board has written: `what` as in `alarm.holdup`, or the beginning of it."""
        events = [seen.values for seen in self.lines("event")]
        return {id_ for id_, told, how, *_ in events if told.startswith(what) and phase in (None, how)}

    @property
    def saved(self) -> set[str]:
        return {id_ for seen in self.lines("saved") for id_ in seen.values}

    @property
    def received(self) -> set[str]:
        """The control room's receipt is settled: the lamp says so."""
        return {id_ for seen in self.lines("received") for id_ in seen.values}

    @property
    def arrivals(self) -> list[Arrival]:
        """Everything verified that reached the control room, repetitions and all."""
        with self._changed:
            return list(self._arrivals)

    @property
    def replied(self) -> set[str]:
        """Ids that the control room has answered, honestly or not."""
        return {arrival.event.id for arrival in self.arrivals if arrival.receipt_ns is not None}

    @property
    def status(self) -> VerifiedStatus | None:
        """The device's newest."""
        with self._changed:
            return self._status

    def arrived(self, what: str) -> list[str]:
        """Ids in the order in which they came for the first time: `what` as in `alarm.holdup`, or its beginning."""
        new = (arrival for arrival in self.arrivals if arrival.filing is Filing.NEW)
        return [arrival.event.id for arrival in new if arrival.event.type.startswith(f"ansim.{what}")]
