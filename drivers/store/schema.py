"""The tables of the event store, one script per version. Pure."""

# Each brings the version before up to date. A script that has been on a device is never changed.
MIGRATIONS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE events (
        id INTEGER PRIMARY KEY, epoch TEXT NOT NULL, seq INTEGER NOT NULL, urgency TEXT NOT NULL,
        digest TEXT NOT NULL, envelope BLOB NOT NULL, checksum INTEGER NOT NULL, UNIQUE (epoch, seq));
    CREATE INDEX by_urgency ON events (urgency, epoch, seq);
    CREATE TABLE rejected (
        id INTEGER PRIMARY KEY, epoch, seq, urgency, digest, envelope, state TEXT NOT NULL);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
    """,
    """
    CREATE TABLE commands (
        id INTEGER PRIMARY KEY, jti TEXT NOT NULL UNIQUE, name TEXT NOT NULL, subject TEXT NOT NULL,
        opens INTEGER NOT NULL, taken_ns INTEGER NOT NULL, expires_ns INTEGER NOT NULL, state TEXT NOT NULL,
        checksum INTEGER NOT NULL);
    """,
)
