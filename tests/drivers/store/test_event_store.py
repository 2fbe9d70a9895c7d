"""The store on real files: its settings, its bounds, and what processes and people do to it while it runs."""

import contextlib
import random
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.ports import Fact, Loaded, Place, Record, Saved, Settled, StoreFailed, StoreFault, StoreWell, Urgency
from drivers.store.database import FILE_NAME, RESERVE_BYTES, RESERVE_NAME
from drivers.store.keeper import RETRY_NS
from tests.builders import make_record
from tests.contract.store_benches import FileBench, fact_of, load, places_of
from tests.drivers.store import store_writer

EPOCH = "000000019f3c51d7"
ROOT = Path(__file__).parents[3]
WAIT_S = 30.0
KILLS = 20


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[FileBench]:
    made = FileBench(tmp_path)
    yield made
    made.close(orderly=True)
    assert made.left_over() == []


def event(seq: int, urgency: Urgency = Urgency.NORMAL) -> Record:
    return make_record(seq, epoch=EPOCH, urgency=urgency)


def save(bench: FileBench, *records: Record) -> None:
    for record in records:
        bench.store.save(record)
    places_of(bench, Saved, len(records))


def count(bench: FileBench, table: str) -> int:
    with closing(sqlite3.connect(bench.folder / FILE_NAME)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


# ---------------------------------------------------------------- settings


def test_every_commit_is_synced(bench: FileBench) -> None:
    bench.open()

    assert bench.rows().pragma("journal_mode") == "wal"
    assert bench.rows().pragma("synchronous") == 2  # FULL


def test_nobody_else_may_read_the_files(bench: FileBench) -> None:
    bench.open()
    save(bench, event(1))

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in bench.folder.iterdir()}

    assert stat.S_IMODE(bench.folder.stat().st_mode) == 0o700
    assert modes == dict.fromkeys(("events.db", "events.db-wal", "events.db-shm", "reserve", "starts"), 0o600)


def test_file_that_others_could_read_is_closed_to_them(bench: FileBench) -> None:
    bench.open()
    bench.close(orderly=True)
    (bench.folder / FILE_NAME).chmod(0o644)

    bench.open()

    assert stat.S_IMODE((bench.folder / FILE_NAME).stat().st_mode) == 0o600


# ---------------------------------------------------------------- bounds


def test_records_of_rejected_events_and_notes_are_bounded(bench: FileBench) -> None:
    bench.open()
    for seq in range(1, 1006):
        bench.store.save(event(seq))
        bench.store.settle(event(seq).place, "rejected")
        bench.store.note(f"short lift {seq}")
    answered = 0
    while answered < 2010:
        fact = bench.fact()
        assert isinstance(fact, Saved | Settled)
        answered += len(fact.places)
    bench.close(orderly=True)

    assert [count(bench, table) for table in ("events", "rejected", "notes")] == [0, 1000, 1000]


def big(seq: int, urgency: Urgency) -> Record:
    """Too large for a gap in a page."""
    return make_record(seq, epoch=EPOCH, urgency=urgency, payload={"filler": "x" * 8000})


def test_reserve_is_real_room(bench: FileBench) -> None:
    bench.open()

    assert (bench.folder / RESERVE_NAME).stat().st_blocks * 512 >= RESERVE_BYTES


def test_reserve_is_given_up_for_alarms_alone(bench: FileBench) -> None:
    bench.open()
    given_up = []
    bench.fill()

    for urgency in (Urgency.NORMAL, Urgency.ALARM):
        bench.store.save(big(1, urgency))
        assert fact_of(bench, StoreFailed).fault is StoreFault.FULL
        given_up.append(not (bench.folder / RESERVE_NAME).exists())

    assert given_up == [False, True]


def test_without_a_reserve_alarms_are_saved_and_others_wait_until_it_is_back(bench: FileBench) -> None:
    bench.open()
    bench.fill()
    bench.store.save(big(1, Urgency.ALARM))
    fact_of(bench, StoreFailed)
    bench.rows().pragma("max_page_count=100000")

    save(bench, big(1, Urgency.ALARM))
    bench.store.save(big(2, Urgency.NORMAL))
    waits = fact_of(bench, StoreFailed)
    bench.time.run_for(RETRY_NS)
    bench.store.save(big(2, Urgency.NORMAL))

    assert (waits.fault, waits.places) == (StoreFault.FULL, (Place(EPOCH, 2),))
    fact_of(bench, StoreWell)
    assert fact_of(bench, Saved).places == (Place(EPOCH, 2),)
    assert (bench.folder / RESERVE_NAME).exists()


# ---------------------------------------------------------------- the thread


