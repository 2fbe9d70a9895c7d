"""One chip of inputs, as its driver is told of it, and the names of its inputs. Pure."""

import re
from collections.abc import Container
from dataclasses import dataclass

from drivers.errors import GpioError
from drivers.ports import Pull

INPUTS = 16
"""GPA0–GPA7 are 0–7, GPB0–GPB7 are 8–15."""


@dataclass(frozen=True, slots=True)
class ExpanderSettings:
    """`name`: input 7 of the chip `reeds` is the pin `reeds/7`. `bus`: N of /dev/i2c-N. `address`: 0x20–0x27.

    `interrupt`: the pin of the header that INTA or INTB is wired to; None where neither is.
    """

    name: str
    bus: int
    address: int
    interrupt: str | None = None


def input_number(settings: ExpanderSettings, pin: str, pull: Pull, used: Container[int]) -> int:
    """The number of an input that may be watched. Raises GpioError for one that this chip has not, or not any more."""
    match = re.fullmatch(rf"{re.escape(settings.name)}/(0|[1-9][0-9]?)", pin)
    if match is None or int(match[1]) >= INPUTS:
        raise GpioError(f"pin {pin}: is no input of the chip; use {settings.name}/0 to {settings.name}/{INPUTS - 1}")
    if pull is Pull.DOWN:
        raise GpioError(f"pin {pin}: the chip has resistors to its supply only; wire the contact to ground")
    if int(match[1]) in used:
        raise GpioError(f"pin {pin}: is used twice; give every contact its own input")
    return int(match[1])
