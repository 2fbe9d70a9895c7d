"""A simulated bank in virtual time."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import serial

from drivers.locks import xor8a
from drivers.locks.frames import BoardState, QueryBoard, Unlock
from drivers.locks.wiring import Polarity, Wiring
from sim.locks.bank import SimBank
from sim.locks.setup import BoardSetup, BusSetup, DoorSetup, Family
from sim.schedule import Action, VirtualTime

MS, S = 1_000_000, 1_000_000_000

SMALL_BUS = BusSetup("left", Family.XOR8A, (BoardSetup(8), BoardSetup(8)))
SMALL_DOORS = tuple(
    DoorSetup(f"{number:02}", spot, spot, f"reeds/{number}")
    for number, spot in enumerate(["left/1/1", "left/1/2", "left/1/3", "left/2/1"], start=1)
)


class BankBench:
    """Close it. `reeds` are the contacts on pins as they are now, `reed_changes` every time that one moved."""

    def __init__(
        self, folder: Path, doors: Sequence[DoorSetup] = SMALL_DOORS, buses: Sequence[BusSetup] = (SMALL_BUS,)
    ) -> None:
        self.time = VirtualTime()
        self.reeds: dict[str, bool] = {}
        self.reed_changes: list[tuple[int, str, bool]] = []
        self.ready: list[str] = []
        self.bank = SimBank(
            doors,
            buses,
            folder,
            self.after,
            self.time.clock.monotonic_ns,
            Random(1),
            self._set_reed,
            self.ready.append,
        )
        self._ports: list[serial.Serial] = []

    def after(self, delay_ns: int, action: Action) -> None:
        self.time.schedule.at(self.time.clock.monotonic_ns() + delay_ns, action)

    def open(self, bus: str = "left") -> serial.Serial:
        port = serial.Serial(str(self.bank.ports[bus].path), 9_600, timeout=0, exclusive=True)
        self._ports.append(port)
        return port

    def ask(self, port: serial.Serial, request: bytes, wait_ns: int = S) -> bytes:
        port.write(request)
        self.bank.pump()
        self.time.run_for(wait_ns)
        return bytes(port.read(4_096))

    def close(self) -> None:
        for port in self._ports:
            port.close()
        self.bank.close()

    def _set_reed(self, pin: str, closed: bool) -> None:
        self.reeds[pin] = closed
        self.reed_changes.append((self.time.clock.monotonic_ns(), pin, closed))


def release(bench: BankBench, board: int, lock: int) -> None:
    port = bench.open()
    bench.ask(port, xor8a.encode(Unlock(board, lock)))
    port.close()


def opened(bench: BankBench) -> list[str]:
    return [door for door in bench.bank.doors if bench.bank.is_open(door)]


def unlocked(bench: BankBench, board: int = 1) -> list[int]:
    """The locks that a board says are open."""
    port = bench.open()
    state = xor8a.decode(QueryBoard(board), bench.ask(port, xor8a.encode(QueryBoard(board))))
    port.close()
    assert isinstance(state, BoardState)
    return [n for n in range(1, 9) if not Wiring(Polarity.SET_WHEN_LOCKED).is_locked_on(state, n)]
