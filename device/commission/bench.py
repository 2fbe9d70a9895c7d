"""The real bank: boards asked one at a time on the caller's thread, contacts as they report, relays on the header.

Implements `Bench`.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, Queue

from device.commission.signals import Bit, Board, Input, Pin, Silence, Snapshot
from drivers.lock_ports import BoardSilent, Locks, PulseEnd, PulseOver
from drivers.lockbus.probe import Asker
from drivers.locks.frames import BoardState, Codec, FrameFault, QueryBoard, Refusal, Unlock, UnlockAck
from drivers.locks.port import PortError
from drivers.ports import Edge, Fact, Inputs

_GARBLED = frozenset(
    {FrameFault.LENGTH, FrameFault.HEADER, FrameFault.CHECKSUM, FrameFault.BOARD, FrameFault.COLLISION}
)
# A relay is on for half a second at most.
_RELAY_S = 2.0
# An installer stands by, and a relay is switched at once or not at all.
_ANY_TIME_NS = sys.maxsize


@dataclass(frozen=True, slots=True)
class Bus:
    """One line with the boards that were found on it."""

    name: str
    line: Asker
    codec: Codec
    boards: Sequence[Board]


class Header:
    """Contacts and relays, whose facts come from other threads: give `post` to their drivers. Methods: one thread."""

    def __init__(self, pins: frozenset[str]) -> None:
        """pins: those of the contacts, all of which are watched."""
        self._facts: Queue[Fact] = Queue()
        self._levels: dict[str, bool | None] = dict.fromkeys(pins)
        self._why: dict[str, str] = {}
        self._over: PulseOver | None = None

    def post(self, fact: Fact) -> None:
        """Any thread."""
        self._facts.put(fact)

    def snapshot(self) -> Snapshot:
        """What has been told so far. An expander that has not told all of its inputs is silent."""
        while not self._facts.empty():
            self._take(self._facts.get())
        unknown = {_chip_of(pin) for pin, level in self._levels.items() if level is None}
        silent = tuple(Silence(name, self._why.get(name, "not read yet")) for name in sorted(unknown))
        known = frozenset[Input](Pin(pin) for pin, level in self._levels.items() if level is not None)
        return Snapshot(known, frozenset(Pin(pin) for pin, level in self._levels.items() if level), silent)

    def pulse_end(self) -> PulseEnd:
        """Wait for the end of the pulse that was just asked for."""
        self._over = None
        while self._over is None:
            try:
                self._take(self._facts.get(timeout=_RELAY_S))
            except Empty:
                return PulseEnd.UNANSWERED
        return self._over.end

    def _take(self, fact: Fact) -> None:
        match fact:
            case Edge(_, pin, high) if pin in self._levels:
                self._levels[pin] = high
            case BoardSilent(_, name, _, why):
                self._why[name] = why
                self._levels |= {pin: None for pin in self._levels if _chip_of(pin) == name}
            case PulseOver():
                self._over = fact
            case _:
                pass


class RealBench:
    """Closed by whoever made its parts."""

    def __init__(
        self,
        buses: Sequence[Bus],
        header: Header | None = None,
        inputs: Inputs | None = None,
        relays: Locks | None = None,
        relay_pins: Sequence[str] = (),
    ) -> None:
        """inputs, relays: they post to `header`."""
        self._buses = buses
        self._lines: Mapping[str, Bus] = {bus.name: bus for bus in buses}
        self._header = header
        self._inputs = inputs
        self._relays = relays
        self._relay_pins = relay_pins

    def read(self) -> Snapshot:
        """Raises GpioError if a pin cannot be read."""
        readings = [_reading(bus, board) for bus in self._buses for board in bus.boards]
        if self._header is not None and self._inputs is not None:
            self._inputs.resample()
            readings.append(self._header.snapshot())
        return Snapshot(
            frozenset[Input]().union(*(one.inputs for one in readings)),
            frozenset[Input]().union(*(one.high for one in readings)),
            tuple(dict.fromkeys(silence for one in readings for silence in one.silent)),
        )

    def pulse(self, lock: str) -> PulseEnd:
        """ValueError for a lock that is not there."""
        if lock in self._relay_pins and self._relays is not None and self._header is not None:
            self._relays.pulse(lock, _ANY_TIME_NS)
            return self._header.pulse_end()
        name, board, number = lock.split("/")
        bus = self._lines[name]
        try:
            answer = bus.line.ask(Unlock(int(board), int(number)), bus.codec)
        except PortError as error:
            return PulseEnd.UNANSWERED if error.left_bytes else PulseEnd.NOT_SENT
        match answer:
            case UnlockAck():
                return PulseEnd.ACKNOWLEDGED
            case Refusal():
                return PulseEnd.REFUSED
            case _:
                return PulseEnd.UNANSWERED


def _reading(bus: Bus, board: Board) -> Snapshot:
    try:
        answer = bus.line.ask(QueryBoard(board.number), bus.codec)
    except PortError as error:
        return _silent(Silence(bus.name, error.why))
    match answer:
        case BoardState(_, feedback) if len(feedback) == board.feedback_bytes:
            return _levels(board, feedback)
        case FrameFault():
            return _silent(Silence(str(board), answer, garbled=answer in _GARBLED))
        case BoardState():
            return _silent(Silence(str(board), FrameFault.LENGTH, garbled=True))
        case _:
            return _silent(Silence(str(board), "no answer"))


def _levels(board: Board, feedback: bytes) -> Snapshot:
    bits = {Bit(board.bus, board.number, place): _is_set(feedback, place) for place in range(8 * len(feedback))}
    return Snapshot(frozenset(bits), frozenset(bit for bit, is_set in bits.items() if is_set))


def _is_set(feedback: bytes, place: int) -> bool:
    at, bit = divmod(place, 8)
    return bool(feedback[at] >> bit & 1)


def _silent(silence: Silence) -> Snapshot:
    return Snapshot(frozenset(), frozenset(), (silence,))


def _chip_of(pin: str) -> str:
    """The expander that a pin is on; a pin of the header stands for itself."""
    return pin.partition("/")[0]
