"""docs/configuration.md, made from the declarations: `python -m device.config.reference` prints it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from device.config.bank import Bank, Bus, Expander
from device.config.examples import BANK, BANK_MAP, STORE
from device.config.keys import Spec, Varies, specs
from device.config.load import parse
from device.config.map import Board, Door, Proof, parse_map
from device.config.model import Device, Identity, Indicator, Mqtt, Site, Zone
from device.errors import ConfigError

_INTRO = f"""\
# Configuration

<!-- Made by `python -m device.config.reference`. Change the declarations in device/config/{{model,bank,map}}.py. -->

The agent reads one TOML file: `ansim-agent run --config FILE`. It reads the file once, at start.

The file is checked strictly. The agent does not start when a key is unknown or missing, when a value has the wrong
type or is out of range, or when two keys contradict each other. `ansim-agent check --config FILE` tells you without
starting. It prints one line for each fault and ends with exit status 78. A line names the file, the key, the value, and
what is allowed. Tables and items of lists count from 1. Long values are cut. What stands in a key file is never
shown.

Paths are absolute. Times are whole numbers, and the name of the key says the unit: `_ms` or `_s`. The file is UTF-8 and
at most 256 KiB long.

## A whole store

This is `docs/examples/store.toml`: a button under the counter, a no-dial phone, a guarded lid, and two lights.

```toml
{STORE}```

Keys that are left out have their default. A store with one button needs no more than `[device]` with `id` and
`state_dir`, `[identity]`, `[mqtt]` with `brokers` and `ca`, and one `[[zone]]` with `name`, `type` and `pin`.
"""

_A_BANK = f"""\
## A locker bank

A device can be the controller of a locker bank, with or without zones of its own. This is `docs/examples/bank.toml`: 12
doors on one lock board, with a contact on each door, a panic button, a key switch for service people and a guarded
cabinet.

```toml
{BANK}```
"""


@dataclass(frozen=True, slots=True)
class _Example:
    """A file of docs/examples, and what reads it."""

    file: str
    text: str
    read: Callable[[str, str], object]

    def spoilt(self, right: str, wrong: str) -> str:
        """The line with a mistake in it, and what the agent says of it."""
        text = self.text.replace(right, wrong, 1)
        try:
            self.read(text, self.file)
        except ConfigError as error:
            return "\n".join((*(line for line in text.splitlines() if wrong in line), *error.faults))
        raise AssertionError(f"{wrong} is not refused")


@dataclass(frozen=True, slots=True)
class _Section:
    """One table, and beside it a line of an example and a mistake in it."""

    header: str
    cls: type
    example: _Example
    right: str
    wrong: str


_OF_STORE = _Example("store.toml", STORE, parse)
_OF_BANK = _Example("bank.toml", BANK, parse)
_OF_MAP = _Example("bank-map.toml", BANK_MAP, lambda text, file: parse_map(text, file, parse(BANK, "bank.toml")))

_A_MAP = f"""\
## The map of a bank

Which lock, which feedback and which contact belong to which door is not written by hand. `ansim-agent commission`
finds out: the installer opens and shuts each door, the program releases it, and both see whether it was this door and
no other. The result is a file of its own, at the path `map` of `[bank]`. It is checked as strictly as the
configuration, and both must speak of the same doors, lines and chips. This is how `docs/examples/bank-map.toml` begins:

```toml
{"[[door]]".join(BANK_MAP.split("[[door]]")[:2]).rstrip()}
```

As long as the map is missing or not finished, the agent does not start, and says so:

```
{_OF_MAP.spoilt("finished = true", "finished = false")}
```
"""

_PARTS: tuple[str | _Section, ...] = (
    _INTRO,
    _Section("[device]", Device, _OF_STORE, 'id = "store-0042"', 'id = "Store 42"'),
    _Section("[device.site]", Site, _OF_STORE, "latitude = 37.5617", "latitude = 375617"),
    _Section("[identity]", Identity, _OF_STORE, 'key = "/var/lib/ansim/identity/device.key"', 'key = "device.key"'),
    _Section("[mqtt]", Mqtt, _OF_STORE, 'brokers = ["mqtts://broker-a', 'brokers = ["mqtt://broker-a'),
    _Section("[[zone]]", Zone, _OF_STORE, "stable_ms = 20", "stable_ms = 5000"),
    _Section("[[indicator]]", Indicator, _OF_STORE, 'pin = "GPIO22"', 'pin = "BOARD11"'),
    _A_BANK,
    _Section("[bank]", Bank, _OF_BANK, 'fits_person = ["11", "12"]', 'fits_person = ["11", "13"]'),
    _Section("[[bus]]", Bus, _OF_BANK, 'family = "xor8a"', 'family = "kr-cu16"'),
    _Section("[[expander]]", Expander, _OF_BANK, 'interrupt = "GPIO4"', 'interrupt = "GPIO24"'),
    _A_MAP,
    _Section("[proof]", Proof, _OF_MAP, "doors = 12", "doors = 24"),
    _Section("[[board]]", Board, _OF_MAP, 'polarity = "set-when-locked"', 'polarity = "locked"'),
    _Section("[[door]]", Door, _OF_MAP, 'reed = "reeds/0"', 'reed = "reeds/16"'),
)


def markdown() -> str:
    """The whole page."""
    return "\n".join(part if isinstance(part, str) else _section(part) for part in _PARTS)


def _section(section: _Section) -> str:
    rows = "\n".join(_row(spec) for spec in specs(section.cls))
    return f"""\
## `{section.header}`

{section.cls.__doc__}

| key | allowed | default | meaning |
| --- | --- | --- | --- |
{rows}

A mistake and its fault line:

```
{section.example.spoilt(section.right, section.wrong)}
```
"""


def _row(spec: Spec) -> str:
    return f"| `{spec.name}` | {_cell(spec.kind.allowed)} | {_default(spec)} | {_cell(spec.doc)} |"


def _default(spec: Spec) -> str:
    if spec.required:
        return "required"
    if spec.varies:
        return _varying(spec.varies)
    if spec.default is None or not isinstance(spec.default, (StrEnum, bool, int)):
        return "optional"
    return f"`{_toml(spec.default)}`"


def _varying(varies: Varies[int]) -> str:
    """`60`; for hotline `120`; for tamper, mains and battery `0`."""
    values = dict.fromkeys(varies.cases.values())
    special = (f"for {', '.join(_cases(varies, value))} `{value}`" for value in values)
    return "; ".join((f"`{varies.otherwise}`", *special))


def _cases(varies: Varies[int], value: int) -> Iterator[str]:
    return (case.value for case, default in varies.cases.items() if default == value)


def _toml(value: StrEnum | bool | int) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(markdown(), end="")
