"""A whole simulated locker bank: compartments, boards, lines with their ptys, contacts, and hands on all of it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import assert_never

from sim.acts import bank as act
from sim.acts.bank import BankAct, BenchAct, CommandAct, DoorAct
from sim.acts.words import AdapterState, CableEnd, CableState, LockBoardState, MechanismState, OnOff
from sim.board.bounce import Bounce
from sim.locks.boards import kerong_cu16, modbus_relay, xor8a
from sim.locks.boards.board import LockBoard
from sim.locks.boards.kerong_cu16 import KerongCu16Board
from sim.locks.boards.modbus_relay import ModbusRelayBoard
from sim.locks.boards.xor8a import Xor8aBoard
from sim.locks.compartment import Cause, Compartment
from sim.locks.line import Line
from sim.locks.pty_line import PtyLine
from sim.locks.setup import BusSetup, DoorSetup, Family
from sim.locks.signal import Signal
from sim.locks.sockets import Outlet
from sim.locks.truth import Truth
from sim.locks.wiring import CableName, CablePlan, ReedPin, SetReed
from sim.schedule import After

_MS = 1_000_000

# Reed contacts bounce for half a millisecond to one (reed-sensor.com, "bounce time"); how often is a guess.
REED = Bounce(mean_ns=500_000, longest_ns=1 * _MS, most_pairs=5, transfer_ns=0)
# A guess, for want of measurements: how long an input reads wrong when a coil beside its cable is switched.
_NOISE_NS = (1 * _MS, 100 * _MS)

_FAMILIES: dict[Family, tuple[type[LockBoard], int, int]] = {
    Family.XOR8A: (Xor8aBoard, xor8a.BAUD, xor8a.FIRST_NUMBER),
    Family.KERONG_CU16: (KerongCu16Board, kerong_cu16.BAUD, kerong_cu16.FIRST_NUMBER),
    Family.MODBUS_RELAY: (ModbusRelayBoard, modbus_relay.BAUD, modbus_relay.FIRST_NUMBER),
}


class SimBank:
    """Begins with every door shut and locked. Close it. One thread, that of the schedule."""

    def __init__(
        self,
        doors: Sequence[DoorSetup],
        buses: Sequence[BusSetup],
        folder: Path,
        after: After,
        now_ns: Callable[[], int],
        random: Random,
        set_reed: SetReed = lambda _pin, _closed: None,
        delivered: Callable[[str], None] = lambda _bus: None,
        reed_bounce: Bounce = REED,
    ) -> None:
        """folder: for the paths of the ports, which are named as their buses. set_reed: told each contact at the start
        as well. delivered: told the bus whose port can be read. Raises OSError; ValueError for a cable without a place.
        """
        self._after = after
        self._random = random
        self.truth = Truth(now_ns, self._switched)
        self.doors = {
            door.name: Compartment(
                door.name,
                after,
                random,
                self.truth,
                springs=door.springs,
                latch_closed_when_locked=door.latch_closed_when_locked,
                reed_closed_when_shut=door.reed_closed_when_shut,
            )
            for door in doors
        }
        self.boards: dict[str, LockBoard] = {}
        """By `<bus>/<board>`, as they are wired."""
        self.lines = {bus.name: self._line(bus, now_ns) for bus in buses}
        self.relays: dict[str, Outlet] = {}
        """By pin. Switch them as the pin is switched: see `set_relay`."""
        self._noisy: set[str] = set()
        self._plan = CablePlan(
            doors,
            self.doors,
            self.boards,
            lambda pin: ReedPin(pin, set_reed, after, random, reed_bounce),
            self._relay,
        )
        self.ports = {name: PtyLine(line, folder / name, partial(delivered, name)) for name, line in self.lines.items()}

    def close(self) -> None:
        for port in self.ports.values():
            port.close()

    # ------------------------------------------------------------ in between

    def pump(self) -> None:
        """In virtual time: carry what was written into any port to its line."""
        for port in self.ports.values():
            port.pump()

    def set_relay(self, pin: str, on: bool) -> None:
        """Whoever drives a relay on a pin has switched it. Nothing if there is no relay."""
        relay = self.relays.get(pin)
        if relay is not None:
            if on:
                relay.on(Cause.PULSE)
            else:
                relay.off()

    # ------------------------------------------------------------ what is true

    def is_open(self, door: str) -> bool:
        return self.doors[door].is_open

    # ------------------------------------------------------------ what is done

    def refuses(self, asked: BankAct) -> str | None:
        """Why it cannot be done to this bank; None if it can."""
        if isinstance(asked, CommandAct):
            return "a command is given by the control room"
        door, bus = getattr(asked, "door", None), getattr(asked, "bus", None)
        if door is not None and door not in self.doors:
            return f'door = "{door}": the bank has ' + ", ".join(f'"{name}"' for name in self.doors)
        if bus is not None and bus not in self.lines:
            return f'bus = "{bus}": the bank has ' + ", ".join(f'"{name}"' for name in self.lines)
        if isinstance(asked, act.LockBoard) and asked.board > len(self.lines[asked.bus].boards):
            return f"board = {asked.board}: {asked.bus} has 1–{len(self.lines[asked.bus].boards)}"
        if isinstance(asked, act.Cable) and not self._plan.has(CableName(asked.door, asked.sensor)):
            return f'sensor = "{asked.sensor}": {asked.door} has no such cable'
        return None

    def perform(self, asked: BankAct) -> None:
        """ValueError for what `refuses` refuses."""
        refusal = self.refuses(asked)
        if refusal is not None:
            raise ValueError(refusal)
        if isinstance(asked, BenchAct):
            self._at_bench(asked)
        elif isinstance(asked, DoorAct):
            self._at_door(self.doors[asked.door], asked)

    def swap(self, door: str, other: str) -> None:
        """Exchange the cables to two doors' locks; once more puts them right."""
        self.exchange(CableName(door, CableEnd.LOCK), CableName(other, CableEnd.LOCK))

    def exchange(self, one: CableName, other: CableName) -> None:
        """Two cables end where the other belongs; once more puts them right. ValueError if they do not fit."""
        self._plan.exchange(one, other)

    def mend(self) -> None:
        """End every fault, and shut every door."""
        self._noisy.clear()
        for port in self.ports.values():
            port.plug_in()
        for line in self.lines.values():
            line.echoes = False
        for board in self.boards.values():
            board.become(LockBoardState.WELL)
        self._plan.put_right()
        for compartment in self.doors.values():
            for end in CableEnd:
                compartment.lay(end, CableState.WHOLE)
            compartment.become(MechanismState.GOOD)
            compartment.untrip()
            compartment.shut()

    # ------------------------------------------------------------ inside

    def _at_door(self, door: Compartment, asked: DoorAct) -> None:
        match asked:
            case act.Pull():
                door.pull()
            case act.Shut():
                door.shut()
            case act.Force():
                door.force(asked.breaks)
            case act.Trip():
                door.trip_hook()
            case act.Untrip():
                door.untrip()
            case act.Mechanism():
                door.become(asked.state)
            case act.Cable():
                door.lay(asked.sensor, asked.state)
            case _:
                assert_never(asked)

    def _at_bench(self, asked: BenchAct) -> None:
        match asked:
            case act.LockBoard():
                self.lines[asked.bus].boards[asked.board - 1].become(asked.state, asked.delay_ns)
            case act.Adapter():
                self.lines[asked.bus].echoes = asked.state is AdapterState.ECHO
                port = self.ports[asked.bus]
                (port.unplug if asked.state is AdapterState.OUT else port.plug_in)()
            case act.CoilNoise():
                (self._noisy.add if asked.state is OnOff.ON else self._noisy.discard)(asked.bus)
            case _:
                assert_never(asked)

    def _line(self, bus: BusSetup, now_ns: Callable[[], int]) -> Line:
        kind, baud, first = _FAMILIES[bus.family]
        line = Line(bus.baud or baud, self._after, now_ns, self._random)
        for place, setup in enumerate(bus.boards):
            number = place + first if setup.number is None else setup.number
            name = f"{bus.name}/{place + 1}"
            self.boards[name] = kind(name, setup, number, self._after, self._random)
            line.attach(self.boards[name])
        for board in line.boards:
            others = (other.switches for other in line.boards if other is not board)
            board.twin = next(others, board.switches)
        return line

    def _relay(self, pin: str) -> Outlet:
        return self.relays.setdefault(pin, Outlet(pin, self._after))

    def _switched(self, door: str) -> None:
        bus = _bus_of(self._plan.place_of(door))
        if bus not in self._noisy:
            return
        for name, compartment in self.doors.items():
            if name != door and _bus_of(self._plan.place_of(name)) == bus:
                self._disturb(compartment.latch)
                self._disturb(compartment.reed)

    def _disturb(self, signal: Signal) -> None:
        signal.disturb(on=True)
        self._after(self._random.randint(*_NOISE_NS), partial(signal.disturb, on=False))


def _bus_of(place: str | None) -> str:
    return "" if place is None or "/" not in place else place.partition("/")[0]
