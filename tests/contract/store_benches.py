"""The event store's two back-ends with hands to break them: real files with a thread, and memory in virtual time."""

import shutil
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol, TypeVar

import pytest

from drivers.ports import Beginning, Fact, Loaded, Place, Record, Saved, Settled, Store, StoreFault, Urgency
from drivers.store.database import FILE_NAME
from drivers.store.event_store import EventStore, open_store
from drivers.store.eventrows import EventRows
from drivers.store.keeper import CAPACITY
from sim.disk import MemoryDisk, MemoryStore, Wiring, open_memory_store
from sim.schedule import Action, VirtualTime
from tests.builders import make_record

BOOT = "6f0c1c52-0000-4000-8000-000000000001"
RANDOM = "9f3c51d7"
# Real disks take milliseconds; this is for a machine that does ten other things.
_WAIT_S = 20.0

EPOCH = f"00000001{RANDOM}"
"""Of the first start."""

FactT = TypeVar("FactT", bound=Fact)


class StoreBench(Protocol):
    """A store, what it posted, and a disk that can be spoilt. `open` comes first."""

    time: VirtualTime

    @property
    def store(self) -> Store: ...

    def open(self, boot: str = BOOT, capacity: int = CAPACITY) -> Beginning: ...

    def close(self, orderly: bool) -> None: ...

    def crash(self) -> Beginning:
        """As if the power had failed while nothing was on its way, and started again."""
        ...

    def fact(self) -> Fact:
        """The next fact."""
        ...

    def left_over(self) -> list[Fact]:
        """What has been posted and nobody took."""
        ...

    def fill(self) -> None:
        """No room for another event until one goes. An event of some 8 kB counts, a small one may find a gap."""
        ...

    def break_disk(self) -> None: ...

    def mend_disk(self) -> None: ...

    def corrupt(self) -> None: ...


class FileBench:
    """`drivers.store` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.time = VirtualTime()
        self.folder = folder / "state"
        self._store: EventStore | None = None
        self._facts: SimpleQueue[Fact] = SimpleQueue()
        self._capacity = CAPACITY

    @property
    def store(self) -> EventStore:
        assert self._store is not None
        return self._store

    def open(self, boot: str = BOOT, capacity: int = CAPACITY) -> Beginning:
        self._capacity = capacity
        self._store, beginning = open_store(
            self.folder, self._facts.put, self.time.clock, boot, random_hex=RANDOM, capacity=capacity
        )
        return beginning

    def close(self, orderly: bool) -> None:
        if self._store is not None:
            self._store.close(orderly)
            self._store = None

    def crash(self) -> Beginning:
        # What the files hold now is what a power cut would leave: nothing is being written.
        image = self.folder.with_name("image")
        shutil.copytree(self.folder, image)
        self.close(orderly=True)
        shutil.rmtree(self.folder)
        image.rename(self.folder)
        return self.open(capacity=self._capacity)

    def fact(self) -> Fact:
        try:
            return self._facts.get(timeout=_WAIT_S)
        except Empty:
            pytest.fail("no fact came")

    def left_over(self) -> list[Fact]:
        facts = []
        while not self._facts.empty():
            facts.append(self._facts.get())
        return facts

    def fill(self) -> None:
        pages = self.rows().pragma("page_count")
        self.rows().pragma(f"max_page_count={pages}")

    def break_disk(self) -> None:
        # Holds for root, who may write where modes forbid it.
        self.folder.rename(self.folder.with_name("away"))
        self.folder.write_bytes(b"")

    def mend_disk(self) -> None:
        self.folder.unlink()
        self.folder.with_name("away").rename(self.folder)

    def corrupt(self) -> None:
        path = self.folder / FILE_NAME
        if self._store is not None:
            rows = self.rows()
            rows.pragma("wal_checkpoint(TRUNCATE)")
            rows.pragma("shrink_memory")
        path.write_bytes(b"\xa5" * path.stat().st_size)

    def rows(self) -> "OpenRows":
        """The open database, while the thread has nothing to do."""
        rows = self.store._keeper._rows
        assert isinstance(rows, EventRows)
        return OpenRows(rows)


class OpenRows:
    """A way past the store to SQLite."""

    def __init__(self, rows: EventRows) -> None:
        self._rows = rows

    def pragma(self, name: str) -> object:
        found = self._rows._run(f"PRAGMA {name}")
        return found[0][0] if found else None


class MemoryBench:
    """`sim.disk`; a commit takes half a second."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.disk = MemoryDisk()
        self._store: MemoryStore | None = None
        self._facts: SimpleQueue[Fact] = SimpleQueue()
        self._wiring = Wiring(self._facts.put, self.time.clock, self._plan)

    @property
    def store(self) -> MemoryStore:
        assert self._store is not None
        return self._store

    def open(self, boot: str = BOOT, capacity: int = CAPACITY) -> Beginning:
        self._store, beginning = open_memory_store(self.disk, self._wiring, boot, random_hex=RANDOM, capacity=capacity)
        self._store.delay_ns = 500_000_000
        return beginning

    def close(self, orderly: bool) -> None:
        if self._store is not None:
            self._store.close(orderly)
            self._store = None

    def crash(self) -> Beginning:
        self._store, beginning = self.store.crash(BOOT, RANDOM)
        return beginning

    def fact(self) -> Fact:
        while self._facts.empty():
            next_ns = self.time.schedule.next_ns()
            assert next_ns is not None, "no fact will come"
            self.time.run_until(next_ns)
        return self._facts.get()

    def left_over(self) -> list[Fact]:
        facts = []
        while not self._facts.empty():
            facts.append(self._facts.get())
        return facts

    def fill(self) -> None:
        self.disk.fill()

    def break_disk(self) -> None:
        self.disk.broken = StoreFault.FAILED

    def mend_disk(self) -> None:
        self.disk.broken = None

    def corrupt(self) -> None:
        self.disk.corrupt()

    def _plan(self, delay_ns: int, action: Action) -> None:
        self.time.schedule.at(self.time.clock.monotonic_ns() + delay_ns, action)


def fact_of(bench: StoreBench, kind: type[FactT]) -> FactT:
    """The next fact, which must be of this kind."""
    fact = bench.fact()
    assert isinstance(fact, kind), fact
    return fact


def places_of(bench: StoreBench, kind: type[Saved] | type[Settled], count: int) -> list[Place]:
    """The places of the next facts, all of this kind, until there are so many; one commit may answer for several."""
    places: list[Place] = []
    while len(places) < count:
        places += fact_of(bench, kind).places
    return places


def load(bench: StoreBench, urgent: bool, after: Place | None = None, limit: int = 100) -> Loaded:
    bench.store.load(urgent, after, limit)
    return fact_of(bench, Loaded)


def event(seq: int, urgency: Urgency = Urgency.NORMAL, epoch: str = EPOCH) -> Record:
    return make_record(seq, epoch=epoch, urgency=urgency)


def large(seq: int, urgency: Urgency = Urgency.NORMAL) -> Record:
    """Too large for a gap in a page."""
    return make_record(seq, epoch=EPOCH, urgency=urgency, payload={"filler": "x" * 6000})


def save(bench: StoreBench, *records: Record) -> None:
    for record in records:
        bench.store.save(record)
    assert places_of(bench, Saved, len(records)) == [record.place for record in records]


def settle(bench: StoreBench, place: Place, state: str = "received") -> None:
    bench.store.settle(place, state)
    assert places_of(bench, Settled, 1) == [place]
