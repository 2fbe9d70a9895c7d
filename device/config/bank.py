"""The tables of a locker bank: its doors, the lines to its lock boards, the chips that its door contacts are on. Pure.

What is wired where stands in the map (device.config.map), which commissioning writes.
"""

from pathlib import Path

from device.config.hours import Hours, HoursOfDay, UtcOffset
from device.config.keys import Varies, setting, table
from device.config.kinds import NAME, FilePath, Integer, ListOf, OneOf, OneOfNumbers, Pin, RelayPin
from drivers.locks.family import Family

MAX_DOORS = 128
_BAUD = OneOfNumbers((1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200))


@table
class Bank:
    """A locker bank. What is wired where is not written by hand: `ansim-agent commission` finds out, door by door."""

    doors: tuple[str, ...] = setting(
        ListOf(NAME, 1, MAX_DOORS, unique="a name"),
        doc="The names on the doors, in the order in which people find them. The `subject` of every event of a door.",
    )
    fits_person: tuple[str, ...] = setting(
        ListOf(NAME, 0, MAX_DOORS),
        default=(),
        doc="Doors that a child could be shut in behind. They are opened again when that may have happened.",
    )
    map: Path = setting(
        FilePath(),
        doc="Where commissioning writes what is wired where; see below. The agent does not start without it.",
    )
    night: Hours | None = setting(
        HoursOfDay(), default=None, doc="When nobody attends to the bank: local time, also across midnight."
    )
    utc_offset: int | None = setting(
        UtcOffset(), default=None, doc="Local time, all year. Required if there is a `night`."
    )
    remote_opens: int = setting(
        Integer(0, 20, "in 10 minutes"),
        default=3,
        doc="So many doors the control room may open. The key switch on the bank lifts this.",
    )
    reeds: tuple[str, ...] = setting(
        ListOf(Pin(), 0, 28, unique="a pin"),
        default=(),
        doc="Inputs of the header with the contact of a door on them, to ground.",
    )
    relays: tuple[str, ...] = setting(
        ListOf(RelayPin(), 0, 19, unique="a pin"),
        default=(),
        doc="Outputs of the header with the relay of a lock on them: on while the pin is high.",
    )
    relay_pulse_ms: int = setting(
        Integer(50, 500, "ms"),
        default=300,
        doc="How long such a relay is on. Longer than this, the coil of a lock gets too hot.",
    )


@table
class Bus:
    """One line to lock boards, all of one family."""

    name: str = setting(NAME, unique="a name", doc="Lock 7 of board 1 on the line `left` is `left/1/7`.")
    port: Path = setting(
        FilePath(),
        unique="a port",
        doc="The serial port. With more than one line not `ttyUSB…` or `ttyACM…`, which are numbered as they appear, "
        "but a path in /dev/serial/by-id or /dev/serial/by-path.",
    )
    family: Family = setting(OneOf(Family), doc="What the boards speak.")
    baud: int = setting(
        _BAUD,
        varies=Varies("family", {Family.KERONG_CU16: 19200}, otherwise=9600),
        doc="The speed that the boards are set to, in bits per second, 8N1.",
    )
    pulse_ms: int = setting(
        Integer(100, 1000, "ms"),
        varies=Varies("family", {Family.XOR8A: 300}, otherwise=500),
        doc="How long the boards keep the current on. `modbus-relay` is told with every pulse, in steps of 100 ms; the "
        "others have to be set to this by themselves. Magnets bear 500 ms, locks with a motor 1000 ms.",
    )
    reply_ms: int = setting(
        Integer(50, 5000, "ms"),
        default=250,
        doc="A board that has not answered a question by then is let alone for 750 ms more.",
    )
    poll_ms: int = setting(
        Integer(100, 500, "ms"),
        default=250,
        doc="Every board is asked this often. A door is believed to be open after two answers.",
    )
    latency_ms: int = setting(
        Integer(0, 100, "ms"),
        default=16,
        doc="How long the port may keep what has come in: 16 for USB adapters by FTDI, 0 for the port of the board.",
    )


@table
class Expander:
    """A chip MCP23017 with 16 inputs for door contacts, to ground. Input 6 of the chip `reeds` is `reeds/6`."""

    name: str = setting(NAME, unique="a name", doc="Inputs count from 0: GPA0–GPA7 are 0–7, GPB0–GPB7 are 8–15.")
    i2c: int = setting(Integer(0, 30, "N of /dev/i2c-N"), default=1, doc="The I2C bus. Bus 1 is on GPIO2 and GPIO3.")
    address: int = setting(Integer(0x20, 0x27, "0x20–0x27"), doc="As the pins A0–A2 of the chip are wired.")
    interrupt: str | None = setting(
        Pin(),
        default=None,
        unique="a pin",
        doc="The input that the chip's INT is wired to: a door is then heard at once, not at the next round.",
    )
