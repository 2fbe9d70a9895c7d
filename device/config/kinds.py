"""What a key may hold: each kind says in words what is allowed, and reads one value. Pure.

`allowed` is a noun phrase: it stands in fault lines and in the reference alike.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from device.config.pins import gpio_name
from device.config.reading import Faulty, Reading
from drivers.errors import MqttError
from drivers.est_address import EST_WORDS, parse_est
from drivers.key_place import URI_START, KeyPlace, is_in_token
from drivers.mqtt.brokers import Broker, parse_broker

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
E = TypeVar("E", bound=StrEnum)

# PATH_MAX of Linux less the closing NUL.
_MAX_PATH = 4095
# BCM2835 ARM peripherals §6.2: GPIO0–GPIO8 are pulled up from power-on, the others down; later chips kept that.
_FIRST_LOW_GPIO = 9


class Kind(Protocol[T_co]):
    """What one key may hold."""

    @property
    def allowed(self) -> str:
        """A noun phrase that "is allowed"."""
        ...

    def read(self, value: object, at: str, reading: Reading) -> T_co:
        """The value, checked and converted. Raises Faulty after reporting each fault in it to `reading`."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Printable text of 1 to `max_length` characters; with `pattern`, only what matches it whole."""

    max_length: int
    pattern: re.Pattern[str] | None = None
    words: str = "printable text"

    @property
    def allowed(self) -> str:
        """`words` say what the pattern says."""
        return self.words if self.pattern else f"{self.words} of 1–{self.max_length} characters"

    def read(self, value: object, at: str, reading: Reading) -> str:
        """Text as it stands."""
        if not isinstance(value, str) or not value.isprintable() or not 1 <= len(value) <= self.max_length:
            reading.refuse(at, value, self.allowed)
        if self.pattern and not self.pattern.fullmatch(value):
            reading.refuse(at, value, self.allowed)
        return value


NAME = Text(40, re.compile(r"[a-z0-9][a-z0-9-]{0,39}"), '1–40 characters a–z, 0–9 and "-" (not the first)')
"""What people and events call a thing."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number of `unit`."""

    minimum: int
    maximum: int
    unit: str

    @property
    def allowed(self) -> str:
        """Range and unit."""
        return f"an integer {self.minimum}–{self.maximum} ({self.unit})"

    def read(self, value: object, at: str, reading: Reading) -> int:
        """true and 20.0 are no integers."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.minimum <= value <= self.maximum:
            reading.refuse(at, value, self.allowed)
        return value


@dataclass(frozen=True, slots=True)
class OneOfNumbers:
    """One of a few whole numbers."""

    numbers: tuple[int, ...]

    @property
    def allowed(self) -> str:
        """All the numbers."""
        return f"one of {', '.join(map(str, self.numbers))}"

    def read(self, value: object, at: str, reading: Reading) -> int:
        """true is no 1."""
        if isinstance(value, bool) or not isinstance(value, int) or value not in self.numbers:
            reading.refuse(at, value, self.allowed)
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A number of `unit`, with or without a fraction."""

    minimum: float
    maximum: float
    unit: str

    @property
    def allowed(self) -> str:
        """Range and unit."""
        return f"a number {self.minimum:g} to {self.maximum:g} ({self.unit})"

    def read(self, value: object, at: str, reading: Reading) -> float:
        """NaN and infinity are outside every range."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            reading.refuse(at, value, self.allowed)
        # Compared before it is converted: an integer of TOML may be too large for a float.
        if not self.minimum <= value <= self.maximum:
            reading.refuse(at, value, self.allowed)
        return float(value)


@dataclass(frozen=True, slots=True)
class OneOf(Generic[E]):
    """One of a closed set of words."""

    words: type[E]

    @property
    def allowed(self) -> str:
        """All the words."""
        return "one of " + ", ".join(f'"{word}"' for word in self.words)

    def read(self, value: object, at: str, reading: Reading) -> E:
        """The member with this value."""
        word = next((word for word in self.words if word.value == value), None)
        if word is None:
            reading.refuse(at, value, self.allowed)
        return word


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    @property
    def allowed(self) -> str:
        """As TOML writes them."""
        return "true or false"

    def read(self, value: object, at: str, reading: Reading) -> bool:
        """No number and no text stands for a flag."""
        if not isinstance(value, bool):
            reading.refuse(at, value, self.allowed)
        return value


@dataclass(frozen=True, slots=True)
class FilePath:
    """An absolute path. Whether anything is there is not looked at."""

    @property
    def allowed(self) -> str:
        """Relative paths would depend on who starts the agent."""
        return "an absolute path"

    def read(self, value: object, at: str, reading: Reading) -> Path:
        """The path, not resolved."""
        if not isinstance(value, str) or not value.startswith("/") or not value.isprintable():
            reading.refuse(at, value, self.allowed)
        if len(value.encode()) > _MAX_PATH:
            reading.refuse(at, value, f"{self.allowed} of at most {_MAX_PATH} bytes")
        return Path(value)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A private key: in a file, or in a token."""

    @property
    def allowed(self) -> str:
        """The file first: few devices have a token."""
        return f'{FilePath().allowed}, or "{URI_START}…" (a key in a token)'

    def read(self, value: object, at: str, reading: Reading) -> KeyPlace:
        """The path, not resolved, or the URI as it stands, well formed."""
        if is_in_token(value):
            return _uri(value, at, reading)
        if not isinstance(value, str) or not value.startswith("/"):
            reading.refuse(at, value, self.allowed)
        return FilePath().read(value, at, reading)


