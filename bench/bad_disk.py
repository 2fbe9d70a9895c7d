"""Disks that are slow or fail, under the agent's own store: the files are real."""

from device.app import OpenStore
from drivers.store.event_store import open_store
from sim.acts.words import DiskState
from sim.board.disk import BoardDisk

# What an SD card that tidies up may take (docs/architecture.md).
SLOW_NS = 500_000_000

DISKS: dict[str, OpenStore] = {
    "good": open_store,
    "slow": BoardDisk(DiskState.SLOW, SLOW_NS).open_store,
    "failing": BoardDisk(DiskState.FAILED).open_store,
}
