"""The durable event store: SQLite with a log (WAL) that is synced in every commit, written by one thread."""

import logging
import threading
from pathlib import Path
from queue import Empty, SimpleQueue

from drivers.command_ports import Conclusion, KeptCommand
from drivers.ports import Beginning, Clock, Place, Post, Record
from drivers.store.database import Files
from drivers.store.keeper import BATCH, CAPACITY, Keeper
from drivers.store.requests import Keep, Load, Note, Request, Save, Settle

_LOG = logging.getLogger(__name__)


def open_store(
    state_dir: Path, post: Post, clock: Clock, boot: str, *, random_hex: str, capacity: int = CAPACITY
) -> tuple["EventStore", Beginning]:
    """Open the store before the loop runs; blocks while the disk does. Never fails on account of the disk.

    `boot` is the kernel's boot id; `random_hex` 8 random lower-case hex digits. What was wrong is posted: StoreWell
    with `kept_aside` for a corrupt file, StoreFailed if events cannot be kept; a healthy start posts nothing.
    """
    keeper = Keeper(Files(state_dir), post, clock, capacity)
    beginning = keeper.start(boot, random_hex)
    return EventStore(keeper), beginning


class EventStore:
    """Implements ports.Store. Methods may be called from any thread, until `close`; the thread `store` does the work.

    A load that fails is answered by StoreFailed without places; ask again after StoreWell. Nothing else is lost
    with it: saves and settles that fail are named.
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._requests: SimpleQueue[Request | _Close] = SimpleQueue()
        # A daemon: a process that ends without `close` must not wait for a disk that hangs.
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """False after `close`; nothing else ends the thread."""
        return self._thread.is_alive()

    def save(self, record: Record, concludes: Conclusion | None = None) -> None:
        self._requests.put(Save(record, concludes))

    def keep_command(self, command: KeptCommand) -> None:
        self._requests.put(Keep(command))

    def settle(self, place: Place, state: str) -> None:
        self._requests.put(Settle(place, state))

    def load(self, urgent: bool, after: Place | None, limit: int) -> None:
        self._requests.put(Load(urgent, after, limit))

    def note(self, text: str) -> None:
        self._requests.put(Note(text))

    def close(self, orderly: bool) -> None:
        """Finish what was asked for and close; waits for the thread."""
        self._requests.put(_Close(orderly))
        self._thread.join()

    def _work(self) -> None:
        closing: _Close | None = None
        while closing is None:
            requests, closing = self._take()
            try:
                self._keeper.serve(requests)
            except Exception:  # noqa: BLE001  a fact that could not be posted must not end the thread
                _LOG.exception("event store: not all was answered")
        self._keeper.finish(closing.orderly)

    def _take(self) -> tuple[list[Request], "_Close | None"]:
        """Wait for a request, then take those that have piled up meanwhile."""
        taken: list[Request] = []
        item = self._requests.get()
        while not isinstance(item, _Close):
            taken.append(item)
            if len(taken) == BATCH:
                return taken, None
            try:
                item = self._requests.get_nowait()
            except Empty:
                return taken, None
        return taken, item


class _Close:
    def __init__(self, orderly: bool) -> None:
        self.orderly = orderly
