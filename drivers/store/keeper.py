"""What the event store does, whatever keeps the bytes: order, group commit, faults, thinning, epochs.

No thread and no file in here: `event_store.py` runs it over SQLite on a thread, `sim/disk.py` over memory.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import assert_never

from drivers.command_ports import CommandKept, CommandNotKept
from drivers.ports import Beginning, Clock, Fact, Loaded, Post, Saved, Settled, StoreFailed, StoreFault, StoreWell
from drivers.store import starts
from drivers.store.commandbook import CommandBook
from drivers.store.medium import Medium, Past, Rows, Unusable
from drivers.store.requests import Keep, Load, Note, Request, Save, Settle, comes_first, place_of
from drivers.store.saying import merged, thinned

_LOG = logging.getLogger(__name__)

CAPACITY = 20_000
"""Unanswered events kept: twice the 10,000 that are promised for days without a broker."""

BATCH = 64
"""Requests in one commit: more would keep the first of them waiting, and gain little over one sync per 64."""

# A database that fails is tried at most this often: opening it reads the whole file.
RETRY_NS = 10_000_000_000
# Thinning removes this many at once, or a tenth of a small store, so that a full store does not thin at every save.
_THIN_BATCH = 100


class Keeper:
    """Serves requests in order, many in one commit, and turns every failure into a fact. One thread at a time."""

    def __init__(self, medium: Medium, post: Post, clock: Clock, capacity: int = CAPACITY) -> None:
        self._medium = medium
        self._post = post
        self._clock = clock
        self._capacity = capacity
        self._thin_batch = max(1, min(_THIN_BATCH, capacity // 10))
        self._rows: Rows | None = None
        self._retry_at_ns = 0
        # Why the last thing failed. CORRUPT stands until the file has been put aside: opening does not see all damage.
        self._fault = StoreFault.FAILED
        self._text = ""
        self._kept_aside: str | None = None
        self._said_failed = False
        # The reserve is gone: what room there is belongs to alarms, until there is enough to lay it in again.
        self._frugal = False
        self._count = 0
        self._boot = ""
        self._epoch = ""
        self._last_seq = 0
        self._last_digest: str | None = None
        self._book = CommandBook()

    def start(self, boot: str, random_hex: str) -> Beginning:
        """Open, make this start durable, and say what was found. A disk that cannot gives an epoch `ffffffff…`.

        ValueError unless `random_hex` is 8 lower-case hex digits.
        """
        starts.epoch_of(starts.UNKNOWN, random_hex)
        self._boot = boot
        past = self._open_first()
        self._book.opened(past, self._clock.monotonic_ns())
        self._count = max(self._medium.read_starts() or 0, past.starts) + 1
        is_first = self._count == 1 and self._rows is not None and self._kept_aside is None
        written = self._count_in_file()
        marked = self._count_in_rows(is_first)
        self._epoch = starts.epoch_of(self._count if written or marked else starts.UNKNOWN, random_hex)
        self._last_digest = past.last_digest
        same_boot = past.boot == boot
        return Beginning(
            self._epoch,
            past.last_digest,
            past.urgent,
            past.urgent + past.others,
            same_boot,
            past.orderly,
            past.commands,
            0 if is_first and marked else past.commands_from_ns,
        )

    def serve(self, requests: Sequence[Request]) -> None:
        """Do all of it in one commit if possible, else one by one. Every request but a note is answered."""
        if self._rows is None and not self._reopen():
            self._refuse(requests)
            return
        requests = self._admitted(requests)
        if not requests:
            return
        try:
            facts = self._commit(requests)
        except Exception as error:  # noqa: BLE001  a request that breaks the code must not end the thread
            self._undo(error)
            self._serve_singly(requests)
        else:
            self._answer(requests, facts)

    def finish(self, orderly: bool) -> None:
        """Say goodbye if `orderly`, and close."""
        rows, self._rows = self._rows, None
        if rows is None:
            return
        try:
            if orderly:
                _within(rows, lambda: rows.mark_run(self._count, self._boot, orderly=True))
        except Unusable as error:
            _LOG.warning("event store: no goodbye: %s", error)
        _close_quietly(rows)

    # ------------------------------------------------------------ opening

    def _open_first(self) -> Past:
        rows: Rows | None = None
        try:
            rows = self._open()
            past = rows.past()
        except Unusable as error:
            _close_quietly(rows)
            self._give_up(error)
            self._say(StoreFailed(0, error.fault, str(error)))
            return Past(0, None, False, None, 0, 0)
        self._rows = rows
        return past

    def _count_in_file(self) -> bool:
        try:
            self._medium.write_starts(self._count)
        except Unusable as error:
            _LOG.warning("event store: start counter not written: %s", error)
            return False
        return True

    def _count_in_rows(self, is_first: bool) -> bool:
        rows = self._rows
        if rows is None:
            return False

        def begin() -> None:
            rows.mark_run(self._count, self._boot, orderly=False)
            self._book.begin(rows, self._clock.wall(), first=is_first)

        try:
            _within(rows, begin)
        except Unusable as error:
            _close_quietly(rows)
            self._give_up(error)
            self._say(StoreFailed(0, error.fault, str(error)))
            return False
        self._lay_in_reserve()
        if self._kept_aside is not None:
            self._say_well()
        return True

    def _open(self) -> Rows:
        if self._fault is not StoreFault.CORRUPT:
            try:
                return self._medium.open()
            except Unusable as error:
                if error.fault is not StoreFault.CORRUPT:
                    raise
                _LOG.warning("event store: %s", error)
        self._kept_aside = self._medium.put_aside()
        self._fault = StoreFault.FAILED
        _LOG.warning("event store: kept aside as %s", self._kept_aside)
        return self._medium.open()

    def _reopen(self) -> bool:
        if self._clock.monotonic_ns() < self._retry_at_ns:
            return False
        rows: Rows | None = None
        try:
            rows = self._open()
            self._carry_over(rows)
        except Unusable as error:
            _close_quietly(rows)
            self._give_up(error)
            return False
        self._rows = rows
        self._lay_in_reserve()
        if self._said_failed or self._kept_aside is not None:
            self._say_well()
        return True

    def _carry_over(self, rows: Rows) -> None:
        """A database that was away, or is new, learns what this run knows."""
        past = rows.past()
        self._book.opened(past, self._clock.monotonic_ns())
        self._count = max(self._count, past.starts)
        rows.begin()
        rows.mark_run(self._count, self._boot, orderly=False)
        if self._last_digest is not None:
            rows.mark_last(self._last_digest)
        rows.commit()

    def _give_up(self, error: Unusable) -> None:
        _LOG.warning("event store: %s: %s", error.fault.value, error)
        self._rows = None
        self._fault, self._text = error.fault, str(error)
        self._retry_at_ns = self._clock.monotonic_ns() + RETRY_NS

    # ------------------------------------------------------------ doing

    def _commit(self, requests: Sequence[Request], make_room: bool = False) -> list[Fact]:
        rows = self._rows
        if rows is None:
            raise Unusable(StoreFault.FAILED, "not open")
        facts: list[Fact] = []
        rows.begin()
        if make_room:
            facts += thinned(rows.thin(1, self._thin_batch))
        for request in requests:
            facts += self._do(rows, request)
        seq, digest = self._newest(requests)
        if digest is not None and seq > self._last_seq:
            rows.mark_last(digest)
        excess = rows.unanswered() - self._capacity
        if excess > 0:
            facts += thinned(rows.thin(excess, self._thin_batch))
        rows.commit()
        self._last_seq, self._last_digest = seq, digest
        return facts

    def _do(self, rows: Rows, request: Request) -> list[Fact]:
        match request:
            case Save(record, _):
                rows.insert(record)
                self._book.conclude(rows, request)
                return [Saved(0, (record.place,))]
            case Settle(place, state):
                rows.forget(place, state)
                self._book.conclude(rows, request)
                return [Settled(0, (place,))]
            case Load(urgent, after, limit):
                found = rows.find(urgent, after, limit)
                loaded = Loaded(0, urgent, found.records, found.more)
                if not found.damaged:
                    return [loaded]
                return [StoreFailed(0, StoreFault.CORRUPT, "stored event damaged", found.damaged), loaded]
            case Note(text):
                rows.note(text)
                return []
            case Keep(command):
                return [self._book.keep(rows, command, self._clock.wall())]
            case _:
                assert_never(request)

    def _newest(self, requests: Sequence[Request]) -> tuple[int, str | None]:
        """Highest seq of this run and its digest. Of this run only: `ffffffff…` would outrank every later epoch."""
        newest = (self._last_seq, self._last_digest)
        for request in requests:
            if isinstance(request, Save) and request.record.place.epoch == self._epoch:
                seq = request.record.place.seq
                newest = (seq, request.record.digest) if seq > newest[0] else newest
        return newest

    def _admitted(self, requests: Sequence[Request]) -> Sequence[Request]:
        """Without a reserve, refuse what may wait; try to lay it in again every RETRY_NS."""
        if self._frugal and self._clock.monotonic_ns() >= self._retry_at_ns:
            self._lay_in_reserve()
        if not self._frugal:
            return requests
        waiting = [request for request in requests if not (isinstance(request, Load) or comes_first(request))]
        if waiting:
            self._fault, self._text = StoreFault.FULL, "what room is left is kept for alarms"
            self._refuse(waiting)
        return [request for request in requests if request not in waiting]

    def _lay_in_reserve(self) -> None:
        self._frugal = not self._medium.reserve()
        if self._frugal:
            self._retry_at_ns = self._clock.monotonic_ns() + RETRY_NS

    def _serve_singly(self, requests: Sequence[Request]) -> None:
        """The second and last try: smaller commits may fit, a database opened again may work."""
        for index, request in enumerate(requests):
            if self._rows is None and not self._reopen():
                self._refuse(requests[index:])
                return
            try:
                facts = self._commit_one(request)
            except Exception as error:  # noqa: BLE001  see serve
                self._undo(error)
                if self._rows is None:
                    self._retry_at_ns = self._clock.monotonic_ns() + RETRY_NS
                self._refuse((request,))
            else:
                self._answer((request,), facts)

    def _commit_one(self, request: Request) -> list[Fact]:
        """On a full disk only alarms and settling use the reserve, and only alarms displace what may wait."""
        try:
            return self._commit((request,))
        except Unusable as error:
            if error.fault is not StoreFault.FULL or not comes_first(request):
                raise
            self._undo(error)
        if self._medium.make_room():
            self._frugal, self._retry_at_ns = True, self._clock.monotonic_ns() + RETRY_NS
            try:
                return self._commit((request,))
            except Unusable as error:
                self._undo(error)
        return self._commit((request,), make_room=isinstance(request, Save))

    def _undo(self, error: Exception) -> None:
        """Roll back; close the database where only opening it again, at once, can help."""
        rows = self._rows
        try:
            if rows is not None:
                rows.rollback()
        except Unusable as worse:
            error = worse
        self._fault, self._text = StoreFault.FAILED, repr(error)
        if not isinstance(error, Unusable):
            _LOG.error("event store: request failed: %r", error)
            return
        self._fault, self._text = error.fault, str(error)
        if error.fault is StoreFault.FULL and rows is not None:
            rows.reclaim()
        else:
            _close_quietly(rows)
            self._rows, self._retry_at_ns = None, 0

    # ------------------------------------------------------------ answering

    def _refuse(self, requests: Sequence[Request]) -> None:
        places = tuple(place for place in map(place_of, requests) if place is not None)
        if places:
            self._say(StoreFailed(0, self._fault, self._text, places))
        for request in requests:
            match request:
                case Save() | Settle():
                    self._book.missed(request)
                case Load():
                    self._say(StoreFailed(0, self._fault, self._text))
                case Note() | Keep() if not self._said_failed:
                    self._say(StoreFailed(0, self._fault, self._text))
            if isinstance(request, Keep):
                self._say(CommandNotKept(0, request.command.jti))

    def _answer(self, requests: Sequence[Request], facts: Sequence[Fact]) -> None:
        # Only what is written proves that there is room again: a settled event frees some. A store that nobody has
        # anything to tell to is asked by a note (device/logic/delivery.py).
        written = any(isinstance(request, Save | Note) for request in requests)
        written = written or any(isinstance(fact, CommandKept) for fact in facts)
        if self._said_failed and written and not self._frugal:
            self._say_well()
        for request in requests:
            if isinstance(request, Save | Settle):
                self._book.done(request)
        for fact in merged(facts):
            self._say(fact)

    def _say_well(self) -> None:
        kept_aside, self._kept_aside = self._kept_aside, None
        self._say(StoreWell(0, kept_aside))

    def _say(self, fact: Fact) -> None:
        if isinstance(fact, StoreFailed | StoreWell):
            self._said_failed = isinstance(fact, StoreFailed)
        self._post(replace(fact, at_ns=self._clock.monotonic_ns()))


def _within(rows: Rows, change: Callable[[], None]) -> None:
    rows.begin()
    change()
    rows.commit()


def _close_quietly(rows: Rows | None) -> None:
    """What a failing database says at closing adds nothing."""
    try:
        if rows is not None:
            rows.close()
    except Unusable as error:
        _LOG.debug("event store: closing: %s", error)
