"""Read a configuration file: a Config, or one line per fault and nothing else."""

import re
import stat
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from device.config.across import across_keys
from device.config.keys import read_table
from device.config.model import Config
from device.config.reading import Faulty, Reading, cut, escaped
from device.errors import ConfigError

if TYPE_CHECKING:
    from device.config.map import BankMap

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


def map_of(config: Config) -> "BankMap | None":
    """The map that a configuration names; None without a bank. Raises ConfigError as `load` does."""
    if config.bank is None:
        return None
    from device.config.map import load_map  # noqa: PLC0415 - a store has no memory to give away for it

    return load_map(config.bank.map, config)


def parse(text: str, file: str) -> Config:
    """Read TOML; `file` is what fault lines call it. Raises ConfigError as `load` does."""
    reading = Reading(file)
    config = None
    try:
        written = read_toml(text, reading)
    except Faulty:
        raise ConfigError(reading.faults) from None
    with suppress(Faulty):
        config = read_table(Config, written, "", reading)
    for fault in across_keys(reading, written):
        reading.report(fault)
    if config is None or reading.faults:
        raise ConfigError(reading.faults)
    return config


def read_text(path: Path, file: str, *, absent: str = "cannot be read: No such file or directory") -> str:
    """The text of a file of bounded size. Raises ConfigError: it cannot be read, or is no text.

    `absent`: what is said where there is no file.
    """
    return _decoded(_contents(path, file, absent), file)


def _contents(path: Path, file: str, absent: str) -> bytes:
    try:
        # Opening a pipe or a terminal would wait for somebody to write.
        regular = stat.S_ISREG(path.stat().st_mode)
        data = _beginning(path) if regular else b""
    except FileNotFoundError:
        raise _refused(file, absent) from None
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


def _refused(file: str, text: str) -> ConfigError:
    return ConfigError((f"{escaped(file)}: {text}",))
