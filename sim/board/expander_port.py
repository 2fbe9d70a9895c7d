"""One of the two ports of an MCP23017; see `sim.board.expander`."""

from sim.board.board import Circuit

# Registers in the order of the data sheet (DS20001952C §3.5).
IODIR, IPOL, GPINTEN, DEFVAL, INTCON, IOCON, GPPU, INTF, INTCAP, GPIO, OLAT = range(11)
REGISTERS = 11
_READ_ONLY = frozenset({INTF, INTCAP})


class Port:
    """Eight pins, what is wired to them, their registers, and their interrupt. Under its owner's lock.

    An interrupt comes once: until GPIO or INTCAP is read, further changes raise nothing, and INTCAP keeps the levels of
    the first one. When it is over, levels are compared with that snapshot; where they differ, it interrupts again.
    """

    def __init__(self) -> None:
        self.circuits: list[list[Circuit]] = [[] for _ in range(8)]
        self.forced: list[bool | None] = [None] * 8
        self.levels = 0
        self.registers = bytearray(REGISTERS)
        self.before = 0
        """What a pin is compared with: its level when the last interrupt came."""
        self.reset()

    def reset(self) -> None:
        """As after power-on. An input that nothing drives begins low: its wire has lost its charge."""
        self.registers[:] = bytes(REGISTERS)
        self.registers[IODIR] = 0xFF
        self.levels = 0
        self.settle()
        self.before = self.levels

    def settle(self) -> None:
        """Work out the levels again."""
        levels = 0
        for number in range(8):
            levels |= self._level(number) << number
        self.levels = levels
        self._compare()

    def read(self, register: int) -> int:
        if register == GPIO:
            value = self._value()
            self._end_interrupt()
            return value
        value = self.registers[register]
        if register == INTCAP:
            self._end_interrupt()
        return value

    def write(self, register: int, value: int) -> None:
        if register in _READ_ONLY:
            return
        if register == GPINTEN:
            # A pin that was not compared so far has no level before.
            enabled = value & ~self.registers[GPINTEN]
            self.before = self.before & ~enabled | self.levels & enabled
        self.registers[OLAT if register == GPIO else register] = value
        self.settle()

    def _level(self, number: int) -> bool:
        bit = 1 << number
        if not self.registers[IODIR] & bit:
            return bool(self.registers[OLAT] & bit)
        forced = self.forced[number]
        if forced is not None:
            return forced
        levels = {circuit() for circuit in self.circuits[number]} - {None}
        if levels:
            return False not in levels
        return bool(self.registers[GPPU] & bit) or bool(self.levels & bit)

    def _value(self) -> int:
        return self.levels ^ self.registers[IPOL]

    def _compare(self) -> None:
        compared = self.registers[INTCON]
        normal = self.registers[DEFVAL] & compared | self.before & ~compared
        differs = (self.levels ^ normal) & self.registers[GPINTEN] & self.registers[IODIR]
        if differs and not self.registers[INTF]:
            self.registers[INTCAP] = self._value()
            self.before = self.levels
        self.registers[INTF] |= differs

    def _end_interrupt(self) -> None:
        self.registers[INTF] = 0
        self._compare()