def test_asking_does_not_wait_for_the_disk_and_what_piled_up_shares_a_commit(bench: FileBench) -> None:
    bench.open()
    facts: list[Saved] = []
    with closing(sqlite3.connect(bench.folder / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for seq in range(1, 51):
            bench.store.save(event(seq))
        other.execute("ROLLBACK")
    while sum(len(fact.places) for fact in facts) < 50:
        facts.append(fact_of(bench, Saved))

    assert len(facts) <= 2


def test_request_that_cannot_be_stored_harms_no_other(bench: FileBench) -> None:
    bench.open()
    impossible = event(2**70)
    for record in (event(1), impossible, event(2)):
        bench.store.save(record)

    kinds: list[object] = [bench.fact() for _ in range(4)]

    saved = {place for fact in kinds if isinstance(fact, Saved) for place in fact.places}
    failed = [fact for fact in kinds if isinstance(fact, StoreFailed)]
    assert saved == {event(1).place, event(2).place}
    assert [fact.places for fact in failed] == [(impossible.place,)]
    assert any(isinstance(fact, StoreWell) for fact in kinds)
    assert bench.store.alive


def test_fact_that_cannot_be_posted_does_not_end_the_thread(bench: FileBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.open()

    def refuse(_: Fact) -> None:
        raise RuntimeError("no room for facts")

    with monkeypatch.context() as patch:
        patch.setattr(bench.store._keeper, "_post", refuse)
        bench.store.save(event(1))
        bench.close(orderly=True)

    beginning = bench.open()
    assert (beginning.unanswered, beginning.orderly) == (1, True)


def test_closed_store_is_not_alive(bench: FileBench) -> None:
    bench.open()
    store = bench.store
    assert store.alive

    bench.close(orderly=True)

    assert not store.alive


# ---------------------------------------------------------------- what people do


def test_database_removed_while_open_is_noticed_before_anything_is_confirmed(bench: FileBench) -> None:
    bench.open()
    save(bench, event(1))
    for path in bench.folder.iterdir():
        path.unlink()

    save(bench, event(2))

    assert bench.crash().unanswered == 1
    assert load(bench, urgent=False).records == (event(2),)


def test_connection_that_turned_read_only_is_opened_again(bench: FileBench) -> None:
    bench.open()
    bench.rows().pragma("query_only=ON")

    save(bench, event(1))

    assert load(bench, urgent=False).records == (event(1),)


def test_both_copies_of_the_counter_keep_epochs_going(bench: FileBench) -> None:
    counts = [bench.open().epoch[:8]]
    bench.close(orderly=True)
    (bench.folder / "starts").write_bytes(b"9 00000000\n")
    counts.append(bench.open().epoch[:8])
    bench.close(orderly=True)
    (bench.folder / FILE_NAME).unlink()
    counts.append(bench.open().epoch[:8])

    assert counts == ["00000001", "00000002", "00000003"]


def test_epochs_of_stored_events_stand_in_for_a_lost_counter(bench: FileBench) -> None:
    bench.open()
    save(bench, make_record(1, epoch="000000299f3c51d7"), make_record(1, epoch="ffffffff9f3c51d7"))
    bench.close(orderly=True)
    (bench.folder / "starts").unlink()
    with closing(sqlite3.connect(bench.folder / FILE_NAME)) as connection, connection:
        connection.execute("DELETE FROM meta WHERE name = 'starts'")

    assert bench.open().epoch[:8] == "0000002a"


# ---------------------------------------------------------------- real refusals by the kernel


def run_writer(mode: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", store_writer.__name__, mode, folder],
        cwd=ROOT, stdout=subprocess.PIPE, timeout=WAIT_S, check=True,
    )  # fmt: skip
    return done.stdout.decode().splitlines()


def test_kernel_that_refuses_to_write_is_survived(tmp_path: Path) -> None:
    lines = run_writer("limit", tmp_path)

    assert lines[0].startswith("epoch 00000001")
    assert lines[1] == "failed failed"
    assert lines[-2:] == ["well", f"saved {lines[0].removeprefix('epoch ')}-1"]


def test_folder_that_may_not_be_written_is_said_to_be_read_only() -> None:
    # Not below pytest's own folder: nobody may enter that.
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o555)
        lines = run_writer("nobody", folder)
        folder.chmod(0o700)

    assert lines[0].startswith("epoch ffffffff")
    assert lines[1:] == ["failed read-only"]


# ---------------------------------------------------------------- kill -9


class Ledger:
    """What a series of writers said before they were killed."""

    def __init__(self) -> None:
        self.epochs: list[str] = []
        self.saved: set[Place] = set()
        self.settled: set[Place] = set()

    def read(self, output: bytes) -> None:
        for line in output.decode().splitlines():
            word, value = line.split()
            if word == "epoch":
                self.epochs.append(value)
            else:
                epoch, seq = value.split("-")
                (self.saved if word == "saved" else self.settled).add(Place(epoch, int(seq)))


def kill_a_writer(folder: Path, chance: random.Random, ledger: Ledger) -> None:
    """After some lines, or after some time, which may be while it starts."""
    command = [sys.executable, "-m", store_writer.__name__, "fill", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(chance.choice((0, 1, 20, 400)))]
        with contextlib.suppress(subprocess.TimeoutExpired):
            writer.wait(chance.uniform(0, 0.15))
        writer.kill()
        ledger.read(b"".join(lines) + writer.stdout.read())


def test_whatever_was_confirmed_survives_kill_9(bench: FileBench) -> None:
    chance, ledger = random.Random(1), Ledger()

    for _ in range(KILLS):
        kill_a_writer(bench.folder, chance, ledger)
    beginning = bench.open()

    assert len(ledger.epochs) > KILLS // 2
    starts = [epoch[:8] for epoch in (*ledger.epochs, beginning.epoch)]
    assert starts == sorted(set(starts))
    assert bench.rows().pragma("integrity_check") == "ok"
    loaded = [*all_of(bench, urgent=True), *all_of(bench, urgent=False)]
    places = {record.place for record in loaded}
    assert ledger.saved - places <= {place for place in ledger.saved if place.seq % 2}  # odd ones may be settled
    assert not ledger.settled & places
    assert loaded == [store_writer.event(place.epoch, place.seq) for place in (record.place for record in loaded)]


def all_of(bench: FileBench, urgent: bool) -> list[Record]:
    records: list[Record] = []
    more = True
    while more:
        loaded: Loaded = load(bench, urgent, records[-1].place if records else None, 500)
        records += loaded.records
        more = loaded.more
    return records
