"""Where a lock, its feedback and the contact on its door are wired, as the map of a bank writes them. Pure."""

import re

from device.config.kinds import Text
from device.logic.bank.settings import Spot

_NAME = r"[a-z0-9][a-z0-9-]{0,39}"
# Boards and locks as far as drivers.locks.frames goes; what one board has is a matter of the rest of the file.
_LOCK = rf"{_NAME}/(0|[1-9][0-9]{{0,2}})/[1-9][0-9]?"
_INPUT = rf"{_NAME}/([0-9]|1[0-5])"
# In the one spelling that device.config.pins.gpio_name gives to a pin.
_PIN = r"GPIO([0-9]|1[0-9]|2[0-7])"
_LONGEST = 47
"""A name, a board of three digits and a lock of two."""

LOCK = Text(_LONGEST, re.compile(rf"{_LOCK}|{_PIN}"), 'a lock as "left/1/7" (line, board, lock) or "GPIO16"')
"""The way to what releases a lock. Each has one spelling."""
LATCH = Text(_LONGEST, re.compile(_LOCK), 'the feedback of a lock as "left/1/7" (line, board, lock)')
"""The feedback of a lock on a board. A relay on the header has none."""
REED = Text(_LONGEST, re.compile(rf"{_INPUT}|{_PIN}"), 'an input as "reeds/6" (chip, input 0–15) or "GPIO5"')
"""The input of a contact on a door."""


def spot_of(address: str) -> Spot:
    """The parts of `left/1/7`."""
    bus, board, lock = address.split("/")
    return Spot(bus, int(board), int(lock))
