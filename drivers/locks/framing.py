"""Where a frame ends on the line, and whose it is. Pure: bytes and the time at which they were read, no port.

A frame ends with silence, in every family. An adapter that hears what it sends gives every request back first; an
answer may look just the same. So whether it echoes has to be known beforehand: ask a board for its state, and see
whether the codec raises FrameFault.ECHO.
"""

from dataclasses import dataclass
from enum import StrEnum

from drivers.locks.frames import require

MAX_RUN_BYTES = 256
"""The longest frame of Modbus RTU; ten boards of sixteen locks answer with 90 bytes."""

_S_NS, _MS_NS = 1_000_000_000, 1_000_000
# Start bit, eight bits, stop bit.
_BITS = 10
# Modbus over serial line 1.02, §2.5.1.1: 3.5 characters, and this above 19200.
_FAST_QUIET_NS = 1_750_000
_FAST_BAUD = 19_200


class Kind(StrEnum):
    """Whose words they are."""

    REPLY = "reply"
    """Others': an answer, perhaps, or what nobody asked for. The codec tells."""
    ECHO = "echo"
    """Our request, as it went out."""
    COLLISION = "collision"
    """An echo was due and something else came: others spoke at the same time, or the adapter is another one."""
    NOISE = "noise"
    """More than any frame; `data` is how it began."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A run of bytes between two silences. `at_ns`: when the last of it was read."""

    kind: Kind
    data: bytes
    at_ns: int


def quiet_ns(baud: int) -> int:
    """The silence that ends a frame: 3.5 characters and 1 ms, in whole milliseconds; 1.75 ms above 19200 baud.

    The millisecond more is measured: on a line with two boards, the second answered always after 5 ms of silence at
    9600 baud, and never without it. `baud` is 1200–115200, ValueError otherwise.
    """
    require("baud", baud, 1_200, 115_200)
    if baud > _FAST_BAUD:
        return _FAST_QUIET_NS
    characters_ns = 35 * _BITS * _S_NS // (10 * baud)
    return -(-(characters_ns + _MS_NS) // _MS_NS) * _MS_NS


class Splitter:
    """Cuts what is read from one line into runs. One thread; holds at most MAX_RUN_BYTES.

    Call `expect` before a request is written, `feed` for what is read, and `tick` at `due_ns()` if nothing was.
    """

    def __init__(self, baud: int, *, echoes: bool, latency_ns: int = 0) -> None:
        """latency_ns: how long the port may keep what has arrived; 0 for a UART, 16 ms for FTDI's USB adapters as sold.

        ValueError if it is not 0–1 s, or for a speed that `quiet_ns` does not take.
        """
        self._quiet_ns = quiet_ns(baud) + require("latency_ns", latency_ns, 0, _S_NS)
        self._character_ns = _BITS * _S_NS // baud
        self._echoes = echoes
        self._own = b""
        self._spoilt = False
        self._run = bytearray()
        self._is_noise = False
        self._last_ns = 0

    def expect(self, request: bytes) -> None:
        """`request` goes out now. What is held is dropped: it came too late for the one before."""
        self._own = request if self._echoes else b""
        self._spoilt = False
        self._clear()

    def feed(self, data: bytes, at_ns: int) -> tuple[Heard, ...]:
        """What `data`, read at `at_ns`, brought to an end."""
        if not data:
            return ()
        # The line was busy while these bytes came in: only what is left of the time between two reads was silence.
        silence_ns = at_ns - len(data) * self._character_ns - self._last_ns
        heard = [self._end()] if self._run and silence_ns >= self._quiet_ns else []
        self._last_ns = at_ns
        own_bytes = max(len(self._own) - len(self._run), 0)
        self._hold(data[:own_bytes])
        if self._own and self._run == self._own:
            heard.append(self._end_echo())
        self._hold(data[own_bytes:])
        return tuple(heard)

    def drop(self) -> bytes:
        """What is held, which nothing will end any more."""
        held = bytes(self._run)
        self._clear()
        return held

    def due_ns(self) -> int | None:
        """When silence ends the run that is held; None if none is."""
        return self._last_ns + self._quiet_ns if self._run else None

    def tick(self, at_ns: int) -> tuple[Heard, ...]:
        """What has ended by `at_ns`. Read the port first: what waits there is not silence."""
        due_ns = self.due_ns()
        return () if due_ns is None or at_ns < due_ns else (self._end(),)

    def _hold(self, data: bytes) -> None:
        room_bytes = MAX_RUN_BYTES - len(self._run)
        self._run += data[:room_bytes]
        self._is_noise |= len(data) > room_bytes

    def _end_echo(self) -> Heard:
        heard = Heard(Kind.ECHO, self._own, self._last_ns)
        self._own = b""
        self._clear()
        return heard

    def _end(self) -> Heard:
        # After a spoilt echo nobody knows what the boards have understood: nothing counts until the next request.
        self._spoilt |= bool(self._own)
        kind = Kind.COLLISION if self._spoilt else Kind.NOISE if self._is_noise else Kind.REPLY
        heard = Heard(kind, bytes(self._run), self._last_ns)
        self._own = b""
        self._clear()
        return heard

    def _clear(self) -> None:
        self._run.clear()
        self._is_noise = False
