"""Opening every lock of a board: the only place where such frames are made. Pure.

For people with a key, in front of the bank: a fire, a person shut in, a board that is emptied to be replaced. A
customer's way must not import this module, nor does any other of this package. `OpenAll` cannot be had without a
`KeySwitch`, and that is made in one place, where the input of the switch is read.
"""

from dataclasses import dataclass

from drivers.locks import kerong_cu16, xor8a
from drivers.locks.checksums import sum8, xor8
from drivers.locks.frames import Unlock, require
from drivers.locks.modbus_relay import MAX_LOCK, ModbusRelay

PAUSE_MS = 300
"""At least, between two frames of one call: two coils at once may be more than the supply gives."""


@dataclass(frozen=True, slots=True)
class KeySwitch:
    """The key switch inside the bank was seen turned at `turned_at_ns`, monotonic time, by the input named `source`.

    Evidence, not proof: whoever makes one answers for it, and for how long it is good. ValueError without a source.
    """

    turned_at_ns: int
    source: str

    def __post_init__(self) -> None:
        if not self.source:
            raise ValueError("a key switch has a name")


class OpenAll:
    """Builds what opens every lock of one board: frames to send in this order, with PAUSE_MS between them.

    No answer proves that a door is open: read the board. `xor8a.decode` tells one by FrameFault.OPENED_ALL.
    """

    __slots__ = ("key",)

    def __init__(self, key: KeySwitch) -> None:
        """TypeError without a key: there is no default, and nothing else will do."""
        if not isinstance(key, KeySwitch):
            raise TypeError("every lock opens only with the key switch turned")
        self.key = key

    def xor8a(self, board: int) -> tuple[bytes, ...]:
        """One frame, which pulses every lock of the board as its firmware sees fit. Boards 1–32."""
        body = bytes([0x8A, require("board", board, 1, xor8a.MAX_BOARD), 0x00, 0x11])
        return (body + bytes([xor8(body)]),)

    def kerong_cu16(self, board: int) -> tuple[bytes, ...]:
        """One frame, as above. Boards 0–9, never all of them at once."""
        body = bytes([0x02, require("board", board, 0, kerong_cu16.MAX_BOARD) << 4, 0x33, 0x03])
        return (body + bytes([sum8(body)]),)

    def modbus_relay(self, board: int, codec: ModbusRelay) -> tuple[bytes, ...]:
        """A pulse for each relay in turn: a relay board can switch all on at once, but ends that only when told to."""
        return tuple(codec.encode(Unlock(board, lock)) for lock in range(1, MAX_LOCK + 1))
