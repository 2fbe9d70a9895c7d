"""What is known of one chip's inputs: when to read it, what to believe of it, what to tell. No thread in here."""

import logging
from dataclasses import dataclass

from drivers.expander.chip import Chip, Reading
from drivers.expander.i2c import I2cError
from drivers.expander.settings import ExpanderSettings, input_number
from drivers.lock_ports import BoardSilent
from drivers.ports import Clock, Edge, Post, Pull

_LOG = logging.getLogger(__name__)

# The chip interrupts once and is silent until it is read (DS20001952C §3.6.4); an interrupt that gets lost on its way
# is lost for good. So it is read this often whatever INT says, about as often as the lock boards are.
POLL_NS = 250_000_000
# Where INT stays low, or two readings disagree. A contact that chatters without end costs 200 readings a second.
PACE_NS = 5_000_000
# A pull-up of 100 kΩ has to lift a long wire, and a filter of 100 nF at its end: five times 10 ms.
SETTLE_NS = 50_000_000
FAILURES = 3
"""So many in a row, and nothing is known any more."""
EDGES_PER_RESAMPLE = 256
"""Of one input. The same bound as for the pins of the header, and for the same reason."""
# After so many readings that did not release it, INT is not wired to this chip alone, or touches ground.
_VAIN_READINGS = 20


@dataclass(slots=True)
class _Input:
    """`high` is None while nothing is known."""

    name: str
    bit: int
    high: bool | None = None
    told_ns: int = 0
    allowed: int = EDGES_PER_RESAMPLE


class Scanner:
    """Reads the chip and posts what has changed. An `Inputs` for whoever calls `step` when it is due. One thread.

    A level is believed when two readings in a row agree on it: I2C has no checksum, and a GPA7 or GPB7 that moves while
    it is read makes other inputs look high (why the data sheet calls them outputs since its revision D; leave them
    free). So what lasts for less than a millisecond is not told. With INT wired, an edge carries the time at which INT
    fell if it is known to belong to it, otherwise, as for header pins, the time just before the reading.

    After FAILURES readings in vain it posts a BoardSilent, with the expander's name as bus and its address as board.
    The first good reading afterwards posts an Edge for every watched input.
    """

    def __init__(self, settings: ExpanderSettings, chip: Chip, post: Post, clock: Clock) -> None:
        self._settings = settings
        self._chip = chip
        self._post = post
        self._clock = clock
        self._inputs: dict[int, _Input] = {}
        self._next_ns = 0
        self._read_ns: int | None = None
        self._asked = False
        self._fell_ns: int | None = None
        self._is_low = False
        self._vain = 0
        self._failures = 0
        self._is_silent = False
        self._settles = False

    def watch(self, pin: str, pull: Pull) -> None:
        """Posted with the next reading. Raises GpioError."""
        number = input_number(self._settings, pin, pull, self._inputs)
        if pull is Pull.NONE:
            self._chip.pull_ups &= ~(1 << number)
        self._inputs[number] = _Input(pin, 1 << number)
        self._asked = True

    def interrupt(self, is_low: bool, at_ns: int) -> None:
        """INT has moved, or was found so."""
        self._is_low = is_low
        self._fell_ns = at_ns if is_low else None
        if not is_low:
            self._vain = 0

    def resample(self) -> None:
        """Allow every input its next EDGES_PER_RESAMPLE. What was missed is mended by the next poll in any case."""
        for watched in self._inputs.values():
            watched.allowed = EDGES_PER_RESAMPLE

    def close(self) -> None:
        self._inputs.clear()
        self._chip.close()

    def due_ns(self) -> int | None:
        """When `step` wants to be called next; None if nothing is watched."""
        if not self._inputs:
            return None
        # A bus that failed, or wires that are still rising, are left alone, whoever asks.
        if self._failures or self._settles or self._read_ns is None:
            return self._next_ns
        soon = self._asked or (self._is_low and self._vain < _VAIN_READINGS)
        return min(self._next_ns, self._read_ns + PACE_NS) if soon else self._next_ns

    def step(self) -> None:
        """Read now. Raises what `post` raises; the next reading posts it again."""
        self._asked = False
        before_ns, fell_ns = self._clock.monotonic_ns(), self._fell_ns
        self._plan(before_ns, POLL_NS)
        try:
            first = self._chip.read()
            second = self._chip.read() if first is not None and self._is_news(first) else first
            if first is None or second is None:
                self._set_up()
                return
        except I2cError as error:
            self._plan(self._clock.monotonic_ns(), POLL_NS)
            self._settles = False
            self._fail(error.strerror or "")
            return
        self._failures, self._is_silent, self._settles = 0, False, False
        self._count_vain()
        if self._fell_ns == fell_ns:
            self._fell_ns = None
        self._tell(first, second, before_ns, fell_ns)

    def _plan(self, now_ns: int, pause_ns: int) -> None:
        self._read_ns, self._next_ns = now_ns, now_ns + pause_ns

    def _set_up(self) -> None:
        if self._settles:
            self._settles = False
            self._fail("the chip does not keep what it is told: is it an MCP23017, and is its supply sound?")
            return
        _LOG.info("expander %s is set up", self._settings.name)
        self._chip.set_up()
        self._settles = True
        self._plan(self._clock.monotonic_ns(), SETTLE_NS)

    def _is_news(self, reading: Reading) -> bool:
        return any(bool(reading.levels & watched.bit) != watched.high for watched in self._inputs.values())

    def _tell(self, first: Reading, second: Reading, before_ns: int, fell_ns: int | None) -> None:
        unsure = first.levels ^ second.levels
        ports = _interrupted(first)
        for watched in self._inputs.values():
            if unsure & watched.bit:
                self._next_ns = before_ns + PACE_NS
                continue
            high = bool(second.levels & watched.bit)
            if high == watched.high or not watched.allowed:
                continue
            is_captured = watched.bit & ports and bool(first.captured & watched.bit) == high
            at_ns = fell_ns if fell_ns is not None and is_captured else before_ns
            at_ns = max(at_ns, watched.told_ns)
            self._post(Edge(at_ns, watched.name, high))
            watched.allowed -= 1
            watched.high, watched.told_ns = high, at_ns

    def _fail(self, why: str) -> None:
        self._failures += 1
        if self._failures < FAILURES or self._is_silent:
            return
        for watched in self._inputs.values():
            watched.high = None
        self._post(BoardSilent(self._clock.monotonic_ns(), self._settings.name, self._settings.address, why))
        self._is_silent = True

    def _count_vain(self) -> None:
        if self._is_low:
            self._vain += 1
            if self._vain == _VAIN_READINGS:
                _LOG.warning(
                    "the interrupt of expander %s stays low, whatever is read: look at its wire", self._settings.name
                )


def _interrupted(reading: Reading) -> int:
    """The bits of the port whose snapshot is of the moment when INT fell; none if nobody knows which port it was."""
    match reading.flagged & 0x00FF, reading.flagged & 0xFF00:
        case 0, port_b if port_b:
            return 0xFF00
        case port_a, 0 if port_a:
            return 0x00FF
        case _:
            return 0
