"""What the control room has been told, kept for good: SQLite, write-ahead log, every commit on the disk.

    with ledger.transaction():
        filing = ledger.file(event, received_utc_ns)

After the transaction, and not before, a receipt may be sent. Writers only inside a transaction.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from device.logic.event import Phase
from device.logic.kinds import KINDS
from device.logic.receipt import Answer
from drivers.ports import Place
from sim.control_room.chain import ChainLink
from sim.control_room.ledger_schema import SCHEMA
from sim.control_room.presence import Connected, connected, supersedes
from sim.control_room.receipts import Reply
from sim.control_room.values import Presence, Span, VerifiedEvent, VerifiedStatus, ZoneState
from sim.errors import LedgerError

# What a zone itself reports, as opposed to trouble with its wire.
_OWN_TYPES = frozenset(f"ansim.{kind.what}" for kind in KINDS.values())
_BASELINE = "baseline"
_UNHEARD = (Place("", 0), "")
# How a zone's word begins while it is in this trouble.
_TROUBLE_WORDS = {"ansim.trouble.line": "line-", "ansim.trouble.chatter": "chatter", "ansim.trouble.stuck": "stuck"}


class Filing(StrEnum):
    """What an event was to the ledger."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    """The id is taken by another envelope. Both are kept, the first one stands."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as it stands, in the ledger's order of arrival."""

    arrival: int
    device: str
    place: Place
    digest: str
    type: str
    phase: Phase
    subject: str
    time_ns: int
    received_utc_ns: int
    answer: Answer
    reason: str | None
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Conflict:
    """An envelope that came under an id that was taken."""

    place: Place
    digest: str
    envelope: bytes
    received_utc_ns: int


