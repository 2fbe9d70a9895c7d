"""Which wire goes where, and in which colour. Pure. Implements docs/hardware.md, "Wiring colours".

Which lock and which contact belong to which door is nowhere in a configuration: commissioning finds that out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from device.config.bank import Bank, Bus, Expander
from device.config.model import Config, Contact, Indicator, Zone
from device.config.pins import gpio_name
from drivers.ports import Pull

GROUND = "GND"
SUPPLY = "3V3"

# SDA and SCL of the one I2C bus that is at the same pins on every board (docs/configuration.md, [[expander]]).
_I2C_BUS, _I2C_PINS = 1, ("GPIO2", "GPIO3")

_POSITIONS = {name: position for position in range(1, 41) if (name := gpio_name(f"BOARD{position}")) is not None}


class Colour(StrEnum):
    """A colour of a wire; the letters are those of IEC 60757.

    Five that people of every kind of colour vision tell apart. The letters are printed all the same.
    """

    WHITE = "WH"
    BLUE = "BU"
    YELLOW = "YE"
    ORANGE = "OG"
    BLACK = "BK"


@dataclass(frozen=True, slots=True)
class Wire:
    """One wire. `terminal`: the number on the 40-pin header, or GND or 3V3, of which the header has several."""

    terminal: str
    function: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Line:
    """One line to lock boards. Its wires are not on the header, but on an adapter."""

    name: str
    speaks: str
    """As the boards are set: family, speed, format."""
    port: str


def wires_of(config: Config) -> tuple[Wire, ...]:
    """In the order of the configuration: contacts, lamps, what a bank adds, then what they have in common."""
    return (
        *(wire for zone in config.zones for wire in _of_zone(zone)),
        *(Wire(_terminal(lamp.pin), f"{lamp.name} lamp", Colour.YELLOW) for lamp in config.indicators),
        *(() if config.bank is None else _of_bank(config.bank)),
        *(wire for chip in config.expanders for wire in _of_expander(chip)),
        *_commons(config),
    )


def lines_of(config: Config) -> tuple[Line, ...]:
    return tuple(Line(bus.name, _spoken(bus), bus.port.name) for bus in config.buses)


def _spoken(bus: Bus) -> str:
    return f"{bus.family} {bus.baud} 8N1"


def _of_bank(bank: Bank) -> Iterator[Wire]:
    for pin in bank.reeds:
        yield Wire(_terminal(pin), f"door contact {pin}", Colour.WHITE)
    for pin in bank.relays:
        yield Wire(_terminal(pin), f"lock relay {pin}", Colour.YELLOW)


def _of_expander(chip: Expander) -> Iterator[Wire]:
    """A cable of its own, so the colours begin anew."""
    called = f"{chip.name} 0x{chip.address:x}"
    data, clock = map(_terminal, _I2C_PINS) if chip.i2c == _I2C_BUS else (f"I2C{chip.i2c}",) * 2
    yield Wire(data, f"{called} SDA", Colour.WHITE)
    yield Wire(clock, f"{called} SCL", Colour.YELLOW)
    if chip.interrupt is not None:
        yield Wire(_terminal(chip.interrupt), f"{called} INT", Colour.BLUE)


def _of_zone(zone: Zone) -> Iterator[Wire]:
    if zone.contact is Contact.NORMALLY_CLOSED:
        yield Wire(_terminal(zone.pin), f"{zone.name} NC", Colour.BLUE)
    else:
        yield Wire(_terminal(zone.pin), f"{zone.name} NO", Colour.WHITE)
    if zone.pin_nc is not None:
        yield Wire(_terminal(zone.pin_nc), f"{zone.name} NC", Colour.BLUE)


def _commons(config: Config) -> Iterator[Wire]:
    # A contact with a resistor of its own needs both: the resistor hangs at 3.3 V, the contact closes to ground.
    has_relays_or_reeds = config.bank is not None and bool(config.bank.relays or config.bank.reeds)
    if (
        any(zone.pull is not Pull.DOWN for zone in config.zones)
        or any(map(_lit_while_high, config.indicators))
        or has_relays_or_reeds
        or config.expanders
    ):
        yield Wire(GROUND, "common", Colour.BLACK)
    if (
        any(zone.pull is not Pull.UP for zone in config.zones)
        or not all(map(_lit_while_high, config.indicators))
        or config.expanders
    ):
        yield Wire(SUPPLY, "supply", Colour.ORANGE)


def _lit_while_high(lamp: Indicator) -> bool:
    return lamp.active_high


def _terminal(pin: str) -> str:
    return str(_POSITIONS[pin]) if pin in _POSITIONS else pin
