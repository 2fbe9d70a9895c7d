"""The event store in memory, for virtual time: the agent's own keeper over a disk that can be slow, full or broken.

Not modelled: torn writes, flipped bits within an event, a disk that loses what it has synced, limits in bytes.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest

from drivers.command_ports import CommandState, Conclusion, KeptCommand
from drivers.ports import Beginning, Clock, Place, Post, Record, StoreFault, Urgency
from drivers.store.commands import MAX_COMMANDS, bygone
from drivers.store.keeper import BATCH, CAPACITY, Keeper
from drivers.store.medium import REJECTED, Found, Past, Unusable
from drivers.store.requests import Keep, Load, Note, Request, Save, Settle
from sim.schedule import After

_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Contents:
    """What a commit leaves on the disk."""

    events: dict[Place, Record] = field(default_factory=dict)
    rejected: tuple[Record, ...] = ()
    notes: tuple[str, ...] = ()
    starts: int = 0
    boot: str | None = None
    orderly: bool = False
    last_digest: str | None = None
    commands: dict[str, KeptCommand] = field(default_factory=dict)
    commands_from_ns: int | None = None


class MemoryDisk:
    """Survives its stores. Set `broken` or call `fill` and `corrupt` at any time; the next request finds out."""

    def __init__(self) -> None:
        self.contents: Contents | None = None
        self.kept_aside: dict[str, Contents] = {}
        self.starts: int | None = None
        self.broken: StoreFault | None = None
        """READ_ONLY or FAILED: nothing can be opened or written until it is None again."""
        self.room: int | None = None
        """Events that fit; None for any number."""
        self.corrupted = False

    def fill(self) -> None:
        """From now on an event fits only where another has gone."""
        self.room = len(self.contents.events) if self.contents is not None else 0

    def corrupt(self) -> None:
        """Make what is there unreadable."""
        self.corrupted = True

    def open(self) -> "MemoryRows":
        self.check()
        if self.contents is None:
            self.contents = Contents()
        return MemoryRows(self)

    def put_aside(self) -> str:
        if self.broken is not None:
            raise Unusable(self.broken, "simulated")
        name = f"events.db.corrupt-{len(self.kept_aside) + 1}"
        self.kept_aside[name] = self.contents or Contents()
        self.contents, self.corrupted = None, False
        return name

    def reserve(self) -> bool:
        """`room` is all: nothing is kept back."""
        return True

    def make_room(self) -> bool:
        return False

    def read_starts(self) -> int | None:
        return self.starts if self.broken is None else None

    def write_starts(self, count: int) -> None:
        if self.broken is not None:
            raise Unusable(self.broken, "simulated")
        self.starts = count

    def check(self) -> None:
        """Raise Unusable if the disk would."""
        if self.broken is not None:
            raise Unusable(self.broken, "simulated")
        if self.corrupted:
            raise Unusable(StoreFault.CORRUPT, "simulated")


class MemoryRows:
    """Implements medium.Rows. Events are changed in place, with what undoes it; all else in a copy, until `commit`."""

    def __init__(self, disk: MemoryDisk) -> None:
        self._disk = disk
        self._draft = disk.contents or Contents()
        self._undo: list[tuple[Place, Record | None]] = []

    def past(self) -> Past:
        kept = self._draft
        urgent = sum(1 for record in kept.events.values() if record.urgency is Urgency.ALARM)
        return Past(
            kept.starts,
            kept.boot,
            kept.orderly,
            kept.last_digest,
            urgent,
            len(kept.events) - urgent,
            tuple(sorted(kept.commands.values(), key=lambda command: command.taken_ns)),
            kept.commands_from_ns,
        )

    def begin(self) -> None:
        self._disk.check()
        self._draft = self._disk.contents or Contents()
        self._undo.clear()

    def commit(self) -> None:
        self._disk.check()
        self._disk.contents = self._draft
        self._undo.clear()

    def rollback(self) -> None:
        for place, record in reversed(self._undo):
            if record is None:
                self._draft.events.pop(place, None)
            else:
                self._draft.events[place] = record
        self._undo.clear()
        self._draft = self._disk.contents or Contents()

    def reclaim(self) -> None:
        """Memory has no log to write back."""

    def close(self) -> None:
        self.rollback()

    def mark_run(self, count: int, boot: str, orderly: bool) -> None:
        self._draft = replace(self._draft, starts=count, boot=boot, orderly=orderly)

    def mark_last(self, digest: str) -> None:
        self._draft = replace(self._draft, last_digest=digest)

    def insert(self, record: Record) -> None:
        events = self._draft.events
        if record.place not in events:
            self._check_room()
            self._undo.append((record.place, None))
            events[record.place] = record

    def forget(self, place: Place, state: str) -> None:
        record = self._remove(place)
        if record is not None and state == REJECTED:
            self._draft = replace(self._draft, rejected=(*self._draft.rejected, record)[-_KEPT:])

    def find(self, urgent: bool, after: Place | None, limit: int) -> Found:
        events = self._draft.events
        waiting = (
            place
            for place, record in events.items()
            if (record.urgency is Urgency.ALARM) == urgent and (after is None or place > after)
        )
        places = nsmallest(limit + 1, waiting)
        return Found(tuple(events[place] for place in places[:limit]), (), len(places) > limit)

    def note(self, text: str) -> None:
        self._check_room()
        self._draft = replace(self._draft, notes=(*self._draft.notes, text)[-_KEPT:])

    def unanswered(self) -> int:
        return len(self._draft.events)

    def keep(self, command: KeptCommand) -> bool:
        commands = self._draft.commands
        if len(commands) >= MAX_COMMANDS or command.jti in commands:
            return False
        self._check_room()
        self._draft = replace(self._draft, commands={**commands, command.jti: command})
        return True

    def conclude(self, conclusion: Conclusion) -> None:
        command = self._draft.commands.get(conclusion.jti)
        if command is not None and command.state is CommandState.TAKEN:
            concluded = {conclusion.jti: replace(command, state=conclusion.state)}
            self._draft = replace(self._draft, commands=self._draft.commands | concluded)

    def prune_commands(self, utc_ns: int) -> bool:
        commands = self._draft.commands
        gone = set(bygone(commands.values(), utc_ns))
        if gone:
            kept = {jti: command for jti, command in commands.items() if jti not in gone}
            self._draft = replace(self._draft, commands=kept)
        return True

    def mark_commands_from(self, utc_ns: int) -> None:
        if self._draft.commands_from_ns is None:
            self._draft = replace(self._draft, commands_from_ns=utc_ns)

    def _check_room(self) -> None:
        if self._disk.room is not None and len(self._draft.events) >= self._disk.room:
            raise Unusable(StoreFault.FULL, "simulated")

    def thin(self, excess: int, batch: int) -> Sequence[Place]:
        gone: list[Place] = []
        for urgency in (Urgency.TELEMETRY, Urgency.NORMAL):
            if len(gone) < excess:
                gone += self._oldest(urgency)[: max(excess, batch) - len(gone)]
        for place in gone:
            self._remove(place)
        return gone

    def _remove(self, place: Place) -> Record | None:
        record = self._draft.events.pop(place, None)
        if record is not None:
            self._undo.append((place, record))
        return record

    def _oldest(self, urgency: Urgency) -> list[Place]:
        return sorted(place for place, record in self._draft.events.items() if record.urgency is urgency)


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a store on a memory disk talks to."""

    post: Post
    clock: Clock
    schedule: After


