"""docs/configuration.md, made from the declarations: `python -m device.config.reference` prints it."""

from collections.abc import Iterator
from enum import StrEnum

from device.config.keys import Spec, Varies, specs
from device.config.load import parse
from device.config.model import Device, Identity, Indicator, Mqtt, Site, Zone
from device.errors import ConfigError

EXAMPLE = """\
[device]
id = "store-0042"
state_dir = "/var/lib/ansim"

[device.site]
name = "Corner Store Yeonnam"
address = "Donggyo-ro 200"
district = "Mapo-gu"
latitude = 37.5617
longitude = 126.9237

[identity]
key = "/var/lib/ansim/identity/device.key"
certificate = "/var/lib/ansim/identity/device.crt"
control_room_keys = "/var/lib/ansim/identity/control-room.jwks.json"
est = "https://enrol.example:8443"

[mqtt]
brokers = ["mqtts://broker-a.example:8883", "mqtts://broker-b.example:8883"]
ca = "/var/lib/ansim/identity/ca.crt"
keepalive_s = 10
heartbeat_s = 15

# The button under the counter: a changeover contact, so that a cut wire is known before the night it is needed.
[[zone]]
name = "counter-button"
type = "holdup"
pin = "GPIO17"
pin_nc = "GPIO27"
stable_ms = 20

# The no-dial phone: its hook switch closes when the phone is lifted.
[[zone]]
name = "phone"
type = "hotline"
pin = "GPIO23"
hold_ms = 7000

# The lid of the box: closed at rest, open when somebody is at the wires.
[[zone]]
name = "lid"
type = "tamper"
pin = "GPIO24"
contact = "normally-closed"

[[indicator]]
name = "counter-led"
pin = "GPIO22"
shows = "alarm"

[[indicator]]
name = "health-led"
pin = "GPIO25"
shows = "health"
"""

_INTRO = f"""\
# Configuration

<!-- Made by `python -m device.config.reference`. Change the declarations in device/config/model.py, not this page. -->

The agent reads one TOML file: `ansim-agent run --config FILE`. It reads the file once, at start.

The file is checked strictly. The agent does not start when a key is unknown or missing, when a value has the wrong
type or is out of range, or when two keys contradict each other. `ansim-agent check --config FILE` tells you without
starting. It prints one line for each fault and ends with exit status 78. A line names the file, the key, the value, and
what is allowed. Zones, indicators and brokers count from 1. Long values are cut. What stands in a key file is never
shown.

Paths are absolute. Times are whole numbers, and the name of the key says the unit: `_ms` or `_s`. The file is UTF-8 and
at most 256 KiB long.

## A whole store

This is `docs/examples/store.toml`: a button under the counter, a no-dial phone, a guarded lid, and two lights.

```toml
{EXAMPLE}```

Keys that are left out have their default. A store with one button needs no more than `[device]` with `id` and
`state_dir`, `[identity]`, `[mqtt]` with `brokers` and `ca`, and one `[[zone]]` with `name`, `type` and `pin`.
"""

# Beside each section: a line of the example, and a mistake in it.
_SECTIONS: tuple[tuple[str, type, str, str], ...] = (
    ("[device]", Device, 'id = "store-0042"', 'id = "Store 42"'),
    ("[device.site]", Site, "latitude = 37.5617", "latitude = 375617"),
    ("[identity]", Identity, 'key = "/var/lib/ansim/identity/device.key"', 'key = "device.key"'),
    ("[mqtt]", Mqtt, 'brokers = ["mqtts://broker-a', 'brokers = ["mqtt://broker-a'),
    ("[[zone]]", Zone, "stable_ms = 20", "stable_ms = 5000"),
    ("[[indicator]]", Indicator, 'pin = "GPIO22"', 'pin = "BOARD11"'),
)


def markdown() -> str:
    """The whole page."""
    return "\n".join((_INTRO, *(_section(*section) for section in _SECTIONS)))


def _section(header: str, cls: type, right: str, wrong: str) -> str:
    rows = "\n".join(_row(spec) for spec in specs(cls))
    return f"""\
## `{header}`

{cls.__doc__}

| key | allowed | default | meaning |
| --- | --- | --- | --- |
{rows}

A mistake and its fault line:

```
{_mistake(right, wrong)}
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


def _mistake(right: str, wrong: str) -> str:
    """The line of the example with the mistake in it, and what the agent says of it."""
    text = EXAMPLE.replace(right, wrong, 1)
    try:
        parse(text, "store.toml")
    except ConfigError as error:
        return "\n".join((*(line for line in text.splitlines() if wrong in line), *error.faults))
    raise AssertionError(f"{wrong} is not refused")


if __name__ == "__main__":
    print(markdown(), end="")
