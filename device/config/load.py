"""Read a configuration file: a Config, or one line per fault and nothing else."""

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from device.config.keys import below, read_table
from device.config.model import Config, Contact, Identity, Mqtt, Zone
from device.config.pins import FIXED_PULL_UP
from device.config.reading import Faulty, Reading, cut, escaped, shown
from device.errors import ConfigError
from drivers.ports import Pull

MAX_BYTES = 256 * 1024
"""A configuration with every zone and comment is a tenth of this; what is larger is another file."""
MAX_DOTS = 64
"""In one line. tomllib needs memory with the square of the parts of a dotted key: a page of dots would take it all."""

_SYNTAX = re.compile(r"(.*) \(at (line [0-9]+, column [0-9]+|end of document)\)", re.DOTALL)
# What tomllib says of a key that stands twice.
_TWICE = "Cannot overwrite a value"


def load(path: Path) -> Config:
    """Read the file at `path`. The key files that it names are not opened.

    Raises ConfigError: the file cannot be read, is no TOML, or says something that is not allowed.
    """
    file = str(path)
    return parse(read_text(path, file), file)


def parse(text: str, file: str) -> Config:
    """Read TOML; `file` is what fault lines call it. Raises ConfigError as `load` does."""
    reading = Reading(file)
    try:
        config = read_table(Config, read_toml(text, reading), "", reading)
    except Faulty:
        config = None
    for fault in _across_keys(reading):
        reading.report(fault)
    if config is None or reading.faults:
        raise ConfigError(reading.faults)
    return config


def read_text(path: Path, file: str) -> str:
    """The text of a file of bounded size. Raises ConfigError: it cannot be read, or is no text."""
    return _decoded(_contents(path, file), file)


def _contents(path: Path, file: str) -> bytes:
    try:
        # Opening a pipe or a terminal would wait for somebody to write.
        regular = stat.S_ISREG(path.stat().st_mode)
        data = _beginning(path) if regular else b""
    except OSError as error:
        raise _refused(file, f"cannot be read: {error.strerror}") from None
    except ValueError:
        raise _refused(file, "cannot be read: no name of a file") from None
    if not regular:
        raise _refused(file, "not a regular file; a TOML file is allowed")
    if len(data) > MAX_BYTES:
        raise _refused(file, f"too large; at most {MAX_BYTES // 1024} KiB are allowed")
    return data


def _beginning(path: Path) -> bytes:
    with path.open("rb") as source:
        return source.read(MAX_BYTES + 1)


def _decoded(data: bytes, file: str) -> str:
    try:
        # Some editors begin UTF-8 with a mark that TOML does not know.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(file, f"line {line}: not UTF-8; TOML is written in UTF-8") from None


def read_toml(text: str, reading: Reading) -> Mapping[str, object]:
    """The top table. Raises Faulty after reporting what is no TOML."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > MAX_DOTS and not line.lstrip().startswith("#"):
            reading.report(f"line {number}: more than {MAX_DOTS} dots; a key has at most three parts")
            raise Faulty
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reading.report(_syntax_fault(str(error)))
    except RecursionError:
        reading.report("nested too deeply; two levels of tables are allowed")
    except ValueError:
        # The one error of Python that tomllib lets through: int() refuses to read more than 4300 digits.
        reading.report("a number has too many digits; 64 bits are allowed")
    raise Faulty


def _syntax_fault(message: str) -> str:
    match = _SYNTAX.fullmatch(message)
    said, where = (match[1], match[2]) if match else (message, "somewhere")
    if said == _TWICE:
        return f"{where}: this key stands twice; once is allowed"
    return f"{where}: not TOML: {cut(escaped(said))}"


def _across_keys(reading: Reading) -> Iterator[str]:
    """What is wrong between keys. Looks at the tables that could be read, whether or not others could."""
    for _, mqtt in reading.kept(Mqtt):
        if any(broker.tls for broker in mqtt.brokers):
            needed = "missing; an absolute path is required, because mqtt.brokers has an mqtts:// address"
            if mqtt.ca is None:
                yield f"mqtt.ca: {needed}"
            if any(identity.certificate is None for _, identity in reading.kept(Identity)):
                yield f"identity.certificate: {needed}"
    for at, zone in reading.kept(Zone):
        if zone.pin_nc and zone.contact is not Contact.NORMALLY_OPEN:
            allowed = f'"{Contact.NORMALLY_OPEN}" is allowed, because there is a pin_nc'
            yield f"{below(at, 'contact')} = {shown(zone.contact)}: {allowed}"
        fixed = sorted(FIXED_PULL_UP.intersection({zone.pin, zone.pin_nc}))
        if fixed and zone.pull is not Pull.UP:
            allowed = f'"{Pull.UP}" is allowed, because {fixed[0]} has a fixed resistor on the board'
            yield f"{below(at, 'pull')} = {shown(zone.pull)}: {allowed}"


def _refused(file: str, text: str) -> ConfigError:
    return ConfigError((f"{escaped(file)}: {text}",))
