"""A locker bank in virtual time: compartments, boards and a line that outlive the power of whoever talks to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from device.logic.bank.settings import BankSettings, DoorSettings, Reed, Spot
from device.logic.units import MS
from drivers.lock_bank import LockBank
from drivers.lock_ports import Locks
from drivers.locks.bus_settings import BoardSettings, BusSettings
from drivers.locks.family import Family
from drivers.locks.wiring import Polarity
from drivers.ports import Clock, Post
from sim.acts.bank import Adapter, BankAct, CommandAct, LockBoard
from sim.acts.words import AdapterState, LockBoardState
from sim.board.board import Board
from sim.locks import setup as physical
from sim.locks.bank import SimBank
from sim.locks.boards import kerong_cu16, modbus_relay, xor8a
from sim.locks.header_reeds import HeaderReeds
from sim.schedule import After
from sim.world.locks import SteppedBus
from sim.world.setup import BUS, KEY, BankSetup
from sim.world.sightline import Sightline


@dataclass(frozen=True, slots=True)
class _Sold:
    """How boards of a family come: see sim/locks/boards. The pulses are the configuration's own."""

    first: int
    baud: int
    locks: int
    pulse_ms: int


_SOLD = {
    Family.XOR8A: _Sold(xor8a.FIRST_NUMBER, xor8a.BAUD, 24, 300),
    Family.KERONG_CU16: _Sold(kerong_cu16.FIRST_NUMBER, kerong_cu16.BAUD, 16, 500),
    Family.MODBUS_RELAY: _Sold(modbus_relay.FIRST_NUMBER, modbus_relay.BAUD, 8, 500),
}


_LYING = (LockBoardState.INVERTED, LockBoardState.REVERSED)


@dataclass(slots=True)
class Blindness:
    """Since when and until when something stood between the boards and the device. None while it does."""

    board: int | None
    """As it is wired, from 1. None: the whole line."""
    from_ns: int
    lies: bool = False
    """The board answers, and what it says is not what its inputs are."""
    to_ns: int | None = None


@dataclass(slots=True)
class _Ills:
    """What is wrong on the way from the boards now, by board; 0 is the line itself."""

    open: dict[int, Blindness] = field(default_factory=dict)
    all: list[Blindness] = field(default_factory=list)

    def become(self, board: int, now_ns: int, *, ill: bool, lies: bool = False) -> None:
        begun = self.open.pop(board, None)
        if begun is not None:
            begun.to_ns = now_ns
        if ill:
            self.open[board] = Blindness(board or None, now_ns, lies)
            self.all.append(self.open[board])


