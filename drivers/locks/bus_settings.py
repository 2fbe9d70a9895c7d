"""One line of lock boards, as its driver is told of it. Pure values."""

from dataclasses import dataclass

from drivers.locks.family import Family
from drivers.locks.wiring import ByteOrder, Polarity


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """One board. `locks`: how many it has."""

    number: int
    locks: int
    polarity: Polarity
    order: ByteOrder = ByteOrder.LOW_FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class BusSettings:
    """One line. `port` is the path of a serial port.

    `reply_ms` and `pulse_reply_ms`: after this a question, or a pulse, counts as not answered. `pulse_ms`: how long a
    coil is live. `poll_ms`: how often every board is asked. `latency_ms`: how long the port may keep what has arrived.
    """

    name: str
    port: str
    family: Family
    baud: int
    pulse_ms: int
    reply_ms: int = 250
    pulse_reply_ms: int = 1500
    poll_ms: int = 250
    latency_ms: int = 16
    boards: tuple[BoardSettings, ...] = ()
