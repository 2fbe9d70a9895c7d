"""A database that an older agent has left is brought up to date, and loses nothing on the way."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.command_ports import CommandKept, CommandState, KeptCommand
from drivers.ports import Place, Record, Urgency
from drivers.store import starts
from drivers.store.database import FILE_NAME
from drivers.store.schema import MIGRATIONS
from tests.builders import make_record
from tests.contract.store_benches import FileBench, fact_of, load

EPOCH = "000000079f3c51d7"
# As the first agents made it, word by word.
VERSION_1 = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE events (
        id INTEGER PRIMARY KEY, epoch TEXT NOT NULL, seq INTEGER NOT NULL, urgency TEXT NOT NULL,
        digest TEXT NOT NULL, envelope BLOB NOT NULL, checksum INTEGER NOT NULL, UNIQUE (epoch, seq));
    CREATE INDEX by_urgency ON events (urgency, epoch, seq);
    CREATE TABLE rejected (
        id INTEGER PRIMARY KEY, epoch, seq, urgency, digest, envelope, state TEXT NOT NULL);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
    """
ALARM = make_record(1, epoch=EPOCH, urgency=Urgency.ALARM)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[FileBench]:
    made = FileBench(tmp_path)
    yield made
    made.close(orderly=True)
    assert made.left_over() == []


def write_version_1(folder: Path, record: Record) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("PRAGMA application_id=0x416E7369")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(f"BEGIN; {VERSION_1}; PRAGMA user_version=1; COMMIT")
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [("starts", starts.encode(7)), ("boot", "boot-7"), ("orderly", "no"), ("last_digest", record.digest)],
        )
        place = record.place
        connection.execute(
            "INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?)",
            # The checksum as an agent of version 1 had computed it for this record.
            (place.epoch, place.seq, "alarm", record.digest, record.envelope, 2182181945),
        )
        connection.execute("INSERT INTO notes (text) VALUES ('short lift')")


def test_version_1_is_still_the_first_script() -> None:
    with closing(sqlite3.connect(":memory:")) as old, closing(sqlite3.connect(":memory:")) as new:
        old.executescript(VERSION_1)
        new.executescript(MIGRATIONS[0])
        schemas = [each.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall() for each in (old, new)]

    assert schemas[0] == schemas[1]


def test_file_of_version_1_keeps_everything_and_takes_commands(bench: FileBench) -> None:
    write_version_1(bench.folder, ALARM)

    beginning = bench.open("boot-7")
    bench.store.keep_command(KeptCommand("c-1", "door.unlock", "07", 1, 1, 2, CommandState.TAKEN))
    fact_of(bench, CommandKept)

    assert beginning.epoch[:8] == "00000008"
    assert (beginning.prev, beginning.unanswered_urgent, beginning.same_boot) == (ALARM.digest, 1, True)
    # It had done nothing for anybody, but cannot say so.
    assert (beginning.commands, beginning.commands_from_ns) == ((), None)
    assert load(bench, urgent=True).records == (ALARM,)
    assert bench.rows().pragma("user_version") == 2
    assert [command.jti for command in bench.crash().commands] == ["c-1"]
    with closing(sqlite3.connect(bench.folder / FILE_NAME)) as connection:
        assert connection.execute("SELECT text FROM notes").fetchall() == [("short lift",)]


def test_migration_that_was_cut_short_is_done_again(bench: FileBench) -> None:
    """The kernel stops writing to the log at every length in turn, as a power cut would."""
    write_version_1(bench.folder, ALARM)
    image = (bench.folder / FILE_NAME).read_bytes()
    with closing(sqlite3.connect(bench.folder / FILE_NAME, isolation_level=None)) as connection:
        connection.executescript(f"BEGIN; {MIGRATIONS[1]}; PRAGMA user_version=2; COMMIT")
        log = (bench.folder / f"{FILE_NAME}-wal").read_bytes()

    versions = []
    for length in (*range(0, len(log), 1024), len(log)):
        for side in ("-wal", "-shm"):
            (bench.folder / f"{FILE_NAME}{side}").unlink(missing_ok=True)
        (bench.folder / FILE_NAME).write_bytes(image)
        (bench.folder / f"{FILE_NAME}-wal").write_bytes(log[:length])
        with closing(sqlite3.connect(bench.folder / FILE_NAME)) as connection:
            versions.append(connection.execute("PRAGMA user_version").fetchone()[0])
        bench.open()
        assert bench.rows().pragma("user_version") == 2
        assert load(bench, urgent=True, after=Place("", 0)).records == (ALARM,)
        bench.close(orderly=True)

    assert versions == sorted(versions)
    assert set(versions) == {1, 2}
