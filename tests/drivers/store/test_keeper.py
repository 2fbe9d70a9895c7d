"""What the keeper does when the disk fails between two steps; the rest is in the contract of the store."""

import pytest

from drivers.ports import Fact, Saved, StoreFailed, StoreFault, StoreWell
from drivers.store.keeper import RETRY_NS, Keeper
from drivers.store.medium import Unusable
from drivers.store.requests import Save
from sim.clock import ManualClock
from sim.disk import MemoryDisk, MemoryRows
from tests.builders import make_record

RANDOM = "9f3c51d7"


class Rows(MemoryRows):
    """Can be read, and written while the disk says so."""

    def __init__(self, disk: "Disk") -> None:
        super().__init__(disk)
        self._faults = disk

    def commit(self) -> None:
        if self._faults.commits_fail is not None:
            raise Unusable(self._faults.commits_fail, "no commit")
        super().commit()


class Disk(MemoryDisk):
    commits_fail: StoreFault | None = None
    starts_fail = False

    def open(self) -> Rows:
        super().open()
        return Rows(self)

    def write_starts(self, count: int) -> None:
        if self.starts_fail:
            raise Unusable(StoreFault.READ_ONLY, "no file")
        super().write_starts(count)


class Desk:
    def __init__(self) -> None:
        self.disk = Disk()
        self.clock = ManualClock()
        self.facts: list[Fact] = []
        self.keeper = self.new_keeper()

    def new_keeper(self) -> Keeper:
        self.keeper = Keeper(self.disk, self.facts.append, self.clock)
        return self.keeper

    def save(self, seq: int, epoch: str) -> None:
        self.keeper.serve([Save(make_record(seq, epoch=epoch))])

    def kinds(self) -> list[type[Fact]]:
        return [type(fact) for fact in self.facts]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("starts_fail", "commits_fail", "expected"),
    [
        (False, None, "00000002"),
        (True, None, "00000002"),
        (False, StoreFault.FULL, "00000002"),
        (True, StoreFault.FULL, "ffffffff"),
    ],
)
def test_one_durable_copy_of_the_counter_is_enough_for_an_epoch(
    desk: Desk, starts_fail: bool, commits_fail: StoreFault | None, expected: str
) -> None:
    desk.keeper.start("boot", RANDOM)
    desk.save(1, f"00000001{RANDOM}")
    desk.keeper.finish(orderly=False)
    desk.disk.starts_fail, desk.disk.commits_fail = starts_fail, commits_fail

    beginning = desk.new_keeper().start("boot", RANDOM)

    assert beginning.epoch == f"{expected}{RANDOM}"
    assert (beginning.unanswered, beginning.same_boot) == (1, True)
    assert desk.kinds() == [Saved] if commits_fail is None else [Saved, StoreFailed]


def test_disk_that_fails_at_the_start_is_tried_again(desk: Desk) -> None:
    desk.disk.commits_fail = StoreFault.FAILED
    beginning = desk.keeper.start("boot", RANDOM)
    desk.disk.commits_fail = None
    desk.clock.move_to(desk.clock.monotonic_ns() + RETRY_NS)

    desk.save(1, beginning.epoch)

    assert desk.kinds() == [StoreFailed, StoreWell, Saved]


def test_goodbye_that_cannot_be_written_is_not_an_orderly_end(desk: Desk) -> None:
    desk.keeper.start("boot", RANDOM)
    desk.disk.commits_fail = StoreFault.FULL
    desk.keeper.finish(orderly=True)
    desk.disk.commits_fail = None

    assert not desk.new_keeper().start("boot", RANDOM).orderly


def test_store_that_stays_corrupt_after_a_new_file_is_tried_again_later(desk: Desk) -> None:
    beginning = desk.keeper.start("boot", RANDOM)
    desk.disk.commits_fail = StoreFault.CORRUPT

    desk.save(1, beginning.epoch)
    desk.save(1, beginning.epoch)

    assert desk.kinds() == [StoreFailed, StoreFailed]
    assert list(desk.disk.kept_aside) == ["events.db.corrupt-1"]
