"""Which wire goes where, and in which colour. Pure. Implements docs/hardware.md, "Wiring colours"."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from device.config.model import Config, Contact, Indicator, Zone
from device.config.pins import gpio_name
from drivers.ports import Pull

GROUND = "GND"
SUPPLY = "3V3"

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


def wires_of(config: Config) -> tuple[Wire, ...]:
    """In the order of the configuration: contacts, then lamps, then what they have in common."""
    return (
        *(wire for zone in config.zones for wire in _of_zone(zone)),
        *(Wire(_terminal(lamp.pin), f"{lamp.name} lamp", Colour.YELLOW) for lamp in config.indicators),
        *_commons(config),
    )


def _of_zone(zone: Zone) -> Iterator[Wire]:
    if zone.contact is Contact.NORMALLY_CLOSED:
        yield Wire(_terminal(zone.pin), f"{zone.name} NC", Colour.BLUE)
    else:
        yield Wire(_terminal(zone.pin), f"{zone.name} NO", Colour.WHITE)
    if zone.pin_nc is not None:
        yield Wire(_terminal(zone.pin_nc), f"{zone.name} NC", Colour.BLUE)


def _commons(config: Config) -> Iterator[Wire]:
    # A contact with a resistor of its own needs both: the resistor hangs at 3.3 V, the contact closes to ground.
    if any(zone.pull is not Pull.DOWN for zone in config.zones) or any(map(_lit_while_high, config.indicators)):
        yield Wire(GROUND, "common", Colour.BLACK)
    if any(zone.pull is not Pull.UP for zone in config.zones) or not all(map(_lit_while_high, config.indicators)):
        yield Wire(SUPPLY, "supply", Colour.ORANGE)


def _lit_while_high(lamp: Indicator) -> bool:
    return lamp.active_high


def _terminal(pin: str) -> str:
    return str(_POSITIONS[pin]) if pin in _POSITIONS else pin
