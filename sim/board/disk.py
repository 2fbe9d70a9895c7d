"""A disk that can be spoiled while it is used, under the agent's own store: the files are real.

Not modelled: torn writes, flipped bits within an event, a disk that loses what it has synced.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Condition

from drivers.command_ports import KeptCommand
from drivers.ports import Beginning, Clock, Place, Post, Record, StoreFault
from drivers.store.database import FILE_NAME, RESERVE_NAME, Files
from drivers.store.event_store import EventStore
from drivers.store.eventrows import EventRows
from drivers.store.keeper import Keeper
from drivers.store.medium import Unusable
from sim.acts.words import DiskState

_BROKEN = {DiskState.READ_ONLY: StoreFault.READ_ONLY, DiskState.FAILED: StoreFault.FAILED}
_TEXT = "simulated"
# Half a megabyte of reserve holds some hundreds of events of about 1.5 kB in a table and an index.
_RESERVE_EVENTS = 200
# The first page of the database, and the head of its log: without both nothing can be read.
_SPOILT = (("", 4096), ("-wal", 32))


class BoardDisk:
    """How the disk does now. Any thread; `open_store` goes into device.app.assemble."""

    def __init__(self, state: DiskState = DiskState.GOOD, delay_ns: int = 0) -> None:
        self._changed = Condition()
        self._state = DiskState.GOOD
        self._delay_ns = 0
        self._room = 0
        self._spoil = False
        self.become(state, delay_ns)

    def become(self, state: DiskState, delay_ns: int = 0) -> None:
        """Each state replaces the one before; CORRUPT happens once, and leaves the state as it is."""
        with self._changed:
            if state is DiskState.CORRUPT:
                self._spoil = True
                return
            self._state, self._delay_ns, self._room = state, delay_ns, 0
            self._changed.notify_all()

    def open_store(
        self, state_dir: Path, post: Post, clock: Clock, boot: str, *, random_hex: str
    ) -> tuple[EventStore, Beginning]:
        """Stands in for drivers.store.event_store.open_store."""
        keeper = Keeper(_Files(state_dir, self), post, clock)
        beginning = keeper.start(boot, random_hex)
        return EventStore(keeper), beginning

    # ------------------------------------------------------------ asked by the files, on the store's thread

    def check(self, folder: Path) -> None:
        """Raise Unusable if nothing can be read or written now."""
        with self._changed:
            spoil, self._spoil = self._spoil, False
            fault = _BROKEN.get(self._state)
        if spoil:
            spoil_files(folder)
            raise Unusable(StoreFault.CORRUPT, _TEXT)
        if fault is not None:
            raise Unusable(fault, _TEXT)

    def commit(self) -> None:
        """Take as long as a commit takes now; shorter if the disk recovers meanwhile."""
        with self._changed:
            if self._state is DiskState.SLOW:
                self._changed.wait_for(lambda: self._state is not DiskState.SLOW, self._delay_ns / 1e9)

    @property
    def is_full(self) -> bool:
        return self._state is DiskState.FULL

    @property
    def room(self) -> int:
        """Events that still fit on a full disk."""
        return self._room

    @room.setter
    def room(self, events: int) -> None:
        self._room = max(events, 0)


class _Files(Files):
    def __init__(self, folder: Path, disk: BoardDisk) -> None:
        super().__init__(folder)
        self._folder_path = folder
        self._disk = disk

    def open(self) -> EventRows:
        self._disk.check(self._folder_path)
        return _Rows(super().open(), self._folder_path, self._disk)

    def put_aside(self) -> str:
        self._disk.check(self._folder_path)
        return super().put_aside()

    def write_starts(self, count: int) -> None:
        self._disk.check(self._folder_path)
        super().write_starts(count)

    def reserve(self) -> bool:
        if self._disk.is_full and not (self._folder_path / RESERVE_NAME).exists():
            return False
        return super().reserve()

    def make_room(self) -> bool:
        made = super().make_room()
        if made and self._disk.is_full:
            self._disk.room += _RESERVE_EVENTS
        return made


class _Rows(EventRows):
    """On a full disk an event fits only where another has gone."""

    def __init__(self, rows: EventRows, folder: Path, disk: BoardDisk) -> None:
        self.__dict__.update(vars(rows))
        self._folder = folder
        self._disk = disk
        self._gained = 0

    def begin(self) -> None:
        self._disk.check(self._folder)
        self._gained = 0
        super().begin()

    def commit(self) -> None:
        self._disk.check(self._folder)
        self._disk.commit()
        super().commit()
        if self._disk.is_full:
            self._disk.room += self._gained

    def insert(self, record: Record) -> None:
        if self._disk.is_full and self._disk.room + self._gained <= 0:
            raise Unusable(StoreFault.FULL, _TEXT)
        self._gained -= 1
        super().insert(record)

    def keep(self, command: KeptCommand) -> bool:
        if self._disk.is_full and self._disk.room + self._gained <= 0:
            raise Unusable(StoreFault.FULL, _TEXT)
        return super().keep(command)

    def forget(self, place: Place, state: str) -> None:
        super().forget(place, state)
        self._gained += 1

    def thin(self, excess: int, batch: int) -> Sequence[Place]:
        thinned = super().thin(excess, batch)
        self._gained += len(thinned)
        return thinned


def spoil_files(folder: Path) -> None:
    """Make what a store has in this folder unreadable. Nothing where there is nothing."""
    for side, size_bytes in _SPOILT:
        path = folder / f"{FILE_NAME}{side}"
        if path.exists():
            with path.open("r+b") as file:
                file.write(os.urandom(min(size_bytes, path.stat().st_size)))
