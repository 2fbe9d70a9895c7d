"""A disk that is spoiled while the agent's own store uses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest

from drivers.clock import SystemClock
from drivers.command_ports import CommandNotKept, CommandState, KeptCommand
from drivers.ports import Beginning, Fact, Place, Record, Saved, StoreFailed, StoreFault, StoreWell, Urgency
from drivers.store.event_store import EventStore
from sim.acts.words import DiskState
from sim.board.disk import BoardDisk, spoil_files

_PATIENCE_S = 30


class Bench:
    """An open store on a disk of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disk = BoardDisk()
        self.facts: SimpleQueue[Fact] = SimpleQueue()

    @contextmanager
    def opened(self) -> Iterator[tuple[EventStore, Beginning]]:
        store, beginning = self.disk.open_store(
            self.folder, self.facts.put, SystemClock(), "boot", random_hex="01234567"
        )
        try:
            yield store, beginning
        finally:
            store.close(orderly=True)

    def fact(self) -> Fact:
        return self.facts.get(timeout=_PATIENCE_S)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "state")


def _record(epoch: str, seq: int, urgency: Urgency = Urgency.ALARM) -> Record:
    return Record(Place(epoch, seq), urgency, f"digest-{seq}", b"envelope")


def test_good_disk_keeps_everything(bench: Bench) -> None:
    with bench.opened() as (store, beginning):
        store.save(_record(beginning.epoch, 1))
        assert isinstance(bench.fact(), Saved)

    with bench.opened() as (_, later):
        assert later.unanswered_urgent == 1


@pytest.mark.parametrize(
    ("state", "fault"),
    [(DiskState.READ_ONLY, StoreFault.READ_ONLY), (DiskState.FAILED, StoreFault.FAILED)],
)
def test_broken_disk_keeps_nothing_and_says_why(bench: Bench, state: DiskState, fault: StoreFault) -> None:
    with bench.opened() as (store, beginning):
        bench.disk.become(state)
        store.save(_record(beginning.epoch, 1))
        failed = bench.fact()

    assert isinstance(failed, StoreFailed)
    assert (failed.fault, failed.places) == (fault, (Place(beginning.epoch, 1),))


def test_broken_disk_is_found_at_the_start(bench: Bench) -> None:
    bench.disk.become(DiskState.FAILED)

    with bench.opened() as (_, beginning):
        assert beginning.epoch.startswith("ffffffff")


def test_full_disk_has_a_reserve_for_alarms_and_none_for_the_rest(bench: Bench) -> None:
    with bench.opened() as (store, beginning):
        bench.disk.become(DiskState.FULL)
        store.save(_record(beginning.epoch, 1, Urgency.NORMAL))
        refused = bench.fact()
        store.save(_record(beginning.epoch, 2))
        kept = bench.fact()

    assert isinstance(refused, StoreFailed)
    assert refused.fault is StoreFault.FULL
    assert isinstance(kept, Saved)


def test_full_disk_takes_no_command_and_the_reserve_is_not_for_commands(bench: Bench) -> None:
    command = KeptCommand("c-1", "door.unlock", "07", 1, 1, 2, CommandState.TAKEN)
    with bench.opened() as (store, beginning):
        bench.disk.become(DiskState.FULL)
        store.keep_command(command)
        said = [bench.fact(), bench.fact()]
        store.save(_record(beginning.epoch, 1))
        saved = bench.fact()
        store.keep_command(command)
        said += [bench.fact()]

    assert [type(fact) for fact in said] == [StoreFailed, CommandNotKept, CommandNotKept]
    assert isinstance(saved, Saved)


def test_slow_commit_ends_when_the_disk_recovers(bench: Bench) -> None:
    with bench.opened() as (store, beginning):
        bench.disk.become(DiskState.SLOW, 3_600_000_000_000)
        store.save(_record(beginning.epoch, 1))
        assert bench.facts.empty()
        bench.disk.become(DiskState.GOOD)
        assert isinstance(bench.fact(), Saved)


def test_corrupt_files_are_put_aside_once_and_the_disk_is_good_again(bench: Bench) -> None:
    with bench.opened() as (store, beginning):
        bench.disk.become(DiskState.CORRUPT)
        store.save(_record(beginning.epoch, 1))
        said = [bench.fact(), bench.fact()]

    assert [type(fact) for fact in said] == [StoreWell, Saved]
    assert (bench.folder / "events.db.corrupt-1").exists()


def test_files_that_are_spoiled_without_power_are_found_at_the_start(bench: Bench) -> None:
    with bench.opened() as (store, beginning):
        store.save(_record(beginning.epoch, 1))
        assert isinstance(bench.fact(), Saved)
    spoil_files(bench.folder)

    with bench.opened() as (_, later):
        assert later.unanswered == 0
        assert later.epoch > beginning.epoch
    well = bench.fact()
    assert isinstance(well, StoreWell)
    assert well.kept_aside is not None
