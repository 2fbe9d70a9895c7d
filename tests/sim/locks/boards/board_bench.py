"""One board on a bench: a door on each of its locks, and every byte that it says."""

from random import Random
from typing import Generic, TypeVar

from sim.locks.boards.board import LockBoard
from sim.locks.compartment import Compartment
from sim.locks.setup import BoardSetup
from sim.locks.truth import Truth
from sim.schedule import VirtualTime

MS, S = 1_000_000, 1_000_000_000

B = TypeVar("B", bound=LockBoard)


class BoardBench(Generic[B]):
    """Doors are named by their numbers, from 1. What the board says takes no time here."""

    def __init__(self, kind: type[B], setup: BoardSetup, number: int, seed: int = 1, *, springs: bool = True) -> None:
        self.time = VirtualTime()
        random = Random(seed)
        self.truth = Truth(self.time.clock.monotonic_ns, lambda _door: None)
        self.doors = {
            lock: Compartment(str(lock), self.after, random, self.truth, springs=springs)
            for lock in range(1, setup.locks + 1)
        }
        self.board = kind("left/1", setup, number, self.after, random)
        self.said: list[bytes] = []
        self.board.talk = self.said.append
        for index, door in enumerate(self.doors.values()):
            self.board.inlets[index].plug(door.latch)
            self.board.outlets[index].plug(door)
            self.board.boxes[index] = door

    def after(self, delay_ns: int, action: object) -> None:
        assert callable(action)
        self.time.schedule.at(self.time.clock.monotonic_ns() + delay_ns, action)

    def ask(self, request: bytes | str, wait_ns: int = 2 * S) -> list[bytes]:
        """What the board says within so long."""
        self.said.clear()
        self.board.hear(bytes.fromhex(request) if isinstance(request, str) else request, after_silence=True)
        self.time.run_for(wait_ns)
        return list(self.said)

    def open_by_hand(self, *locks: int) -> None:
        for lock in locks:
            self.doors[lock].force()

    @property
    def opened(self) -> list[int]:
        return sorted(lock for lock, door in self.doors.items() if door.is_open)
