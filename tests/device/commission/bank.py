"""A bank in front of which somebody stands, in a few lines: doors, wires that may be wrong, and no bytes at all."""

from collections.abc import Callable
from dataclasses import dataclass, field

from device.commission.plan import Plan
from device.commission.signals import Bit, Board, Input, Pin, Silence, Snapshot
from drivers.lock_ports import PulseEnd
from drivers.locks.wiring import ByteOrder


@dataclass
class Compartment:
    """One door as it is wired. `drive`: the locks whose pulse opens it."""

    name: str
    drive: set[str] = field(default_factory=set)
    latch: Bit | None = None
    latch_set_when_shut: bool = True
    reed: Pin | None = None
    is_open: bool = False
    is_jammed: bool = False


class FakeBank:
    """Implements `Bench`, and has the doors to be moved. `stuck`: inputs that always read high, or always low."""

    def __init__(self, plan: Plan, order: ByteOrder = ByteOrder.LOW_FIRST) -> None:
        """Everything is wired in order: door, lock, feedback and reed number n belong together."""
        self.plan = plan
        self.doors: dict[str, Compartment] = {}
        self.stuck: dict[Input, bool] = {}
        self.silent: tuple[Silence, ...] = ()
        self.ends: dict[str, list[PulseEnd]] = {}
        self.pulses: list[str] = []
        self.silent_while_open: dict[str, Silence] = {}
        places = [(board, lock) for board in plan.boards for lock in range(1, board.locks + 1)]
        reeds = plan.header_reeds + plan.expander_reeds
        for at, name in enumerate(plan.doors):
            door = Compartment(name, {plan.locks[at]})
            if at < len(places):
                board, lock = places[at]
                door.latch = Bit(board.bus, board.number, board.place_of(lock, order))
            if at < len(reeds):
                door.reed = Pin(reeds[at])
            self.doors[name] = door

    def read(self) -> Snapshot:
        silent = self.silent + tuple(one for name, one in self.silent_while_open.items() if self.doors[name].is_open)
        if silent:
            return Snapshot(frozenset(), frozenset(), silent)
        inputs = self._inputs()
        high = {one for door in self.doors.values() for one in self._high(door)}
        high |= {one for one, level in self.stuck.items() if level}
        high -= {one for one, level in self.stuck.items() if not level}
        return Snapshot(inputs, frozenset(high))

    def pulse(self, lock: str) -> PulseEnd:
        self.pulses.append(lock)
        ends = self.ends.get(lock)
        end = ends.pop(0) if ends else PulseEnd.ACKNOWLEDGED
        if end in {PulseEnd.ACKNOWLEDGED, PulseEnd.UNANSWERED}:
            for door in self.doors.values():
                door.is_open |= lock in door.drive and not door.is_jammed
        return end

    def exchange(self, first: str, second: str, *wires: str) -> None:
        """Two doors' cables have changed places: any of drive, latch, reed."""
        one, other = self.doors[first], self.doors[second]
        for wire in wires:
            was = getattr(one, wire)
            setattr(one, wire, getattr(other, wire))
            setattr(other, wire, was)

    def open_doors(self) -> list[str]:
        return [name for name, door in self.doors.items() if door.is_open]

    def shut(self, *names: str) -> None:
        for name in names or tuple(self.doors):
            self.doors[name].is_open = False

    def pull(self, name: str) -> None:
        self.doors[name].is_open = True

    def _inputs(self) -> frozenset[Input]:
        bits = [Bit(one.bus, one.number, at) for one in self.plan.boards for at in range(8 * one.feedback_bytes)]
        return frozenset(bits + [Pin(name) for name in self.plan.header_reeds + self.plan.expander_reeds])

    @staticmethod
    def _high(door: Compartment) -> list[Input]:
        high: list[Input] = []
        if door.latch is not None and door.latch_set_when_shut is not door.is_open:
            high.append(door.latch)
        if door.reed is not None and door.is_open:
            high.append(door.reed)
        return high


def names(count: int) -> tuple[str, ...]:
    return tuple(f"{number:02}" for number in range(1, count + 1))


def plan_of(doors: int, *, boards: int = 1, bytes_each: int = 1, reeds: int = 0) -> Plan:
    """Boards left/1, left/2, … and reeds reeds/0, reeds/1, …"""
    found = tuple(Board("left", number, bytes_each, 8 * bytes_each) for number in range(1, boards + 1))
    return Plan(names(doors), found, expander_reeds=tuple(f"reeds/{number}" for number in range(reeds)))


Rewire = Callable[[FakeBank], None]
