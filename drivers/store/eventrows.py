"""The rows of the event store in SQLite: unanswered events, the rejected ones, local notes, and what a run leaves.

Those of commands are in `commandrows.py`, the tables of all of them in `schema.py`.
"""

import logging
import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from drivers.command_ports import Conclusion, KeptCommand
from drivers.ports import Place, Record, StoreFault, Urgency
from drivers.store import starts
from drivers.store.commandrows import CommandRows
from drivers.store.faults import translated
from drivers.store.medium import REJECTED, Found, Past, Unusable

_LOG = logging.getLogger(__name__)

# Enough to see what went wrong over weeks; at most 16 MB of envelopes.
REJECTED_KEPT = 1000
NOTES_KEPT = 1000

_Row = tuple[Any, ...]
_COMMANDS_FROM = "commands_from"


class EventRows:
    """An open database. Not thread-safe. Every method may raise Unusable."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._identity = _identity(path)
        self._unanswered: int | None = None
        self._commands = CommandRows(self._run)

    def past(self) -> Past:
        counts: dict[str, int] = dict(self._run("SELECT urgency, count(*) FROM events GROUP BY urgency"))
        urgent = counts.pop(Urgency.ALARM.value, 0)
        commands, whole = self._commands.read()
        return Past(
            starts=max(starts.decode(self._meta("starts") or "") or 0, self._highest_start()),
            boot=self._meta("boot"),
            orderly=self._meta("orderly") == "yes",
            last_digest=self._meta("last_digest"),
            urgent=urgent,
            others=sum(counts.values()),
            commands=commands,
            commands_from_ns=self._commands_from() if whole else None,
        )

    def begin(self) -> None:
        self._run("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Durable when it returns. A file that was removed or replaced under us would take commits and lose them."""
        if _identity(self._path) != self._identity:
            raise Unusable(StoreFault.FAILED, f"{self._path.name} was moved or removed while open")
        self._run("COMMIT")

    def rollback(self) -> None:
        self._unanswered = None
        # SQLite has already rolled back by itself after some errors.
        if self._connection.in_transaction:
            self._run("ROLLBACK")

    def reclaim(self) -> None:
        try:
            # The log is written from its beginning again, into blocks that it has already.
            self._run("PRAGMA wal_checkpoint(RESTART)")
        except Unusable as error:
            _LOG.debug("event store: log not written back: %s", error)

    def close(self) -> None:
        with translated():
            self._connection.close()

    def mark_run(self, count: int, boot: str, orderly: bool) -> None:
        self._set_meta("starts", starts.encode(count))
        self._set_meta("boot", boot)
        self._set_meta("orderly", "yes" if orderly else "no")

    def mark_last(self, digest: str) -> None:
        self._set_meta("last_digest", digest)

    def insert(self, record: Record) -> None:
        """A place that is already there stays as it is: an id is used once."""
        place, urgency = record.place, record.urgency.value
        checksum = _checksum(place.epoch, place.seq, urgency, record.digest, record.envelope)
        values = (place.epoch, place.seq, urgency, record.digest, record.envelope, checksum)
        sql = """INSERT INTO events (epoch, seq, urgency, digest, envelope, checksum) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (epoch, seq) DO NOTHING RETURNING id"""
        before = self.unanswered()
        self._unanswered = before + len(self._run(sql, values))

    def forget(self, place: Place, state: str) -> None:
        found = self._run("SELECT id FROM events WHERE epoch = ? AND seq = ?", (place.epoch, place.seq))
        for (row_id,) in found:
            if state == REJECTED:
                self._set_aside(row_id, state)
            else:
                self._delete(row_id)

    def find(self, urgent: bool, after: Place | None, limit: int) -> Found:
        """Unanswered events behind `after` in order. A damaged one would be refused for ever: it is not given out."""
        sql = f"""SELECT id, epoch, seq, urgency, digest, envelope, checksum FROM events
                  WHERE urgency {"=" if urgent else "<>"} 'alarm' AND (epoch, seq) > (?, ?)
                  ORDER BY epoch, seq LIMIT ?"""  # noqa: S608  one of two operators
        start = after or Place("", 0)
        rows = self._run(sql, (start.epoch, start.seq, limit + 1))
        damaged: list[Place] = []
        records: list[Record] = []
        for row in rows[:limit]:
            if _checksum(*row[1:6]) == row[6]:
                records.append(Record(Place(row[1], row[2]), Urgency(row[3]), row[4], row[5]))
            else:
                self._set_aside(row[0], "damaged")
                damaged.append(Place(str(row[1]), row[2] if isinstance(row[2], int) else 0))
        return Found(tuple(records), tuple(damaged), len(rows) > limit)

    def note(self, text: str) -> None:
        self._run("INSERT INTO notes (text) VALUES (?)", (text,))
        self._run("DELETE FROM notes WHERE id <= (SELECT max(id) FROM notes) - ?", (NOTES_KEPT,))

    def unanswered(self) -> int:
        if self._unanswered is None:
            self._unanswered = int(self._run("SELECT count(*) FROM events")[0][0])
        return self._unanswered

    def thin(self, excess: int, batch: int) -> Sequence[Place]:
        wanted = max(excess, batch)
        gone = self._thin(Urgency.TELEMETRY, wanted)
        if len(gone) < excess:
            gone += self._thin(Urgency.NORMAL, wanted - len(gone))
        return gone

    def keep(self, command: KeptCommand) -> bool:
        return self._commands.insert(command)

    def conclude(self, conclusion: Conclusion) -> None:
        self._commands.conclude(conclusion)

    def prune_commands(self, utc_ns: int) -> bool:
        whole = self._commands.prune(utc_ns)
        if not whole:
            self._run("DELETE FROM meta WHERE name = ?", (_COMMANDS_FROM,))
        return whole

    def mark_commands_from(self, utc_ns: int) -> None:
        self._run("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (_COMMANDS_FROM, str(utc_ns)))

    def _commands_from(self) -> int | None:
        text = self._meta(_COMMANDS_FROM) or ""
        return int(text) if text.isascii() and text.isdecimal() else None

    def _thin(self, urgency: Urgency, limit: int) -> list[Place]:
        sql = """DELETE FROM events WHERE id IN
                 (SELECT id FROM events WHERE urgency = ? ORDER BY epoch, seq LIMIT ?) RETURNING epoch, seq"""
        gone = [Place(epoch, seq) for epoch, seq in self._run(sql, (urgency.value, limit))]
        self._unanswered = None if self._unanswered is None else self._unanswered - len(gone)
        return gone

    def _set_aside(self, row_id: int, state: str) -> None:
        self._run(
            """INSERT INTO rejected (epoch, seq, urgency, digest, envelope, state)
               SELECT epoch, seq, urgency, digest, envelope, ? FROM events WHERE id = ?""",
            (state, row_id),
        )
        self._run("DELETE FROM rejected WHERE id <= (SELECT max(id) FROM rejected) - ?", (REJECTED_KEPT,))
        self._delete(row_id)

    def _delete(self, row_id: int) -> None:
        self._run("DELETE FROM events WHERE id = ?", (row_id,))
        self._unanswered = None if self._unanswered is None else self._unanswered - 1

    def _highest_start(self) -> int:
        """From the epochs of stored events, for when both copies of the counter are lost."""
        found = self._run("SELECT max(epoch) FROM events WHERE epoch < 'ffffffff'")[0][0]
        try:
            return int(str(found)[:8], 16) if found is not None else 0
        except ValueError:
            return 0

    def _meta(self, name: str) -> str | None:
        found = self._run("SELECT value FROM meta WHERE name = ?", (name,))
        return found[0][0] if found and isinstance(found[0][0], str) else None

    def _set_meta(self, name: str, value: str) -> None:
        self._run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )

    def _run(self, sql: str, values: _Row = ()) -> list[_Row]:
        with translated():
            return self._connection.execute(sql, values).fetchall()


def _checksum(epoch: object, seq: object, urgency: object, digest: object, envelope: object) -> int:
    """CRC-32 over a row: SQLite checks the structure of its pages, not what is in them."""
    body = envelope if isinstance(envelope, bytes) else repr(envelope).encode()
    return zlib.crc32(body, zlib.crc32(f"{epoch}|{seq}|{urgency}|{digest}|".encode()))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