def open_memory_store(
    disk: MemoryDisk, wiring: Wiring, boot: str, *, random_hex: str, capacity: int = CAPACITY
) -> tuple["MemoryStore", Beginning]:
    """As `drivers.store.open_store`, and in the same place of a start."""
    keeper = Keeper(disk, wiring.post, wiring.clock, capacity)
    beginning = keeper.start(boot, random_hex)
    return MemoryStore(keeper, disk, wiring, capacity), beginning


class MemoryStore:
    """Implements ports.Store without a thread. A request is committed, and answered, `delay_ns` after it was asked."""

    def __init__(self, keeper: Keeper, disk: MemoryDisk, wiring: Wiring, capacity: int) -> None:
        self.delay_ns = 0
        """Time of one commit; requests that come meanwhile share the next one. May be changed at any time."""
        self._keeper = keeper
        self._disk = disk
        self._wiring = wiring
        self._capacity = capacity
        self._requests: deque[Request] = deque()
        self._busy = False
        self._alive = True

    @property
    def alive(self) -> bool:
        return self._alive

    def save(self, record: Record, concludes: Conclusion | None = None) -> None:
        self._ask(Save(record, concludes))

    def keep_command(self, command: KeptCommand) -> None:
        self._ask(Keep(command))

    def settle(self, place: Place, state: str) -> None:
        self._ask(Settle(place, state))

    def load(self, urgent: bool, after: Place | None, limit: int) -> None:
        self._ask(Load(urgent, after, limit))

    def note(self, text: str) -> None:
        self._ask(Note(text))

    def close(self, orderly: bool) -> None:
        while self._requests:
            self._serve()
        self._keeper.finish(orderly)
        self._alive = False

    def cut(self) -> None:
        """End without a word. Nothing that was asked is done or answered any more."""
        self._alive = False
        self._requests.clear()

    def crash(self, boot: str, random_hex: str, wiring: Wiring | None = None) -> tuple["MemoryStore", Beginning]:
        """End without a word, and start again on what was committed."""
        self.cut()
        wiring = wiring or self._wiring
        return open_memory_store(self._disk, wiring, boot, random_hex=random_hex, capacity=self._capacity)

    def _ask(self, request: Request) -> None:
        self._requests.append(request)
        if not self._busy:
            self._busy = True
            self._wiring.schedule(self.delay_ns, self._work)

    def _work(self) -> None:
        if not self._alive:
            return
        self._serve()
        self._busy = bool(self._requests)
        if self._busy:
            self._wiring.schedule(self.delay_ns, self._work)

    def _serve(self) -> None:
        requests = [self._requests.popleft() for _ in range(min(BATCH, len(self._requests)))]
        if requests:
            self._keeper.serve(requests)
