"""The files of the event store: created whole or not at all, checked when opened, put aside when corrupt.

Not `locking_mode=EXCLUSIVE`: an engineer may look into the database while the agent runs.
"""

import contextlib
import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from drivers.ports import StoreFault
from drivers.store import starts
from drivers.store.eventrows import EventRows
from drivers.store.faults import translated
from drivers.store.folder import make_folder
from drivers.store.medium import Unusable
from drivers.store.schema import MIGRATIONS

_LOG = logging.getLogger(__name__)

FILE_NAME = "events.db"
MAX_KEPT_ASIDE = 20
"""Old files are evidence and are never deleted; a card that corrupts them for ever must not fill itself with them."""

RESERVE_NAME = "reserve"
RESERVE_BYTES = 512 * 1024
"""Given up on a full disk, for alarms and for settling. SQLite needs room even to delete, and 70 kB to open: without
it a full disk would also keep events from being settled, and stored alarms from being loaded at a start."""

_APPLICATION_ID = 0x416E7369  # "Ansi" in ASCII, so that file(1) and we know it for ours
_SIDE_FILES = ("", "-wal", "-shm")
# Another process that looks in holds a lock for milliseconds.
_BUSY_TIMEOUT_S = 2.0
# The log is written back at this length, a quarter of SQLite's own: on a full disk, blocks that it has are room that
# nobody else can take, but what it holds may not fit into the database any more.
_CHECKPOINT_PAGES = 256
_JOURNAL_LIMIT_BYTES = _CHECKPOINT_PAGES * 4096
# What each PRAGMA has to answer. FULL: one sync of the log in every commit, https://www.sqlite.org/pragma.html
_SETTINGS = (
    ("journal_mode=WAL", "wal"),
    ("synchronous=FULL", None),
    ("synchronous", 2),
    (f"wal_autocheckpoint={_CHECKPOINT_PAGES}", _CHECKPOINT_PAGES),
    (f"journal_size_limit={_JOURNAL_LIMIT_BYTES}", _JOURNAL_LIMIT_BYTES),
    ("cell_size_check=ON", None),
    ("trusted_schema=OFF", None),
)


class Files:
    """`events.db` and `starts` in one folder. One process at a time; see `drivers.store.folder.held`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / FILE_NAME

    def open(self) -> EventRows:
        """Open or create, and check. Raises Unusable."""
        try:
            return self._open()
        except Unusable as error:
            # SQLite does not always say FULL when there is no room for a file of its own.
            if error.fault not in {StoreFault.FULL, StoreFault.FAILED} or not self.make_room():
                raise
        return self._open()

    def reserve(self) -> bool:
        path = self._folder / RESERVE_NAME
        try:
            if not path.exists() or path.stat().st_size != RESERVE_BYTES:
                _allocate(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            _LOG.warning("event store: no reserve: %s", error)
            return False
        return True

    def make_room(self) -> bool:
        try:
            (self._folder / RESERVE_NAME).unlink()
        except OSError:
            return False
        _LOG.warning("event store: disk full, the reserve is given up")
        return True

    def put_aside(self) -> str:
        """Rename to the next free `events.db.corrupt-<n>` with its log. Raises Unusable."""
        for number in range(1, MAX_KEPT_ASIDE + 1):
            name = f"{FILE_NAME}.corrupt-{number}"
            if not any(os.path.lexists(self._folder / f"{name}{side}") for side in _SIDE_FILES):
                self._rename_all(name)
                return name
        text = f"{MAX_KEPT_ASIDE} corrupt files are kept in {self._folder}; take them away"
        raise Unusable(StoreFault.CORRUPT, text)

    def read_starts(self) -> int | None:
        return starts.read(self._folder)

    def write_starts(self, count: int) -> None:
        try:
            self._write_starts(count)
        except Unusable as error:
            if error.fault is not StoreFault.FULL or not self.make_room():
                raise
            self._write_starts(count)

    def _open(self) -> EventRows:
        with translated():
            self._make_folder()
            if not self._path.exists():
                self._create()
            self._path.chmod(0o600)
            connection = _connect(self._path)
        try:
            with translated():
                _check(connection)
            rows = EventRows(connection, self._path)
            rows.past()
        except Unusable:
            connection.close()
            raise
        return rows

    def _write_starts(self, count: int) -> None:
        with translated():
            self._make_folder()
            starts.write(self._folder, count)

    def _rename_all(self, name: str) -> None:
        with translated():
            # The database first: a log without its database is put aside when the next one is created,
            # a database without its log would be opened as if nothing were missing.
            for side in _SIDE_FILES:
                source = self._folder / f"{FILE_NAME}{side}"
                if os.path.lexists(source):
                    source.rename(self._folder / f"{name}{side}")
            starts.sync_folder(self._folder)

    def _make_folder(self) -> None:
        make_folder(self._folder)
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise Unusable(StoreFault.READ_ONLY, f"{self._folder} cannot be written")

    def _create(self) -> None:
        """Under another name, then renamed: a power cut never leaves an empty or half-made database."""
        if any(os.path.lexists(f"{self._path}{side}") for side in _SIDE_FILES):
            self.put_aside()
        new = self._folder / f"{FILE_NAME}.new"
        for side in _SIDE_FILES:
            Path(f"{new}{side}").unlink(missing_ok=True)
        os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with closing(_connect(new)) as connection:
            connection.execute(f"PRAGMA application_id={_APPLICATION_ID}")
            _set(connection)
            _migrate(connection, 0)
        new.rename(self._path)
        starts.sync_folder(self._folder)


def _allocate(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        # Blocks, not a size: a file with holes holds no room.
        os.posix_fallocate(handle, 0, RESERVE_BYTES)
    finally:
        os.close(handle)


def _connect(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    # Opened on the main thread, used on the store's: never on two at once.
    connection = sqlite3.connect(uri, _BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=True)
    # A flipped bit may break UTF-8: the row's checksum says so, one row at a time.
    connection.text_factory = _text
    return connection


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _check(connection: sqlite3.Connection) -> None:
    """Ours, whole, of a version that we know, and set to be durable. Raises sqlite3.Error or Unusable."""
    if _pragma(connection, "application_id") != _APPLICATION_ID:
        raise Unusable(StoreFault.CORRUPT, "not an event store")
    verdict = _pragma(connection, "quick_check(1)")
    if verdict != "ok":
        raise Unusable(StoreFault.CORRUPT, str(verdict))
    version = _pragma(connection, "user_version")
    if not isinstance(version, int) or not 1 <= version <= len(MIGRATIONS):
        raise Unusable(StoreFault.CORRUPT, f"schema version {version}, at most {len(MIGRATIONS)} is known")
    _set(connection)
    _migrate(connection, version)
    # A flipped bit may rename a table and leave all pages well formed.
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        _migrate(model, 0)
        if _schema(connection) != _schema(model):
            raise Unusable(StoreFault.CORRUPT, "the schema is not ours")


def _set(connection: sqlite3.Connection) -> None:
    for setting, expected in _SETTINGS:
        answer = _pragma(connection, setting)
        if expected is not None and answer != expected:
            raise Unusable(StoreFault.FAILED, f"PRAGMA {setting} answers {answer}")


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version={number}; COMMIT")


def _schema(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()


def _pragma(connection: sqlite3.Connection, name: str) -> int | str | None:
    found = connection.execute(f"PRAGMA {name}").fetchone()
    return None if found is None else found[0]
