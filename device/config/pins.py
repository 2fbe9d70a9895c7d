"""Names of the pins on the 40-pin header, as gpiozero spells them. Pure; imports no GPIO library."""

import re

# Header J8 of every board since the B+ (Pi 5, 4, 3, 2, Zero, 400): the GPIO at each position, "-" for power and ground.
_HEADER = "- - 2 - 3 - 4 14 - 15 17 18 27 - 22 23 - 24 10 - 9 25 11 8 - 7 0 1 5 - 6 12 13 - 19 16 26 20 - 21"
# The numbers of the wiringPi library; it has none from 17 to 20 on this header.
_WIRING = "17 18 27 22 23 24 25 4 2 3 8 7 10 9 11 14 15 - - - - 5 6 13 19 26 12 16 20 21 0 1"
_GPIOS = {number: number for number in range(28)}
_POSITIONS = {number: int(gpio) for number, gpio in enumerate(_HEADER.split(), start=1) if gpio != "-"}
_WIRING_PI = {number: int(gpio) for number, gpio in enumerate(_WIRING.split()) if gpio != "-"}
_SPELLINGS = {
    "GPIO": _GPIOS,
    "BCM": _GPIOS,
    "": _GPIOS,
    "BOARD": _POSITIONS,
    "J8:": _POSITIONS,
    "WPI": _WIRING_PI,
}
_NAME = re.compile(r"(GPIO|BCM|BOARD|J8:|WPI|)(0|[1-9][0-9]?)")

FIXED_PULL_UP = frozenset({"GPIO2", "GPIO3"})
"""The I2C pins carry 1.8 kΩ to 3.3 V on the board; gpiozero refuses any other pull."""


def gpio_name(written: object) -> str | None:
    """`GPIO17` for "GPIO17", "BCM17", "BOARD11", "J8:11", "WPI0", "17" and 17; None for what is no GPIO pin."""
    if isinstance(written, bool) or not isinstance(written, (int, str)):
        return None
    if isinstance(written, int):
        return f"GPIO{written}" if written in _GPIOS else None
    match = _NAME.fullmatch(written)
    if match is None:
        return None
    gpio = _SPELLINGS[match[1]].get(int(match[2]))
    return None if gpio is None else f"GPIO{gpio}"