class WorldBank:
    """Close it. One thread."""

    def __init__(self, setup: BankSetup, name: str, seed: int, board: Board, clock: Clock, schedule: After) -> None:
        """Raises OSError: it needs a folder, and a pty."""
        self.setup = setup
        self._clock = clock
        self._schedule = schedule
        self._sold = _SOLD[setup.family]
        self._folder = TemporaryDirectory(prefix="ansim-bank-")
        self.places = _places(setup)
        """Of each door: its board, from 1 as they are wired, and its lock."""
        self.sim = SimBank(
            tuple(self._door(each) for each in setup.names),
            (self._line(),),
            Path(self._folder.name),
            schedule,
            clock.monotonic_ns,
            Random(f"{seed} {name} locks"),
            HeaderReeds(board).set,
            self._delivered,
        )
        pins = setup.reed_pins
        self.sight = {
            door: Sightline(compartment, has_reed=door in pins, now_ns=clock.monotonic_ns)
            for door, compartment in self.sim.doors.items()
        }
        self._ills = _Ills()
        self._line_now: SteppedBus | None = None

    def close(self) -> None:
        self.end()
        self.sim.close()
        self._folder.cleanup()

    @property
    def settings(self) -> BankSettings:
        """What the logic is told of it, as device.config.settings would from its map."""
        pins = self.setup.reed_pins
        doors = (
            DoorSettings(
                name,
                self.lock_of(name),
                Spot(BUS, self._number(name), self.places[name][1]),
                Reed(pins[name]) if name in pins else None,
                name in self.setup.fits_person,
                self._sold.pulse_ms * MS,
            )
            for name in self.setup.names
        )
        return BankSettings(
            tuple(doors),
            self.setup.night,
            remote_opens=self.setup.remote_opens,
            key_zone=KEY,
        )

    def lock_of(self, door: str) -> str:
        """As the device calls it."""
        return f"{BUS}/{self._number(door)}/{self.places[door][1]}"

    @property
    def blindness(self) -> tuple[Blindness, ...]:
        """Everything that has kept the device from hearing a board, its own lack of power apart."""
        return tuple(self._ills.all)

    # ------------------------------------------------------------ a life of the device

    def begin(self, post: Post) -> Locks:
        """The device has power: what it talks to the locks by."""
        port = self.sim.ports[BUS]
        self._line_now = SteppedBus(self._bus_settings(port.path), port.pump, post, self._clock, self._schedule)
        return LockBank({BUS: self._line_now})

    def end(self) -> None:
        """It has none any more, or starts again."""
        line, self._line_now = self._line_now, None
        if line is not None:
            line.close()

    # ------------------------------------------------------------ what is done

    def refuses(self, asked: BankAct) -> str | None:
        """Why it cannot be done to this bank, or be ordered of it; None if it can."""
        if not isinstance(asked, CommandAct):
            return self.sim.refuses(asked)
        door = getattr(asked, "door", None)
        if door is None or door in self.setup.names:
            return None
        return f'door = "{door}": the bank has ' + ", ".join(f'"{name}"' for name in self.setup.names)

    def has_doors(self, names: Sequence[str]) -> bool:
        return set(names) <= set(self.setup.names)

    def perform(self, asked: BankAct) -> None:
        """`refuses` has been asked."""
        self.sim.perform(asked)
        now_ns = self._clock.monotonic_ns()
        if isinstance(asked, Adapter):
            self._ills.become(0, now_ns, ill=asked.state is not AdapterState.IN)
            # Whoever sleeps on a port wakes up when it goes.
            self._delivered(asked.bus)
        elif isinstance(asked, LockBoard):
            is_ill, lies = asked.state is not LockBoardState.WELL, asked.state in _LYING
            self._ills.become(asked.board, now_ns, ill=is_ill, lies=lies)

    def swap(self, door: str, other: str) -> None:
        """See `SimBank.swap`."""
        self.sim.swap(door, other)

    def mend(self) -> None:
        """End every fault, and shut every door."""
        self.sim.mend()
        now_ns = self._clock.monotonic_ns()
        for board in list(self._ills.open):
            self._ills.become(board, now_ns, ill=False)
        self._delivered(BUS)

    # ------------------------------------------------------------ how it is made

    def _delivered(self, _bus: str) -> None:
        if self._line_now is not None:
            self._line_now.step()

    def _number(self, door: str) -> int:
        """Of its board, as its switches say."""
        return self.places[door][0] - 1 + self._sold.first

    def _door(self, name: str) -> physical.DoorSetup:
        board, lock = self.places[name]
        spot = f"{BUS}/{board}/{lock}"
        springs = name not in self.setup.fits_person
        return physical.DoorSetup(name, spot, spot, self.setup.reed_pins.get(name), springs=springs)

    def _line(self) -> physical.BusSetup:
        board = physical.BoardSetup(self._sold.locks, pulse_ns=self._sold.pulse_ms * MS)
        return physical.BusSetup(BUS, physical.Family(self.setup.family.value), (board,) * self.setup.boards)

    def _bus_settings(self, port: Path) -> BusSettings:
        numbers = range(self._sold.first, self._sold.first + self.setup.boards)
        return BusSettings(
            name=BUS,
            port=str(port),
            family=self.setup.family,
            baud=self._sold.baud,
            pulse_ms=self._sold.pulse_ms,
            boards=tuple(BoardSettings(number, self._sold.locks, Polarity.SET_WHEN_LOCKED) for number in numbers),
        )


def _places(setup: BankSetup) -> dict[str, tuple[int, int]]:
    locks = -(-setup.doors // setup.boards)
    return {name: (number // locks + 1, number % locks + 1) for number, name in enumerate(setup.names)}