class Ledger:
    """One SQLite file. One thread at a time; a second thread opens a ledger of its own on the same file.

    Every method raises LedgerError when the disk or the file fails; what was not committed has then not happened.
    """

    def __init__(self, path: Path | None = None) -> None:
        """path: the file, made if it is not there; None keeps everything in memory and nothing for good."""
        with _TOLD:
            self._db = sqlite3.connect(
                path if path is not None else ":memory:", isolation_level=None, check_same_thread=False
            )
        try:
            with _TOLD:
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute("PRAGMA synchronous=FULL")
                self._db.executescript(SCHEMA)
        except LedgerError:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; on the disk when it ends well."""
        with _TOLD:
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with _TOLD:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                with _TOLD:
                    self._db.execute("ROLLBACK")

    # ------------------------------------------------------------ events

    def file(self, event: VerifiedEvent, received_utc_ns: int) -> Filing:
        """Keep an event, once. A second envelope under its id never replaces it."""
        known = self._one("SELECT digest FROM events WHERE device=? AND epoch=? AND seq=?", event.device, *_at(event))
        if known is None:
            self._insert(event, received_utc_ns)
            return Filing.NEW
        if known[0] == event.digest:
            return Filing.DUPLICATE
        self._run(
            "INSERT OR IGNORE INTO conflicts VALUES (?,?,?,?,?,?)",
            *(event.device, *_at(event), event.digest, event.envelope, received_utc_ns),
        )
        return Filing.CONFLICT

    def proves(self, event: VerifiedEvent) -> bool:
        """Whether the event existed before one that is kept: it is kept itself, or the one behind it names it."""
        kept = self._one(
            "SELECT 1 FROM events WHERE device=? AND epoch=? AND seq=? AND digest=?",
            *(event.device, *_at(event), event.digest),
        )
        named = self._one("SELECT 1 FROM events WHERE device=? AND prev=?", event.device, event.digest)
        return kept is not None or named is not None

    def find(self, device_id: str, place: Place) -> StoredEvent | None:
        row = self._one(f"{_SELECT} WHERE device=? AND epoch=? AND seq=?", device_id, place.epoch, place.seq)
        return None if row is None else _stored(row)

    def events(self, device_id: str | None = None) -> list[StoredEvent]:
        """In the order in which they arrived; of one device, or of all."""
        where, names = ("", ()) if device_id is None else (" WHERE device=?", (device_id,))
        return [_stored(row) for row in self._all(f"{_SELECT}{where} ORDER BY arrival", *names)]

    def conflicts(self, device_id: str) -> list[Conflict]:
        """In order of arrival."""
        rows = self._all("SELECT * FROM conflicts WHERE device=? ORDER BY rowid", device_id)
        return [Conflict(Place(row[1], row[2]), *row[3:6]) for row in rows]

    def links(self, device_id: str) -> list[ChainLink]:
        """For chain.examine."""
        rows = self._all("SELECT epoch, seq, digest, prev FROM events WHERE device=?", device_id)
        return [ChainLink(Place(epoch, seq), digest, prev) for epoch, seq, digest, prev in rows]

    def spans(self, device_id: str) -> list[Span]:
        """For chain.examine."""
        rows = self._all("SELECT * FROM spans WHERE device=?", device_id)
        return [Span(row[1], Place(row[2], row[3]), Place(row[4], row[5])) for row in rows]

    # ------------------------------------------------------------ answers

    def dispose(self, device_id: str, place: Place, answer: Answer, reason: str | None = None) -> None:
        """Note how far the control room is with an event."""
        self._run(
            "UPDATE events SET answer=?, reason=? WHERE device=? AND epoch=? AND seq=?",
            *(answer.value, reason, device_id, place.epoch, place.seq),
        )

    def note_receipt(self, reply: Reply, jti: str, at_utc_ns: int) -> None:
        """Note that a receipt is made; it may still be lost on its way."""
        self._run(
            "INSERT INTO receipts VALUES (?,?,?,?,?,?,?,?)",
            *(jti, reply.device, reply.place.epoch, reply.place.seq, reply.digest),
            *(reply.answer.value, reply.reason, at_utc_ns),
        )

    def receipts(self, device_id: str) -> list[Reply]:
        """All receipts that were made for a device, in order."""
        rows = self._all("SELECT * FROM receipts WHERE device=? ORDER BY rowid", device_id)
        return [Reply(row[1], Place(row[2], row[3]), row[4], Answer(row[5]), row[6]) for row in rows]

    # ------------------------------------------------------------ states

    def zones(self, device_id: str) -> tuple[ZoneState, ...]:
        """Every zone and its final state: `raised`, `restored`, or the word that it was in at the last start.

        A trouble that it was in then, and that is over, is no state any more. By the chain's order, not by that of
        arrival. Not known: what comes after a run whose start could not be counted (ffffffff); its status says it.
        """
        newest: dict[str, tuple[Place, str]] = {}
        rows = self._all("SELECT subject, type, state, epoch, seq FROM conditions WHERE device=?", device_id)
        found = [(subject, kind, state, Place(epoch, seq)) for subject, kind, state, epoch, seq in rows]
        for subject, kind, state, place in found:
            if kind == _BASELINE or kind in _OWN_TYPES:
                newest[subject] = max(newest.get(subject, _UNHEARD), (place, state))
        for subject, kind, state, place in found:
            since, word = newest.get(subject, _UNHEARD)
            if state == Phase.RESTORED and place > since and word.startswith(_TROUBLE_WORDS.get(kind, "-")):
                newest[subject] = (since, Phase.RESTORED)
        return tuple(ZoneState(zone, state) for zone, (_, state) in sorted(newest.items()))

    def file_status(self, status: VerifiedStatus, received_utc_ns: int) -> bool:
        """Keep a status if it is news: False for the will of a connection that has been replaced."""
        current = self._one("SELECT epoch, boot, connection FROM statuses WHERE device=?", status.device)
        is_current = current is not None and current[0] == status.epoch
        seen_before = is_current or self._note_run(status.device, status.epoch)
        if not supersedes(connected(status), Connected(*current) if current else None, seen_before=seen_before):
            return False
        self._run(
            "INSERT OR REPLACE INTO statuses VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", *_row(status), received_utc_ns
        )
        return True

    def _note_run(self, device_id: str, epoch: str) -> bool:
        """Whether it was noted before."""
        known = self._one("SELECT 1 FROM runs WHERE device=? AND epoch=?", device_id, epoch) is not None
        if not known:
            self._run("INSERT INTO runs VALUES (?,?)", device_id, epoch)
        return known

    def status(self, device_id: str) -> VerifiedStatus | None:
        """The newest status of a device, None if it has never spoken."""
        row = self._one("SELECT * FROM statuses WHERE device=?", device_id)
        if row is None:
            return None
        zones = tuple(ZoneState(zone, state) for zone, state in json.loads(row[11]))
        return VerifiedStatus(*[row[0], Presence(row[1]), *row[2:11], zones, *row[12:14]])

    # ------------------------------------------------------------ inside

    def _insert(self, event: VerifiedEvent, received_utc_ns: int) -> None:
        self._run(
            "INSERT INTO events VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            *(event.device, *_at(event), event.digest, event.prev),
            *(event.type, event.phase.value, event.status.value, event.subject, event.time, event.time_ns),
            *(event.sia, event.cid, event.clock.boot, event.clock.uptime_ms, event.clock.synced),
            *(event.detail_json, event.envelope, received_utc_ns, Answer.RECEIVED.value, None),
        )
        if event.thinned is not None:
            first, last = event.thinned.first, event.thinned.last
            places = (first.epoch, first.seq, last.epoch, last.seq)
            self._run("INSERT INTO spans VALUES (?,?,?,?,?,?)", event.device, event.thinned.count, *places)
        if event.phase is not Phase.REPORTED:
            self._note_condition(event, event.subject, event.type, event.phase.value)
        for zone in event.baseline or ():
            self._note_condition(event, zone.zone, _BASELINE, zone.state)

    def _note_condition(self, event: VerifiedEvent, subject: str, kind: str, state: str) -> None:
        # A newer event may have overtaken this one: then its word stands.
        self._run(
            "INSERT INTO conditions VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE"
            " SET state=excluded.state, epoch=excluded.epoch, seq=excluded.seq"
            " WHERE (excluded.epoch, excluded.seq) > (epoch, seq)",
            *(event.device, subject, kind, state, *_at(event)),
        )

    def _run(self, sql: str, *values: object) -> None:
        with _TOLD:
            self._db.execute(sql, values)

    def _one(self, sql: str, *values: object) -> Any:
        with _TOLD:
            return self._db.execute(sql, values).fetchone()

    def _all(self, sql: str, *values: object) -> list[Any]:
        with _TOLD:
            return self._db.execute(sql, values).fetchall()


_SELECT = (
    "SELECT arrival, device, epoch, seq, digest, type, phase, subject, time_ns, received_utc_ns, answer, reason,"
    " envelope FROM events"
)


class _Told:
    """Says what SQLite has to say as a LedgerError. Around every statement, so it must cost next to nothing."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, sqlite3.Error):
            raise LedgerError(f"the ledger does not keep what it is given: {error}") from error


_TOLD = _Told()


def _at(event: VerifiedEvent) -> tuple[str, int]:
    return event.place.epoch, event.place.seq


def _row(status: VerifiedStatus) -> tuple[object, ...]:
    zones = json.dumps([[zone.zone, zone.state] for zone in status.zones])
    return (
        *(status.device, status.presence.value, status.epoch, status.boot, status.connection, status.time),
        *(status.version, status.heartbeat_s, status.last_seq, status.outbox_depth, status.outbox_oldest_s),
        *(zones, status.health_json, status.digest),
    )


def _stored(row: Any) -> StoredEvent:
    place = Place(row[2], row[3])
    head = [row[0], row[1], place, row[4], row[5], Phase(row[6])]
    return StoredEvent(*[*head, *row[7:10], Answer(row[10]), *row[11:13]])
