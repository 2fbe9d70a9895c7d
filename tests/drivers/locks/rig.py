"""A bus in virtual time, with boards at the far end of a wire that is a list of bytes or a real pty."""

import heapq
from collections.abc import Callable
from typing import Protocol, TypeVar

from drivers.lock_ports import LockFact
from drivers.locks.bus import Bus
from drivers.locks.bus_settings import BoardSettings, BusSettings
from drivers.locks.family import Family
from drivers.locks.port import Port, PortError
from drivers.locks.wiring import Polarity
from tests.drivers.locks.boards import MS, PULSE_MS, Boards

_F = TypeVar("_F", bound=LockFact)
START_NS = 1_000_000 * MS
S = 1_000 * MS
PULSE_WAIT_NS = 3 * S
REPLY_MS = 250
PULSE_REPLY_MS = 1_500

BAUDS = {Family.XOR8A: 9_600, Family.KERONG_CU16: 19_200, Family.MODBUS_RELAY: 9_600}
LOCKS = {Family.XOR8A: 24, Family.KERONG_CU16: 16, Family.MODBUS_RELAY: 8}
SHUT = {Family.XOR8A: b"\xff\xff\xff", Family.KERONG_CU16: b"\xff\xff\0\0", Family.MODBUS_RELAY: b"\xff"}


class Wire(Protocol):
    """What is between the port and the boards."""

    @property
    def port(self) -> Port: ...

    def take(self) -> bytes:
        """What was written since."""

    def give(self, data: bytes) -> None:
        """To be read from now on."""


class ListWire:
    """Bytes in a list; `broken` is what the port raises at its next call, and `missing` at every opening."""

    def __init__(self) -> None:
        self.port = self
        self.is_open = False
        self.openings = 0
        self.broken: PortError | None = None
        self.missing: PortError | None = None
        self._written = b""
        self._waiting = b""

    def open(self) -> None:
        self.openings += 1
        if self.missing is not None:
            raise self.missing
        self.is_open = True
        self._waiting = b""

    def write(self, data: bytes) -> None:
        assert self.is_open
        self._fail()
        self._written += data

    def read(self) -> bytes:
        assert self.is_open
        self._fail()
        data, self._waiting = self._waiting, b""
        return data

    def close(self) -> None:
        self.is_open = False

    def take(self) -> bytes:
        data, self._written = self._written, b""
        return data

    def give(self, data: bytes) -> None:
        self._waiting += data if self.is_open else b""

    def _fail(self) -> None:
        error, self.broken = self.broken, None
        if error is not None:
            raise error


class Rig:
    """Turns time by hand. `facts`: what the bus has told so far."""

    def __init__(self, boards: Boards, wire: Wire, settings: BusSettings) -> None:
        self.now_ns = START_NS
        self.boards = boards
        self.wire = wire
        self.bus = Bus(settings, wire.port, self.now_ns)
        self.facts: list[LockFact] = []
        self.sent: list[tuple[int, bytes]] = []
        self.steps = 0
        self._character_ns = 10 * S // settings.baud
        self._coming: list[tuple[int, int, bytes]] = []
        self._count = 0

    def run(self, for_ms: float) -> list[LockFact]:
        """The facts of this time."""
        return self.run_until(lambda: False, for_ms)

    def run_until(self, done: Callable[[], bool], for_ms: float = 60_000) -> list[LockFact]:
        until_ns = self.now_ns + round(for_ms * MS)
        before = len(self.facts)
        at_once = 0
        while True:
            was_ns = self.now_ns
            self._step()
            if done():
                break
            due_ns = self.bus.due_ns()
            next_ns = min(
                [until_ns, *(() if due_ns is None else (due_ns,)), *(at_ns for at_ns, *_ in self._coming[:1])]
            )
            self.now_ns = max(self.now_ns, next_ns)
            at_once = at_once + 1 if self.now_ns == was_ns else 0
            assert at_once < 3, "it asks for a step again and again"
            if self.now_ns >= until_ns:
                self._step()
                break
        return self.facts[before:]

    def run_until_idle(self) -> None:
        """Until the next question is some time away, and nothing is on the line."""
        self.run_until(lambda: not self._coming and (self.bus.due_ns() or 0) > self.now_ns + 20 * MS)

    @property
    def port(self) -> "ListWire":
        """To break it."""
        assert isinstance(self.wire, ListWire)
        return self.wire

    def order(self, lock: str) -> None:
        self.bus.pulse(lock, self.now_ns + PULSE_WAIT_NS)

    def say(self, data: bytes, in_ms: float = 0) -> None:
        """Something comes over the line that nobody has asked for."""
        self._come(self.now_ns + round(in_ms * MS), data)

    def of(self, kind: type[_F]) -> list[_F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def _come(self, at_ns: int, data: bytes) -> None:
        self._count += 1
        heapq.heappush(self._coming, (at_ns, self._count, data))

    def _step(self) -> None:
        while self._coming and self._coming[0][0] <= self.now_ns:
            self.wire.give(heapq.heappop(self._coming)[2])
        self.steps += 1
        self.bus.step(self.now_ns)
        self.facts += self.bus.take_facts()
        frame = self.wire.take()
        if not frame:
            return
        self.sent.append((self.now_ns, frame))
        end_ns = self.now_ns + len(frame) * self._character_ns
        for delay_ns, data in self.boards.hear(frame):
            self._come(end_ns + delay_ns + len(data) * self._character_ns, data)


def settings(family: Family = Family.XOR8A, boards: int = 2, **changes: int) -> BusSettings:
    numbers = range(1, boards + 1)
    values = {"pulse_ms": PULSE_MS, "latency_ms": 0, "reply_ms": REPLY_MS, "pulse_reply_ms": PULSE_REPLY_MS} | changes
    return BusSettings(
        name="left",
        port="/dev/null",
        family=family,
        baud=BAUDS[family],
        boards=tuple(BoardSettings(number, LOCKS[family], Polarity.SET_WHEN_LOCKED) for number in numbers),
        **values,
    )


def rig(family: Family = Family.XOR8A, boards: int = 2, wire: Wire | None = None, **changes: int) -> Rig:
    """Every lock is locked."""
    there = Boards(family, dict.fromkeys(range(1, boards + 1), SHUT[family]))
    return Rig(there, wire or ListWire(), settings(family, boards, **changes))
