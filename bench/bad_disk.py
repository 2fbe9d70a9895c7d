"""Disks that are slow or fail, under the agent's own store: the files are real, only the commit is interfered with."""

import time
from collections.abc import Callable
from pathlib import Path

from drivers.ports import Beginning, Clock, Post, StoreFault
from drivers.store.database import Files
from drivers.store.event_store import EventStore, open_store
from drivers.store.eventrows import EventRows
from drivers.store.keeper import Keeper
from drivers.store.medium import Unusable

# What an SD card that tidies up may take (docs/architecture.md).
SLOW_S = 0.5


class _Rows(EventRows):
    """Every commit is interfered with first."""

    def __init__(self, rows: EventRows, interfere: Callable[[], None]) -> None:
        self.__dict__.update(vars(rows))
        self._interfere = interfere

    def commit(self) -> None:
        self._interfere()
        super().commit()


class _Files(Files):
    def __init__(self, folder: Path, interfere: Callable[[], None]) -> None:
        super().__init__(folder)
        self._interfere = interfere

    def open(self) -> EventRows:
        return _Rows(super().open(), self._interfere)


def _slow() -> None:
    time.sleep(SLOW_S)


def _failing() -> None:
    raise Unusable(StoreFault.FAILED, "disk I/O error")


class _Opening:
    """Stands in for `open_store`."""

    def __init__(self, interfere: Callable[[], None]) -> None:
        self._interfere = interfere

    def __call__(
        self, state_dir: Path, post: Post, clock: Clock, boot: str, *, random_hex: str
    ) -> tuple[EventStore, Beginning]:
        keeper = Keeper(_Files(state_dir, self._interfere), post, clock)
        beginning = keeper.start(boot, random_hex)
        return EventStore(keeper), beginning


DISKS = {"good": open_store, "slow": _Opening(_slow), "failing": _Opening(_failing)}
