"""The folder of the event store, and that one agent works in it at a time."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from drivers.errors import StoreTakenError
from drivers.store import starts

_LOG = logging.getLogger(__name__)


def make_folder(folder: Path) -> None:
    """If it is not there. Raises OSError."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
        starts.sync_folder(folder.parent)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Another program that asks for the same folder meanwhile has a StoreTakenError.

    A disk that does not let itself be asked holds nobody off: it must not keep a device from its alarms. The kernel
    gives the folder free when the program ends, however it does.
    """
    with ExitStack() as ends:
        try:
            make_folder(folder)
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            ends.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreTakenError(f"{folder}: another agent works with this state_dir; stop it first") from None
        except OSError as error:
            _LOG.warning("event store: whether another agent works with it is not known: %s", error)
        yield
