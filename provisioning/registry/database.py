"""The registry's file: created whole or not at all, migrated when opened, changed in transactions.

A service and command lines have it open at the same time: who changes it waits for the other.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.files import Files
from provisioning.errors import RegistryError
from provisioning.registry.schema import APPLICATION_ID, MIGRATIONS

_BUSY_TIMEOUT_S = 10.0
# In an act: what came over the network may be of any length.
_MAX_SUBJECT_CHARS = 256
_MAX_DETAIL_CHARS = 1000


def to_seconds(at: datetime) -> int:
    return int(at.timestamp())


def from_seconds(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Database:
    """One connection. One thread at a time. Every method raises RegistryError when SQLite does."""

    def __init__(self, path: Path, actor: str) -> None:
        """Open the file, or create it with mode 0600."""
        self._path = path
        self._actor = actor
        with self._told():
            if not path.exists():
                _create(path)
            self._db = _connect(path)
        try:
            with self._told():
                self._open()
        except RegistryError:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """All or nothing; on the disk when it ends well. Nobody else changes anything between what is read here."""
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._told():
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                with self._told():
                    self._db.execute("ROLLBACK")

    def note(self, verb: str, subject: str, detail: str, now: datetime) -> None:
        """An act of the one who opened the registry. Long texts are cut."""
        row = (to_seconds(now), self._actor, verb, subject[:_MAX_SUBJECT_CHARS], detail[:_MAX_DETAIL_CHARS])
        self.run("INSERT INTO acts VALUES (NULL,?,?,?,?,?)", *row)

    def run(self, sql: str, *values: object) -> None:
        with self._told():
            self._db.execute(sql, values)

    def run_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        with self._told():
            self._db.executemany(sql, rows)

    def one(self, sql: str, *values: object) -> Any:
        with self._told():
            return self._db.execute(sql, values).fetchone()

    def all(self, sql: str, *values: object) -> list[Any]:
        with self._told():
            return self._db.execute(sql, values).fetchall()

    def _open(self) -> None:
        if self._db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise RegistryError(f"{self._path}: not a registry; allowed is a file that ansim-provision has made")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            known = len(MIGRATIONS)
            raise RegistryError(f"{self._path}: made by a newer program: version {version}, at most {known} is known")
        for setting in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            self._db.execute(f"PRAGMA {setting}")
        _migrate(self._db)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except RegistryError:
            raise
        except sqlite3.Error as error:
            raise RegistryError(f"{self._path}: {_why(error)}") from error
        except OSError as error:
            raise RegistryError(f"{self._path}: cannot be used: {error.strerror}") from error


def _create(path: Path) -> None:
    """Under another name, then linked: nobody ever finds a half-made registry, nor two makers each other's."""
    # It has mode 0600 from here on; the write-ahead log takes its mode from the database.
    descriptor, name = tempfile.mkstemp(".new", f".{path.name}.", path.parent)
    os.close(descriptor)
    new = Path(name)
    try:
        with closing(_connect(new)) as connection:
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            # Kept in the file. Switched here, where nobody else can be in the way: SQLite does not wait for this.
            connection.execute("PRAGMA journal_mode=WAL")
            _migrate(connection)
        # Somebody else may have been faster: then theirs is the registry.
        with suppress(FileExistsError):
            path.hardlink_to(new)
    finally:
        Files().remove(new)


def _connect(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(uri, _BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=True)


def _migrate(connection: sqlite3.Connection) -> None:
    """One transaction for each step; another process may be at it at the same time."""
    for number, statements in enumerate(MIGRATIONS, 1):
        if _version(connection) >= number:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) < number:
                for statement in statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={number}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _why(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_NOTADB":
        return "not a registry; allowed is a file that ansim-provision has made"
    if name.startswith("SQLITE_BUSY"):
        return f"another program has been changing it for {_BUSY_TIMEOUT_S:.0f} s; try again"
    return f"cannot be used: {error}"
