"""The registers of an MCP23017 that serves as sixteen inputs. Addresses and bits: data sheet DS20001952C, §3.5."""

from dataclasses import dataclass

from drivers.expander.i2c import I2c

# Registers come in pairs, port A and port B, with IOCON.BANK = 0.
_IODIR = 0x00
_IOCON = 0x0A
# Where IOCON is with BANK = 1. With BANK = 0 that is GPINTENB, which is written again a moment later.
_IOCON_OTHER_BANK = 0x05

# MIRROR: either port pulls INTA and INTB. ODR: INT is open-drain, so that it may meet 3.3 V whatever feeds the chip.
_CONTROL = 0x44
_NONE, _ALL = b"\x00\x00", b"\xff\xff"

# From IOCON to GPIO: the settings that a loss of supply destroys, what interrupted, its snapshot, and the levels now.
# In this order: reading GPIO ends the interrupt, and one that waits behind it puts its own snapshot in INTCAP.
_FROM, _COUNT = _IOCON, 10


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in one transfer; bit 0 is GPA0, bit 8 is GPB0, set when high.

    `captured`: the levels when the interrupt came, of the ports that have a bit in `flagged`.
    """

    levels: int
    captured: int
    flagged: int


class Chip:
    """Reads all inputs at once, and in the same transfer proves that the chip still is what it was made to be.

    A chip that has lost its supply for a moment answers as before, but its inputs float: only its settings tell. I2C
    has no checksum either, so that levels should be believed when two readings agree. One thread.
    """

    def __init__(self, i2c: I2c) -> None:
        self._i2c = i2c
        self.pull_ups = 0xFFFF
        """Inputs with the chip's own resistor (100 kΩ) to its supply; in force after the next `set_up`."""

    def set_up(self) -> None:
        """All inputs, interrupts on every change. Raises I2cError."""
        # First out of whatever mode a glitch has left it in, so that registers are where they are expected.
        self._i2c.write(_IOCON_OTHER_BANK, bytes([_CONTROL]))
        self._i2c.write(_IOCON, bytes([_CONTROL]))
        # IODIR, IPOL, GPINTEN, DEFVAL, INTCON (0: against the level before), IOCON, GPPU.
        self._i2c.write(_IODIR, _ALL + _NONE + _ALL + _NONE + _NONE + self._kept())

    def read(self) -> Reading | None:
        """None if the chip is not, or no longer, set up. Releases INT. Raises I2cError."""
        found = self._i2c.read(_FROM, _COUNT)
        if found[:4] != self._kept():
            return None
        flagged, captured, levels = (int.from_bytes(found[at : at + 2], "little") for at in (4, 6, 8))
        return Reading(levels, captured, flagged)

    def close(self) -> None:
        self._i2c.close()

    def _kept(self) -> bytes:
        """IOCON, twice, and GPPU as they have to be."""
        return bytes([_CONTROL, _CONTROL]) + self.pull_ups.to_bytes(2, "little")
