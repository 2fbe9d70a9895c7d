"""Everything between an order and an alarm in virtual time: a bank's logic, its driver, a line, boards and doors.

Ports are lists of bytes here: nothing in it waits for a kernel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from device.logic.bank.bank import Bank, BankOutcome
from device.logic.bank.release import Released
from device.logic.bank.settings import BankSettings, DoorSettings, Spot
from device.logic.effects import Pulse
from device.logic.event import Happening
from device.logic.units import MS, S, earliest
from drivers.locks.bus import Bus
from drivers.locks.bus_settings import BoardSettings, BusSettings
from drivers.locks.family import Family
from drivers.locks.wiring import Polarity
from drivers.ports import WallClock
from sim.locks.boards import kerong_cu16, modbus_relay, xor8a
from sim.locks.boards.board import LockBoard
from sim.locks.boards.kerong_cu16 import KerongCu16Board
from sim.locks.boards.modbus_relay import ModbusRelayBoard
from sim.locks.boards.xor8a import Xor8aBoard
from sim.locks.compartment import Compartment
from sim.locks.line import Line
from sim.locks.setup import BoardSetup
from sim.locks.truth import Truth
from sim.schedule import Action, VirtualTime

BUS = "left"
PULSE_MS = 300
START_S = 3

_KINDS: dict[Family, tuple[type[LockBoard], int]] = {
    Family.XOR8A: (Xor8aBoard, xor8a.BAUD),
    Family.KERONG_CU16: (KerongCu16Board, kerong_cu16.BAUD),
    Family.MODBUS_RELAY: (ModbusRelayBoard, modbus_relay.BAUD),
}


@dataclass(frozen=True, slots=True)
class Boards:
    """What is on a line: boards by the numbers on their switches, each with so many locks and doors."""

    family: Family
    numbers: tuple[int, ...]
    locks: int
    checks_sum: bool = True

    @property
    def spots(self) -> tuple[tuple[int, int], ...]:
        """Every lock: board, lock."""
        return tuple((number, lock) for number in self.numbers for lock in range(1, self.locks + 1))


def door_name(board: int, lock: int) -> str:
    return f"{board}-{lock:02}"


class Cabinet:
    """Boards with a door on each lock, shut and locked; nobody talks to them yet."""

    def __init__(self, boards: Boards) -> None:
        kind, self.baud = _KINDS[boards.family]
        self.time = VirtualTime()
        self.truth = Truth(self.now_ns, lambda _door: None)
        self.boards: list[LockBoard] = []
        self.doors: dict[str, Compartment] = {}
        random = Random(1)
        for number in boards.numbers:
            setup = BoardSetup(boards.locks, pulse_ns=PULSE_MS * MS, checks_sum=boards.checks_sum)
            board = kind(f"{BUS}/{number}", setup, number, self.after, random)
            for index in range(boards.locks):
                name = door_name(number, index + 1)
                door = self.doors[name] = Compartment(name, self.after, random, self.truth)
                board.inlets[index].plug(door.latch)
                board.outlets[index].plug(door)
            self.boards.append(board)

    def now_ns(self) -> int:
        return self.time.clock.monotonic_ns()

    def after(self, delay_ns: int, action: Action) -> None:
        self.time.schedule.at(self.now_ns() + delay_ns, action)


def _same(frame: bytes) -> bytes:
    return frame


class BankLine(Cabinet):
    """`told` and `released`: what the logic has said so far. `on_the_way`: what becomes of what the driver sends."""

    def __init__(self, boards: Boards) -> None:
        super().__init__(boards)
        self.told: list[Happening] = []
        self.released: list[Released] = []
        self.on_the_way: Callable[[bytes], bytes] = _same
        self._heard = b""
        self.line = Line(self.baud, self.after, self.now_ns, Random(2))
        self.line.deliver = self.hear
        for board in self.boards:
            self.line.attach(board)
        self._bus = Bus(_bus_settings(boards, self.baud), self, self.now_ns())
        self.bank = Bank(_bank_settings(boards), self.now_ns(), 1)

    def run(self, until: Callable[[], bool], limit_s: float) -> None:
        """Until it is so, but not for longer than `limit_s`."""
        end_ns = self.now_ns() + round(limit_s * S)
        while not until() and self.now_ns() < end_ns:
            self._turn()
            next_ns = earliest(self._bus.due_ns(), self.bank.due_ns(), self.time.schedule.next_ns(), end_ns)
            self.time.run_until(max(self.now_ns(), end_ns if next_ns is None else min(next_ns, end_ns)))

    def run_for(self, duration_s: float) -> None:
        self.run(lambda: False, duration_s)

    def subjects(self, *whats: str) -> list[str]:
        """The doors of everything of these kinds that was raised or reported."""
        return sorted(each.subject for each in self.told if each.what in whats and each.phase.value != "restored")

    def hear(self, data: bytes) -> None:
        """Something comes over the line to the driver."""
        self._heard += data

    # ------------------------------------------------------------ the driver's port

    def open(self) -> None:
        self._heard = b""

    def write(self, data: bytes) -> None:
        self.line.host_sends(self.on_the_way(data))

    def read(self) -> bytes:
        data, self._heard = self._heard, b""
        return data

    def close(self) -> None:
        self._heard = b""

    # ------------------------------------------------------------ the main loop

    def _turn(self) -> None:
        now_ns = self.now_ns()
        self._bus.step(now_ns)
        for fact in self._bus.take_facts():
            self._carry_out(self.bank.feed(fact, now_ns))
        due_ns = self.bank.due_ns()
        if due_ns is not None and due_ns <= now_ns:
            self._carry_out(self.bank.tick(now_ns, WallClock(now_ns, now_ns, synced=False)))

    def _carry_out(self, outcomes: list[BankOutcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case Pulse():
                    self._bus.pulse(outcome.lock, outcome.until_ns)
                    self._bus.step(self.now_ns())
                case Released():
                    self.released.append(outcome)
                case Happening():
                    self.told.append(outcome)


def _bus_settings(boards: Boards, baud: int) -> BusSettings:
    return BusSettings(
        name=BUS,
        port="/dev/null",
        family=boards.family,
        baud=baud,
        pulse_ms=PULSE_MS,
        latency_ms=0,
        boards=tuple(BoardSettings(number, boards.locks, Polarity.SET_WHEN_LOCKED) for number in boards.numbers),
    )


def _bank_settings(boards: Boards) -> BankSettings:
    doors = (
        DoorSettings(door_name(board, lock), f"{BUS}/{board}/{lock}", Spot(BUS, board, lock), pulse_ns=PULSE_MS * MS)
        for board, lock in boards.spots
    )
    return BankSettings(tuple(doors))
