"""What lock boards of every family have: inputs, outputs, an address, and their ways to fail."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from random import Random

from sim.acts.words import LockBoardState
from sim.locks.compartment import Cause, Compartment
from sim.locks.setup import BoardSetup
from sim.locks.sockets import Inlet, Outlet
from sim.schedule import After

_MS = 1_000_000

# Between the request and the first byte of the answer. One exchange was measured at 21–28 ms at 9600 baud (Open-Locker,
# ADR-0038), of which 15 ms are bytes.
_ANSWERS_AFTER_NS = 6 * _MS
_ANSWERS_WITHIN_NS = 7 * _MS
# A guess: a board that releases all of its locks does so one after the other, as its TEST button does.
_BETWEEN_LOCKS_NS = 50 * _MS
_APART_NS = 15 * _MS
_GARBAGE_BYTES = 6


def _nobody(data: bytes) -> None:
    raise RuntimeError(f"{data.hex()}: the board is on no line")


class LockBoard(ABC):
    """Hears every byte that the host sends, and talks when it is asked. One thread."""

    def __init__(self, name: str, setup: BoardSetup, number: int, after: After, random: Random) -> None:
        """name: `<bus>/<board>` as it is wired."""
        self.setup = setup
        self.switches = number
        """The number that it is set to."""
        self.twin = number
        """The number that it has as `LockBoardState.TWIN`."""
        self.inlets = [Inlet(partial(self._changed, index)) for index in range(setup.locks)]
        self.outlets = [Outlet(f"{name}/{lock}", after) for lock in range(1, setup.locks + 1)]
        self.boxes: list[Compartment | None] = [None] * setup.locks
        """What the infrared sensors look into, on boards that have them."""
        self.talk: Callable[[bytes], None] = _nobody
        """Begin to send now. Set by the line that it is on."""
        self.state = LockBoardState.WELL
        self._late_ns = 0
        self._life = 0
        self._after = after
        self._random = random
        self._rest = b""
        self._closed = 0
        self._every_lock = (1 << setup.locks) - 1

    @property
    def number(self) -> int:
        """What it answers to."""
        return self.twin if self.state is LockBoardState.TWIN else self.switches

    def become(self, state: LockBoardState, delay_ns: int = 0) -> None:
        """delay_ns: with LATE."""
        self.state = state
        self._late_ns = delay_ns
        if state is LockBoardState.ABSENT:
            # What it was about to do or say, it never does.
            self._life += 1
            self._lose_power()
            for outlet in self.outlets:
                outlet.off()

    def hear(self, data: bytes, after_silence: bool) -> None:
        """What the host has sent; `after_silence`: a new frame begins with it."""
        if self.state is LockBoardState.ABSENT:
            return
        self._rest = self._read(self._rest + data if self._rest and not after_silence else data)

    # ------------------------------------------------------------ what a family has

    @abstractmethod
    def _read(self, data: bytes) -> bytes:
        """Obey what is whole, and return what is left, which may be the beginning of a frame."""

    def _report(self, index: int) -> bytes | None:  # noqa: ARG002  # families that cannot have no use for it
        """A frame that tells a change unasked, from boards that can."""
        return None

    def _lose_power(self) -> None:
        self._rest = b""

    # ------------------------------------------------------------ what a family uses

    @property
    def _declines(self) -> bool:
        return self.state is LockBoardState.COOLDOWN

    def _bits(self) -> int:
        """Its inputs: bit 0 is lock 1."""
        inverted = self.setup.inverted is not (self.state is LockBoardState.INVERTED)
        return self._closed ^ self._every_lock if inverted else self._closed

    def _ordered(self, bits: int, length_bytes: int) -> bytes:
        last = self.setup.low_last is not (self.state is LockBoardState.REVERSED)
        return bits.to_bytes(length_bytes, "big" if last else "little")

    def _occupied(self) -> int:
        return sum(1 << index for index, box in enumerate(self.boxes) if box is not None and box.is_occupied)

    def _later(self, delay_ns: int, action: Callable[[], None]) -> None:
        """Unless it loses its power in the meantime."""
        self._after(delay_ns, partial(self._alive, self._life, action))

    def _release_all(self) -> int:
        """One lock after the other. Returns how long that takes."""
        step_ns = self.setup.pulse_ns + _BETWEEN_LOCKS_NS
        for index, outlet in enumerate(self.outlets):
            self._later(index * step_ns, partial(outlet.pulse, self.setup.pulse_ns, Cause.OPEN_ALL))
        return len(self.outlets) * step_ns

    def _answer(self, frame: bytes, after_ns: int = 0) -> None:
        """Say it, the way the board is."""
        delay_ns = after_ns + _ANSWERS_AFTER_NS + int(self._random.random() * _ANSWERS_WITHIN_NS)
        match self.state:
            case LockBoardState.MUTE:
                return
            case LockBoardState.LATE:
                delay_ns += self._late_ns
            case LockBoardState.GARBAGE:
                frame = self._random.randbytes(self._random.randint(1, _GARBAGE_BYTES)) + frame
            case LockBoardState.TRUNCATED:
                frame = frame[: self._random.randint(1, len(frame) - 1)]
            case LockBoardState.BAD_CHECKSUM:
                frame = frame[:-1] + bytes([frame[-1] ^ self._random.randint(1, 255)])
            case LockBoardState.CHATTY:
                report = self._report(self._random.randrange(len(self.inlets)))
                if report is not None and self._random.random() < 0.5:
                    frame = report + frame
                elif report is not None:
                    self._say(report, delay_ns)
                    delay_ns += _APART_NS
        self._say(frame, delay_ns)

    def _say(self, frame: bytes, delay_ns: int) -> None:
        self._after(delay_ns, partial(self._speak, self._life, frame))

    # ------------------------------------------------------------ inside

    def _speak(self, life: int, frame: bytes) -> None:
        if life == self._life:
            self.talk(frame)

    def _alive(self, life: int, action: Callable[[], None]) -> None:
        if life == self._life:
            action()

    def _changed(self, index: int, _closed: bool) -> None:
        self._closed ^= 1 << index
        if self.state is LockBoardState.CHATTY:
            report = self._report(index)
            if report is not None:
                self._say(report, self._random.randint(1, _APART_NS))
