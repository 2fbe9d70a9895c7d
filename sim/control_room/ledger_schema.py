"""The ledger's tables. An event is written once; only how far the control room is with it (answer, reason) changes."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    arrival INTEGER PRIMARY KEY AUTOINCREMENT,
    device TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL,
    digest TEXT NOT NULL, prev TEXT,
    type TEXT NOT NULL, phase TEXT NOT NULL, status TEXT NOT NULL, subject TEXT NOT NULL,
    time TEXT NOT NULL, time_ns INTEGER NOT NULL, sia TEXT, cid INTEGER,
    boot TEXT NOT NULL, uptime_ms INTEGER NOT NULL, synced INTEGER NOT NULL,
    detail TEXT NOT NULL, envelope BLOB NOT NULL, received_utc_ns INTEGER NOT NULL,
    answer TEXT NOT NULL, reason TEXT,
    UNIQUE (device, epoch, seq)
) STRICT;
CREATE INDEX IF NOT EXISTS events_prev ON events (device, prev);
CREATE TABLE IF NOT EXISTS conflicts (
    device TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, digest TEXT NOT NULL,
    envelope BLOB NOT NULL, received_utc_ns INTEGER NOT NULL,
    UNIQUE (device, epoch, seq, digest)
) STRICT;
CREATE TABLE IF NOT EXISTS receipts (
    jti TEXT NOT NULL, device TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL,
    digest TEXT NOT NULL, answer TEXT NOT NULL, reason TEXT, at_utc_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS spans (
    device TEXT NOT NULL, count INTEGER NOT NULL,
    first_epoch TEXT NOT NULL, first_seq INTEGER NOT NULL, last_epoch TEXT NOT NULL, last_seq INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS conditions (
    device TEXT NOT NULL, subject TEXT NOT NULL, type TEXT NOT NULL,
    state TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (device, subject, type)
) STRICT;
CREATE TABLE IF NOT EXISTS runs (
    device TEXT NOT NULL, epoch TEXT NOT NULL, PRIMARY KEY (device, epoch)
) STRICT;
CREATE TABLE IF NOT EXISTS statuses (
    device TEXT PRIMARY KEY, presence TEXT NOT NULL, epoch TEXT NOT NULL, boot TEXT NOT NULL,
    connection INTEGER NOT NULL, time TEXT NOT NULL, version TEXT NOT NULL, heartbeat_s REAL NOT NULL,
    last_seq INTEGER NOT NULL, outbox_depth INTEGER NOT NULL, outbox_oldest_s REAL,
    zones TEXT NOT NULL, health TEXT NOT NULL, digest TEXT NOT NULL, received_utc_ns INTEGER NOT NULL
) STRICT;
"""
