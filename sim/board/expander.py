"""An MCP23017 with contacts on its inputs, as its data sheet (DS20001952C) says that it behaves.

Registers in both arrangements (IOCON.BANK), sequential and byte mode, pull-ups, inverted inputs, interrupts on change
or against DEFVAL, INTA and INTB apart or mirrored, active low, active high or open-drain.

What it does not model: time (a transfer takes none, lines rise at once), clock stretching, other chips at the same
address, outputs that drive anything, INT while two things happen within one transfer (it shows what holds afterwards),
and SDA pulled by a GPA7 or GPB7 that moves, except by `spoil`.
"""

import errno
import os
from collections.abc import Callable
from enum import Enum, auto
from threading import RLock

from drivers.expander.i2c import I2cError
from sim.board.board import Board, Circuit
from sim.board.expander_port import GPIO, INTF, IOCON, REGISTERS, Port
from sim.board.wire import Wire, WireState

_BANK, _MIRROR, _SEQOP, _ODR, _INTPOL = 0x80, 0x40, 0x20, 0x04, 0x02
# Bit 0 does not exist.
_IOCON_BITS = 0xFE


class I2cState(Enum):
    """What becomes of a transfer."""

    WELL = auto()
    ABSENT = auto()
    """No chip at this address, or no supply, or a wire of the bus is off."""
    STUCK = auto()
    """Something holds SDA or SCL down. Here the kernel's second of patience takes no time."""


class Expander:
    """One chip: an `I2c` at one end, contacts at the other, and INT. Any thread.

    Inputs are numbered 0–15. Circuits outlive a loss of supply, as the wires do.
    """

    def __init__(self) -> None:
        self.state = I2cState.WELL
        self.interrupt_wire = Wire(self._tell)
        """From INTA to the header."""
        self.reads = 0
        """Transfers that read something."""
        self._a, self._b = Port(), Port()
        self._control = 0
        self._pointer = 0
        self._spoilt = range(0)
        self._told: list[Callable[[], None]] = []
        # Not held while INT is told: whoever hears of it may have locks of his own, and ask for this one.
        self._lock = RLock()

    # ------------------------------------------------------------ what is wired to it

    def connect(self, number: int, circuit: Circuit) -> None:
        """Wire a circuit to an input. Call `settle` whenever it may have changed its mind. Ground beats supply."""
        with self._lock:
            port, bit = self._pin(number)
            port.circuits[bit].append(circuit)
        self.settle()

    def drive(self, number: int, high: bool | None) -> None:
        """Force an input to a level, as a contact to ground or a glitch does. None lets go."""
        with self._lock:
            port, bit = self._pin(number)
            port.forced[bit] = high
        self.settle()

    def settle(self) -> None:
        """Work out all levels again."""
        with self._lock:
            self._a.settle()
            self._b.settle()
        self._tell()

    def level(self, number: int) -> bool:
        with self._lock:
            port, bit = self._pin(number)
            return bool(port.levels >> bit & 1)

    def wire_interrupt(self, board: Board, pin: str) -> None:
        """Solder INTA to a pin of the header."""
        self._told.append(lambda: board.settle(pin))
        board.connect(pin, self._wired_interrupt)

    # ------------------------------------------------------------ what happens to it

    def lose_supply(self) -> None:
        """For a moment: the chip is there again, with its registers as they are after power-on."""
        with self._lock:
            self._control = self._pointer = 0
            self._a.reset()
            self._b.reset()
        self._tell()

    def spoil(self, reads: int, after: int = 0) -> None:
        """In so many transfers that read, let all of GPIO look high, as it may while GPA7 and GPB7 move.

        after: so many transfers before that are sound.
        """
        self._spoilt = range(self.reads + 1 + after, self.reads + 1 + after + reads)

    # ------------------------------------------------------------ INT

    def interrupt(self) -> bool | None:
        """The level of INTA; None where an open-drain output lets go."""
        with self._lock:
            is_active = bool(self._a.registers[INTF])
            if self._control & _MIRROR:
                is_active = is_active or bool(self._b.registers[INTF])
            if self._control & _ODR:
                return False if is_active else None
            return is_active == bool(self._control & _INTPOL)

    def _wired_interrupt(self) -> bool | None:
        match self.interrupt_wire.state:
            case WireState.WHOLE:
                return self.interrupt()
            case WireState.CUT:
                return None
            case WireState.SHORTED:
                return False

    def _tell(self) -> None:
        for tell in self._told:
            tell()

    # ------------------------------------------------------------ the bus

    def read(self, register: int, count: int) -> bytes:
        """See `drivers.expander.i2c.I2c`."""
        self.receive(bytes([register]))
        return self.send(count)

    def write(self, register: int, data: bytes) -> None:
        """See `drivers.expander.i2c.I2c`."""
        self.receive(bytes([register]) + data)

    def close(self) -> None:
        """The chip stays where it is."""

    def receive(self, message: bytes) -> None:
        """A message to the chip: the address pointer, and what is to be written from there on."""
        self._fail_if_ill()
        with self._lock:
            self._pointer = message[0]
            for value in message[1:]:
                self._write(value)
        self._tell()

    def send(self, count: int) -> bytes:
        """A message from the chip: what is there from the address pointer on."""
        self._fail_if_ill()
        with self._lock:
            self.reads += 1
            sent = bytes(self._read() for _ in range(count))
        self._tell()
        return sent

    def _fail_if_ill(self) -> None:
        match self.state:
            case I2cState.WELL:
                pass
            case I2cState.ABSENT:
                raise I2cError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
            case I2cState.STUCK:
                raise I2cError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))

    def _read(self) -> int:
        port, register = self._at_pointer()
        self._advance()
        if port is None:
            return 0
        if register == IOCON:
            return self._control
        value = port.read(register)
        return 0xFF if register == GPIO and self.reads in self._spoilt else value

    def _write(self, value: int) -> None:
        port, register = self._at_pointer()
        self._advance()
        if port is not None and register == IOCON:
            # One register at two addresses.
            self._control = value & _IOCON_BITS
        elif port is not None:
            port.write(register, value)

    def _at_pointer(self) -> tuple[Port | None, int]:
        if self._control & _BANK:
            port, register = (self._b if self._pointer & 0x10 else self._a), self._pointer & 0x0F
        else:
            port, register = (self._b if self._pointer & 1 else self._a), self._pointer >> 1
        return (port, register) if register < REGISTERS else (None, register)

    def _advance(self) -> None:
        if not self._control & _SEQOP:
            self._pointer = 0 if self._pointer == self._last() else self._pointer + 1
        elif not self._control & _BANK:
            self._pointer ^= 1

    def _last(self) -> int:
        return 0x1A if self._control & _BANK else 2 * REGISTERS - 1

    def _pin(self, number: int) -> tuple[Port, int]:
        if not 0 <= number <= 15:
            raise ValueError(f"input {number}, allowed is 0–15")
        return (self._b if number >= 8 else self._a), number & 7
