"""The unanswered events of one kind: which are in memory, which wait on the disk, which may be sent. Pure.

There are two lanes, alarms and all others, each in the order of its events. Memory holds a window of the oldest ones
and whatever the disk does not have yet; the rest is loaded as the window empties. So ten thousand events cost the
memory of a few dozen.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from drivers.ports import Place, Record

WINDOW = 32


@dataclass(slots=True)
class Pending:
    """An event in memory that the control room has not answered."""

    record: Record
    since_ns: int
    due_ns: int
    saved: bool
    sent: int = 0
    token: int | None = None
    """Of the message that the broker has not acknowledged yet."""
    sent_ns: int = 0


class Lane:
    """One queue of unanswered events. Main loop only."""

    def __init__(self, *, urgent: bool, behind: bool) -> None:
        """`behind`: the disk holds events that are not in memory."""
        self.urgent = urgent
        self.behind = behind
        self.loading = False
        self._failing = False
        self._evicted = False
        self._cursor: Place | None = None
        self._pending: dict[Place, Pending] = {}
        self._order: list[Place] = []

    def __len__(self) -> int:
        return len(self._order)

    def get(self, place: Place) -> Pending | None:
        return self._pending.get(place)

    def add(self, pending: Pending) -> None:
        self._pending[pending.record.place] = pending
        insort(self._order, pending.record.place)

    def remove(self, place: Place) -> Pending | None:
        pending = self._pending.pop(place, None)
        if pending is not None:
            del self._order[bisect_left(self._order, place)]
        return pending

    def oldest(self) -> Pending | None:
        return self._pending[self._order[0]] if self._order else None

    def all(self) -> Iterator[Pending]:
        """Everything in memory, in order."""
        return (self._pending[place] for place in self._order)

    def sendable(self) -> Iterator[Pending]:
        """What may be sent, in order: the window; and alarms that were never sent, however many wait before them.

        While older ones wait for the disk, every alarm in memory may be: a disk that hangs must not end its resends.
        """
        # What has not been loaded yet comes before what is newer.
        window = min(WINDOW, self._passed()) if self.behind and not self._failing else WINDOW
        for place in islice(self._order, window):
            yield self._pending[place]
        if self.urgent:
            for place in islice(self._order, window, None):
                if self.behind or not self._pending[place].sent:
                    yield self._pending[place]

    def make_room(self, place: Place, *, may_send: bool) -> None:
        """Leave an event to the disk if memory has its window full. An alarm that may be sent now is sent first."""
        pending = self._pending.get(place)
        if pending is None or not pending.saved or pending.token is not None or self._failing:
            return
        # What the cursor has passed will not be loaded again, so it stays; so does the window while all is in memory.
        index = bisect_left(self._order, place)
        if index < (self._passed() if self.behind else WINDOW) or (self.urgent and may_send and not pending.sent):
            return
        if not self.behind:  # all that is unanswered was in memory: loading goes on behind what stays before this one
            self._cursor = self._order[index - 1]
        self.remove(place)
        self.behind = self._evicted = True

    def wants_load(self) -> bool:
        return self.behind and not self.loading and not self._failing and self._passed() <= WINDOW // 2

    def _passed(self) -> int:
        """How many in memory the cursor has passed: none older than the last of them waits on the disk."""
        return 0 if self._cursor is None else bisect_right(self._order, self._cursor)

    def load_from(self) -> Place | None:
        """Begin to load: behind which place."""
        self.loading, self._evicted = True, False
        return self._cursor

    def store_failed(self) -> None:
        """The disk cannot be read: go on with what is in memory."""
        self.loading, self._failing = False, True

    def try_again(self) -> None:
        """A disk that is too full to take anything may still be read."""
        self._failing = False

    def store_well(self) -> None:
        self.behind, self._failing = True, False

    def loaded(self, records: tuple[Record, ...], more: bool) -> list[Record]:
        """Take the answer of the store; returns what was not in memory yet."""
        self.loading = False
        self.behind = more or self._evicted
        if records:
            self._cursor = records[-1].place
        return [record for record in records if record.place not in self._pending]
