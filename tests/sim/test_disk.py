"""What the store in memory adds to its contract: it is slow when told to, and forgets what was not committed."""

import pytest

from drivers.ports import Fact, Place, Saved, StoreFailed, StoreFault, StoreWell
from sim.disk import MemoryDisk, MemoryStore, Wiring, open_memory_store
from sim.schedule import Action, VirtualTime
from tests.builders import make_record

SECOND_NS = 1_000_000_000
BOOT, RANDOM = "boot", "9f3c51d7"
EPOCH = f"00000001{RANDOM}"


class Desk:
    """A slow store and what it posted."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.disk = MemoryDisk()
        self.facts: list[Fact] = []
        self.wiring = Wiring(self.facts.append, self.time.clock, self._plan)
        self.store: MemoryStore
        self.store, _ = open_memory_store(self.disk, self.wiring, BOOT, random_hex=RANDOM)
        self.store.delay_ns = SECOND_NS

    def save(self, *seqs: int) -> None:
        for seq in seqs:
            self.store.save(make_record(seq, epoch=EPOCH))

    def saved(self) -> list[tuple[int, ...]]:
        return [tuple(place.seq for place in fact.places) for fact in self.facts if isinstance(fact, Saved)]

    def _plan(self, delay_ns: int, action: Action) -> None:
        self.time.schedule.at(self.time.clock.monotonic_ns() + delay_ns, action)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_answer_takes_as_long_as_the_disk(desk: Desk) -> None:
    desk.save(1)

    desk.time.run_for(SECOND_NS - 1)
    early = desk.saved()
    desk.time.run_for(1)

    assert early == []
    assert desk.saved() == [(1,)]
    assert desk.facts[0].at_ns == desk.time.clock.monotonic_ns()


def test_requests_that_pile_up_share_a_commit(desk: Desk) -> None:
    desk.save(*range(1, 71))

    desk.time.run_for(SECOND_NS)
    desk.save(71)
    desk.time.run_for(SECOND_NS)

    assert desk.saved() == [tuple(range(1, 65)), tuple(range(65, 72))]


def test_crash_forgets_what_was_not_committed_and_answers_nothing_any_more(desk: Desk) -> None:
    desk.save(1)
    desk.time.run_for(SECOND_NS)
    old = desk.store
    desk.save(2)

    desk.store, beginning = old.crash(BOOT, "00000000")
    desk.time.run_for(10 * SECOND_NS)

    assert desk.saved() == [(1,)]
    assert (beginning.epoch, beginning.unanswered, beginning.orderly) == ("0000000200000000", 1, False)
    assert (old.alive, desk.store.alive) == (False, True)


def test_crash_may_wire_the_next_store_to_somebody_else(desk: Desk) -> None:
    heard: list[Fact] = []
    store, beginning = desk.store.crash(BOOT, RANDOM, Wiring(heard.append, desk.time.clock, desk.wiring.schedule))

    store.save(make_record(1, epoch=beginning.epoch))
    desk.time.run_for(SECOND_NS)

    assert [type(fact) for fact in heard] == [Saved]
    assert desk.facts == []


def test_read_only_disk_says_so_from_the_start() -> None:
    desk = Desk()
    desk.disk.broken = StoreFault.READ_ONLY

    desk.store, beginning = desk.store.crash(BOOT, RANDOM)

    assert beginning.epoch == f"ffffffff{RANDOM}"
    assert [fact.fault for fact in desk.facts if isinstance(fact, StoreFailed)] == [StoreFault.READ_ONLY]


def test_corrupt_contents_can_be_looked_at_afterwards(desk: Desk) -> None:
    desk.save(1)
    desk.time.run_for(SECOND_NS)
    desk.disk.corrupt()
    desk.save(2)
    desk.time.run_for(SECOND_NS)

    well = next(fact for fact in desk.facts if isinstance(fact, StoreWell))

    assert well.kept_aside is not None
    assert list(desk.disk.kept_aside[well.kept_aside].events) == [Place(EPOCH, 1)]


def test_notes_and_rejected_events_are_kept(desk: Desk) -> None:
    desk.save(1)
    desk.store.settle(Place(EPOCH, 1), "rejected")
    desk.store.note("short lift")
    desk.store.close(orderly=True)

    assert desk.disk.contents is not None
    assert desk.disk.contents.notes == ("short lift",)
    assert [record.place for record in desk.disk.contents.rejected] == [Place(EPOCH, 1)]
    assert not desk.store.alive
