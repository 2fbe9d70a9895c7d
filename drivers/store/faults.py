"""What an error of SQLite or of the kernel means for the event store."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.ports import StoreFault
from drivers.store.medium import Unusable

# Primary result codes, https://www.sqlite.org/rescode.html; every other one is FAILED.
_SQLITE = {
    sqlite3.SQLITE_FULL: StoreFault.FULL,
    sqlite3.SQLITE_READONLY: StoreFault.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: StoreFault.CORRUPT,
    sqlite3.SQLITE_NOTADB: StoreFault.CORRUPT,
}
_ERRNO = {
    errno.ENOSPC: StoreFault.FULL,
    errno.EDQUOT: StoreFault.FULL,
    errno.EROFS: StoreFault.READ_ONLY,
    errno.EACCES: StoreFault.READ_ONLY,
    errno.EPERM: StoreFault.READ_ONLY,
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise Unusable for whatever SQLite or the kernel says."""
    try:
        yield
    except sqlite3.Error as error:
        # Errors of the binding itself have no code; extended codes carry the primary one in their low octet.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        raise Unusable(_SQLITE.get(code, StoreFault.FAILED), str(error)) from error
    except OSError as error:
        raise Unusable(_ERRNO.get(error.errno or 0, StoreFault.FAILED), str(error)) from error
