"""Relay boards with inputs on Modbus RTU (Waveshare Modbus RTU Relay (D)): 8 relays, 8 inputs. 9600 8N1 as sold.

Heard      01 / 02 from, how many    relays, inputs
           05 relay, FF00 or 0000    on, off; relay 00FF: all of them
           05 0200 + relay, n    on for n times 100 ms
           06 4000, address    a new address; also to address 0, which all boards hear
Said       05 and 06: what was heard; 01 and 02: one byte; function + 80 with a code: declined

From the maker's wiki and Modbus Application Protocol 1.1b3. Not modelled: 0400 + relay (off for a time), 0F, and the
registers of speed and version.
"""

from sim.locks.boards.board import LockBoard
from sim.locks.compartment import Cause

BAUD = 9_600
FIRST_NUMBER = 1

_EVERYBODY = 0
_EVERY_RELAY, _FLASH, _ADDRESS = 0x00FF, 0x0200, 0x4000
_ON, _OFF = 0xFF00, 0x0000
_STEP_NS = 100_000_000
# Modbus Application Protocol 1.1b3, §7.
_NO_FUNCTION, _NO_ADDRESS, _NO_VALUE, _BUSY = 0x01, 0x02, 0x03, 0x06
_REFUSED = 0x80
_FRAME_BYTES = 8
_CHANNELS = 8


class ModbusRelayBoard(LockBoard):
    """Goes on hearing and answering while a relay is on."""

    def _read(self, data: bytes) -> bytes:
        if len(data) < _FRAME_BYTES:
            return data
        # Modbus frames end with silence: behind a whole or a broken one, nothing counts until the line was quiet.
        frame, is_mine = data[:_FRAME_BYTES], data[0] == self.number
        if (is_mine or data[0] == _EVERYBODY) and _crc(frame[:-2]) == frame[-2:]:
            answer = self._obey(frame[1], int.from_bytes(frame[2:4]), int.from_bytes(frame[4:6]), frame)
            if is_mine:
                self._answer(answer)
        return b""

    def _obey(self, function: int, address: int, value: int, frame: bytes) -> bytes:
        match function:
            case 0x01:
                return self._states(function, address, value, self._relays())
            case 0x02:
                return self._states(function, address, value, self._bits())
            case 0x05:
                code = self._switch(address, value)
            case 0x06:
                code = self._set(address, value)
            case _:
                code = _NO_FUNCTION
        return frame if code is None else self._refusal(function, code)

    def _switch(self, address: int, value: int) -> int | None:
        """Why it is not done; None if it is."""
        chosen = self.outlets if address == _EVERY_RELAY else self.outlets[address & 0xFF : (address & 0xFF) + 1]
        flashes = address != _EVERY_RELAY and address & 0xFF00 == _FLASH
        names_no_relay = not flashes and address != _EVERY_RELAY and address >= _CHANNELS
        if not chosen or names_no_relay:
            return _NO_ADDRESS
        if not flashes and value not in (_ON, _OFF):
            return _NO_VALUE
        if self._declines and (flashes or value == _ON):
            return _BUSY
        for outlet in chosen:
            if flashes:
                outlet.pulse(value * _STEP_NS, Cause.PULSE)
            elif value == _ON:
                outlet.on(Cause.HOLD)
            else:
                outlet.off()
        return None

    def _set(self, address: int, value: int) -> int | None:
        if address != _ADDRESS:
            return _NO_ADDRESS
        if not 1 <= value <= 255:
            return _NO_VALUE
        self.switches = value
        return None

    def _states(self, function: int, first: int, count: int, bits: int) -> bytes:
        if not 1 <= count <= _CHANNELS or first + count > _CHANNELS:
            return self._refusal(function, _NO_ADDRESS)
        return self._frame(function, 1, bits >> first & (1 << count) - 1)

    def _relays(self) -> int:
        return sum(1 << index for index, outlet in enumerate(self.outlets) if outlet.is_on)

    def _refusal(self, function: int, code: int) -> bytes:
        return self._frame(function | _REFUSED, code)

    def _frame(self, *rest: int) -> bytes:
        body = bytes((self.number, *rest))
        return body + _crc(body)


def _register(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_TABLE = tuple(_register(byte) for byte in range(256))


def _crc(body: bytes) -> bytes:
    """Modbus over serial line 1.02, §6.2: byte by byte, from a table."""
    register = 0xFFFF
    for byte in body:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return register.to_bytes(2, "little")