def _uri(value: str, at: str, reading: Reading) -> str:
    # Only who has a token pays for the parser.
    from drivers.pkcs11.uri import URI_WORDS, parse_uri  # noqa: PLC0415

    try:
        parse_uri(value)
    except ValueError as error:
        # The value is not shown: somebody may have put the PIN into it.
        reading.report(f'{at} = "{URI_START}…": {error}; {URI_WORDS} is allowed')
        raise Faulty from None
    return value


@dataclass(frozen=True, slots=True)
class Pin:
    """A GPIO pin of the 40-pin header, under any name that gpiozero knows."""

    @property
    def allowed(self) -> str:
        """The plain names first."""
        return "GPIO0–GPIO27 (or, for GPIO17, also BOARD11, J8:11, WPI0, BCM17, 17)"

    def read(self, value: object, at: str, reading: Reading) -> str:
        """Always GPIOn, so that one pin under two names is found."""
        name = gpio_name(value)
        if name is None:
            reading.refuse(at, value, self.allowed)
        return name


@dataclass(frozen=True, slots=True)
class RelayPin:
    """A pin that may switch a coil: before any program runs, it has to keep the relay off."""

    @property
    def allowed(self) -> str:
        """A pin that is pulled up would open a door at every start of the machine."""
        return f"GPIO{_FIRST_LOW_GPIO}–GPIO27 (low while the machine starts)"

    def read(self, value: object, at: str, reading: Reading) -> str:
        """Always GPIOn, as `Pin`."""
        name = gpio_name(value)
        if name is None or int(name.removeprefix("GPIO")) < _FIRST_LOW_GPIO:
            reading.refuse(at, value, self.allowed)
        return name


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """The address of a broker."""

    @property
    def allowed(self) -> str:
        """Plain MQTT never leaves the machine."""
        return "mqtts://HOST or mqtts://HOST:PORT (mqtt:// only on loopback)"

    def read(self, value: object, at: str, reading: Reading) -> Broker:
        """Parsed, not resolved."""
        if not isinstance(value, str):
            reading.refuse(at, value, self.allowed)
        try:
            return parse_broker(value)
        except MqttError:
            reading.refuse(at, value, self.allowed)


@dataclass(frozen=True, slots=True)
class EstUrl:
    """The address of the office's enrolment service."""

    @property
    def allowed(self) -> str:
        """TLS only; the paths below it are fixed."""
        return EST_WORDS

    def read(self, value: object, at: str, reading: Reading) -> str:
        """Without a slash at the end; not resolved."""
        if not isinstance(value, str):
            reading.refuse(at, value, self.allowed)
        try:
            parse_est(value)
        except ValueError:
            reading.refuse(at, value, self.allowed)
        return value.rstrip("/")


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    """A list in which nothing stands twice. `unique`, as of a key: what no item shares with anything in the file."""

    item: Kind[T]
    minimum: int
    maximum: int
    unique: str | None = None

    @property
    def allowed(self) -> str:
        """How many, and of what."""
        return f"a list of {self.minimum}–{self.maximum}, each {self.item.allowed}"

    def read(self, value: object, at: str, reading: Reading) -> tuple[T, ...]:
        """Every item is read, also behind a bad one. Items count from 1."""
        if not isinstance(value, list) or not self.minimum <= len(value) <= self.maximum:
            reading.refuse(at, value, self.allowed)
        items: list[T] = []
        for number, written in enumerate(value, start=1):
            try:
                item = self.item.read(written, f"{at}[{number}]", reading)
                if self.unique:
                    reading.claim(self.unique, item, f"{at}[{number}]", written)
                if item in items:
                    reading.refuse(f"{at}[{number}]", written, "a value that is not in the list yet")
            except Faulty:
                continue
            items.append(item)
        if len(items) < len(value):
            raise Faulty
        return tuple(items)
