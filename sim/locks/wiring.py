"""The cable plan of a simulated bank: which compartment's cables end where. Cables can be exchanged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from sim.acts.words import CableEnd
from sim.board.bounce import Bounce, bounce
from sim.locks.boards.board import LockBoard
from sim.locks.compartment import Compartment
from sim.locks.setup import DoorSetup
from sim.locks.sockets import Inlet, Outlet
from sim.schedule import After

SetReed = Callable[[str, bool], None]
"""A contact on a pin is closed, or not."""


@dataclass(frozen=True, slots=True)
class CableName:
    """A cable of a compartment, by what is at its end."""

    door: str
    end: CableEnd

    def __str__(self) -> str:
        return f"{self.end} of {self.door}"


class ReedPin:
    """A pin with a contact to ground: it bounces, whoever reads it finds it after the last bounce as it is."""

    def __init__(self, pin: str, set_reed: SetReed, after: After, random: Random, profile: Bounce) -> None:
        self._pin = pin
        self._set_reed = set_reed
        self._after = after
        self._random = random
        self._profile = profile
        self._movement = 0
        self._is_watched = False
        self.inlet = Inlet(self._changed)

    def begin(self) -> None:
        """Say how it stands, and from now on every change."""
        self._is_watched = True
        self._set_reed(self._pin, self.inlet.closed)

    def _changed(self, closed: bool) -> None:
        if not self._is_watched:
            return
        # A new movement ends the one before it.
        self._movement += 1
        first, *others = bounce(self._random, self._profile)
        self._set_reed(self._pin, closed)
        for number, offset_ns in enumerate(others, start=1):
            level = closed if number % 2 == 0 else not closed
            self._after(offset_ns - first, partial(self._step, self._movement, level))

    def _step(self, movement: int, closed: bool) -> None:
        if movement == self._movement:
            self._set_reed(self._pin, closed)


class CablePlan:
    """Every cable plugged in where the doors' setups say. ValueError for a place that is not there, or taken."""

    def __init__(
        self,
        doors: Sequence[DoorSetup],
        compartments: Mapping[str, Compartment],
        boards: Mapping[str, LockBoard],
        pin: Callable[[str], ReedPin],
        relay: Callable[[str], Outlet],
    ) -> None:
        """boards: by `<bus>/<board>` as they are wired. pin, relay: make one on a pin of this name."""
        self._compartments = compartments
        self._boards = boards
        self._inlets: dict[CableName, Inlet] = {}
        self._outlets: dict[CableName, Outlet] = {}
        self._exchanged: list[tuple[CableName, CableName]] = []
        for door in doors:
            compartment = compartments[door.name]
            if door.latch is not None:
                board, index = self._channel(door.latch)
                self._lead(CableName(door.name, CableEnd.LATCH), board.inlets[index])
                board.boxes[index] = compartment
            if door.reed is not None:
                name = CableName(door.name, CableEnd.REED)
                contact = pin(door.reed)
                self._lead(name, contact.inlet)
                contact.begin()
            if door.lock is not None:
                name = CableName(door.name, CableEnd.LOCK)
                self._outlets[name] = self._outlet(door.lock, relay)
        _no_two(self._inlets)
        _no_two(self._outlets)
        for name, outlet in self._outlets.items():
            outlet.plug(compartments[name.door])

    def has(self, name: CableName) -> bool:
        return name in self._inlets or name in self._outlets

    def place_of(self, door: str) -> str | None:
        """Where the current of its coil comes from now: `left/1/7`, or a pin."""
        outlet = self._outlets.get(CableName(door, CableEnd.LOCK))
        return None if outlet is None else outlet.name

    def exchange(self, one: CableName, other: CableName) -> None:
        """Each goes where the other was. Switches and contacts with each other, coils with coils. ValueError."""
        if one in self._inlets and other in self._inlets:
            here, there = self._inlets[one], self._inlets[other]
            self._inlets[one], self._inlets[other] = there, here
            mine = here.plug(None)
            here.plug(there.plug(mine))
        elif one in self._outlets and other in self._outlets:
            sent, received = self._outlets[one], self._outlets[other]
            self._outlets[one], self._outlets[other] = received, sent
            coil = sent.plug(None)
            sent.plug(received.plug(coil))
        else:
            raise ValueError(f"the cable to the {one} and that to the {other} do not fit each other's places")
        self._exchanged.append((one, other))

    def put_right(self) -> None:
        """Every cable back where it belongs."""
        while self._exchanged:
            self.exchange(*self._exchanged.pop())
            self._exchanged.pop()

    def _lead(self, name: CableName, inlet: Inlet) -> None:
        self._inlets[name] = inlet
        compartment = self._compartments[name.door]
        inlet.plug(compartment.latch if name.end is CableEnd.LATCH else compartment.reed)

    def _outlet(self, lock: str, relay: Callable[[str], Outlet]) -> Outlet:
        if "/" not in lock:
            return relay(lock)
        board, index = self._channel(lock)
        return board.outlets[index]

    def _channel(self, spot: str) -> tuple[LockBoard, int]:
        place, _, lock = spot.rpartition("/")
        board = self._boards.get(place)
        if board is None or not lock.isdigit() or not 1 <= int(lock) <= len(board.inlets):
            raise ValueError(f"{spot}: there is no such lock on any board")
        return board, int(lock) - 1


def _no_two(places: Mapping[CableName, Inlet] | Mapping[CableName, Outlet]) -> None:
    taken: Iterable[Inlet | Outlet] = places.values()
    seen: dict[int, CableName] = {}
    for name, place in zip(places, taken, strict=True):
        first = seen.setdefault(id(place), name)
        if first is not name:
            raise ValueError(f"the cables to the {first} and to the {name} end at one place")
