"""Where a lock, its feedback and the contact on its door are wired, as the map of a bank writes them. Pure."""

import re
from dataclasses import dataclass

from device.config.pins import gpio_name
from device.config.reading import Reading
from device.logic.bank.settings import Spot

_NAME = r"[a-z0-9][a-z0-9-]{0,39}"
# Boards and locks as far as drivers.locks.frames goes; what one board has is a matter of the rest of the file.
_LOCK = re.compile(rf"{_NAME}/(0|[1-9][0-9]{{0,2}})/[1-9][0-9]?")
_INPUT = re.compile(rf"{_NAME}/([0-9]|1[0-5])")
_PIN = re.compile(r"GPIO[0-9]+")


def spot_of(address: str) -> Spot:
    """The parts of `left/1/7`."""
    bus, board, lock = address.split("/")
    return Spot(bus, int(board), int(lock))


@dataclass(frozen=True, slots=True)
class LockAddress:
    """The way to what releases a lock."""

    @property
    def allowed(self) -> str:
        """One example of each kind."""
        return 'a lock as "left/1/7" (line, board, lock) or "GPIO16"'

    def read(self, value: object, at: str, reading: Reading) -> str:
        """As it stands: each lock has one spelling."""
        if not isinstance(value, str) or not (_LOCK.fullmatch(value) or _is_pin_name(value)):
            reading.refuse(at, value, self.allowed)
        return value


@dataclass(frozen=True, slots=True)
class LatchAddress:
    """The feedback of a lock on a board."""

    @property
    def allowed(self) -> str:
        """A relay on the header has no feedback."""
        return 'the feedback of a lock as "left/1/7" (line, board, lock)'

    def read(self, value: object, at: str, reading: Reading) -> str:
        """As it stands."""
        if not isinstance(value, str) or not _LOCK.fullmatch(value):
            reading.refuse(at, value, self.allowed)
        return value


@dataclass(frozen=True, slots=True)
class ReedAddress:
    """The input of a contact on a door."""

    @property
    def allowed(self) -> str:
        """One example of each kind."""
        return 'an input as "reeds/7" (chip, input 0–15) or "GPIO5"'

    def read(self, value: object, at: str, reading: Reading) -> str:
        """As it stands."""
        if not isinstance(value, str) or not (_INPUT.fullmatch(value) or _is_pin_name(value)):
            reading.refuse(at, value, self.allowed)
        return value


def _is_pin_name(value: str) -> bool:
    return bool(_PIN.fullmatch(value)) and gpio_name(value) == value
