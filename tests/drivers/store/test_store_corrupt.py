"""A store whose files hold what they should not: nothing raises, nothing is overwritten, nothing false is given out."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.ports import Loaded, Place, Record, Saved, StoreFailed, StoreFault, StoreWell, Urgency
from drivers.store.database import FILE_NAME, MAX_KEPT_ASIDE
from tests.builders import make_record
from tests.contract.store_benches import FileBench, fact_of, load, places_of

EPOCH = "000000019f3c51d7"
EVENTS = [
    make_record(seq, epoch=EPOCH, urgency=Urgency.ALARM if seq % 3 == 0 else Urgency.NORMAL) for seq in range(1, 61)
]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[FileBench]:
    made = FileBench(tmp_path)
    yield made
    made.close(orderly=True)
    assert made.left_over() == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database with EVENTS in it."""
    bench = FileBench(tmp_path_factory.mktemp("whole"))
    bench.open()
    for record in EVENTS:
        bench.store.save(record)
    bench.close(orderly=True)
    return (bench.folder / FILE_NAME).read_bytes()


def place_file(bench: FileBench, content: bytes) -> None:
    bench.folder.mkdir(exist_ok=True)
    (bench.folder / FILE_NAME).write_bytes(content)


def foreign() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE pictures (id INTEGER)")
        return connection.serialize()


def changed(content: bytes, at: int, value: bytes) -> bytes:
    return content[:at] + value + content[at + len(value) :]


@pytest.mark.parametrize(
    "name", ["empty", "zeros", "text", "foreign", "application id", "newer schema", "other schema"]
)
def test_file_that_is_not_ours_is_kept_aside_unchanged(bench: FileBench, whole: bytes, name: str) -> None:
    # Offsets of the SQLite file header: https://www.sqlite.org/fileformat.html#the_database_header
    content = {
        "empty": b"",
        "zeros": bytes(len(whole)),
        "text": b"once upon a time\n" * 1000,
        "foreign": foreign(),
        "application id": changed(whole, 68, b"\0\0\0\1"),
        "newer schema": changed(whole, 60, b"\0\0\0\3"),
        "other schema": whole.replace(b"(id INTEGER PRIMARY KEY, text", b"(id INTEGER PRIMARY KEY, tent"),
    }[name]
    place_file(bench, content)

    beginning = bench.open()

    assert fact_of(bench, StoreWell).kept_aside == f"{FILE_NAME}.corrupt-1"
    assert (bench.folder / f"{FILE_NAME}.corrupt-1").read_bytes() == content
    assert (beginning.unanswered, beginning.unanswered_urgent) == (0, 0)


def spoilt(whole: bytes, chance: random.Random) -> bytes:
    """Cut off, overwritten, or with some bits flipped."""
    at = chance.randrange(len(whole))
    match chance.randrange(4):
        case 0:
            return whole[:at]
        case 1:
            return changed(whole, at, chance.randbytes(min(512, len(whole) - at)))
        case _:
            flipped = bytearray(whole)
            for _ in range(chance.choice((1, 1, 2, 20))):
                flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
            return bytes(flipped)


@pytest.mark.parametrize("seed", range(150))
def test_spoilt_file_never_harms(tmp_path: Path, whole: bytes, seed: int) -> None:
    bench = FileBench(tmp_path)
    place_file(bench, spoilt(whole, random.Random(seed)))

    beginning = bench.open()
    # Two rounds: what is found damaged only when it is read is put aside then.
    given_out = read_all(bench, urgent=True) + read_all(bench, urgent=False)
    given_out += read_all(bench, urgent=True) + read_all(bench, urgent=False)
    newest = make_record(1, epoch=beginning.epoch, urgency=Urgency.ALARM)
    bench.store.save(newest)
    while not isinstance(fact := bench.fact(), Saved):
        assert isinstance(fact, StoreFailed | StoreWell)
    bench.store.load(urgent=True, after=Place(beginning.epoch, 0), limit=1)

    assert fact_of(bench, Loaded).records == (newest,)
    assert all(record in EVENTS for record in given_out)
    assert not beginning.epoch.startswith("ffffffff")
    bench.close(orderly=True)
    assert bench.open().prev == newest.digest
    bench.close(orderly=True)


def read_all(bench: FileBench, urgent: bool) -> list[Record]:
    bench.store.load(urgent, None, 100)
    while not isinstance(fact := bench.fact(), Loaded):
        assert isinstance(fact, StoreFailed | StoreWell)
    return list(fact.records)


def test_event_with_a_flipped_bit_is_named_and_not_given_out(bench: FileBench, whole: bytes) -> None:
    victim = EVENTS[3]
    at = whole.index(victim.envelope) + 100
    place_file(bench, changed(whole, at, bytes([whole[at] ^ 1])))
    bench.open()

    bench.store.load(urgent=False, after=None, limit=100)
    failed, loaded = fact_of(bench, StoreFailed), fact_of(bench, Loaded)

    others = tuple(record for record in EVENTS if record.urgency is Urgency.NORMAL and record is not victim)
    assert (failed.fault, failed.places) == (StoreFault.CORRUPT, (victim.place,))
    assert loaded.records == others
    assert load(bench, urgent=False).records == others


def test_log_without_its_database_does_not_get_into_the_next_one(bench: FileBench) -> None:
    bench.open()
    for record in EVENTS:
        bench.store.save(record)
    places_of(bench, Saved, len(EVENTS))
    log = bench.folder / f"{FILE_NAME}-wal"
    kept = bench.folder / "copy"
    shutil.copy(log, kept)
    bench.close(orderly=True)
    (bench.folder / FILE_NAME).unlink()
    kept.rename(log)

    beginning = bench.open()

    assert (beginning.unanswered, beginning.unanswered_urgent) == (0, 0)
    assert (bench.folder / f"{FILE_NAME}.corrupt-1-wal").exists()


def test_creation_that_was_cut_short_is_done_again(bench: FileBench) -> None:
    bench.folder.mkdir()
    (bench.folder / f"{FILE_NAME}.new").write_bytes(b"half")
    (bench.folder / f"{FILE_NAME}.new-wal").write_bytes(b"half")

    bench.open()
    bench.store.save(EVENTS[0])

    places_of(bench, Saved, 1)
    assert {path.name for path in bench.folder.iterdir()} == {
        "starts",
        "reserve",
        *(f"{FILE_NAME}{x}" for x in ("", "-wal", "-shm")),
    }


def test_old_files_are_never_given_up_for_new_ones(bench: FileBench) -> None:
    bench.folder.mkdir()
    for number in range(1, MAX_KEPT_ASIDE + 1):
        (bench.folder / f"{FILE_NAME}.corrupt-{number}").write_bytes(b"evidence")
    place_file(bench, b"not a database")

    beginning = bench.open()
    failed = fact_of(bench, StoreFailed)

    assert failed.fault is StoreFault.CORRUPT
    assert beginning.epoch.startswith("00000001")
    assert (bench.folder / FILE_NAME).read_bytes() == b"not a database"
    assert all(path.read_bytes() == b"evidence" for path in bench.folder.glob("*.corrupt-*"))
