"""The configuration of one device, from what the registry knows of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files as resources

from device.config.examples import BANK
from device.config.load import parse
from device.config.model import Config
from provisioning.errors import RefusedError
from provisioning.model import Broker, Site

_HEAD = """\
[device]
id = {id}
state_dir = "/var/lib/ansim"

[device.site]
{site}
[identity]
key = "/var/lib/ansim/identity/device.key"
certificate = "/var/lib/ansim/identity/device.crt"
control_room_keys = "/var/lib/ansim/identity/control-room.jwks.json"
est = {est}

[mqtt]
brokers = [{brokers}]
ca = "/var/lib/ansim/identity/ca.crt"

"""

_YOURS = "# A bank as an example: put in the doors, ports, chips and pins of yours.\n"


@dataclass(frozen=True, slots=True)
class Wiring:
    """Zones, indicators and the tables of a bank, as TOML. `source`: what faults call it."""

    text: str
    source: str


def store_wiring() -> Wiring:
    """Zones and indicators of a store as docs/hardware.md wires it."""
    name = "store.toml"
    return Wiring(resources("provisioning.templates").joinpath(name).read_text(encoding="utf-8"), name)


def bank_wiring() -> Wiring:
    """The tables of docs/examples/bank.toml: to be edited, for no two banks are alike."""
    return Wiring(f"{_YOURS}{BANK[BANK.index('[bank]') :]}", "bank.toml")


def agent_config(device: str, site: Site, est: str, brokers: Sequence[Broker], wiring: Wiring) -> str:
    """TOML for `ansim-agent`. RefusedError without a broker; ConfigError for the wiring."""
    if not brokers:
        raise RefusedError(f"{device}: no broker yet; ansim-provision broker writes one, and devices are told of it")
    head = _HEAD.format(
        id=_text(device),
        site=_site(site),
        est=_text(est),
        brokers=", ".join(_text(f"mqtts://{_host(broker.host)}:{broker.port}") for broker in brokers),
    )
    # First, so that faults have the line numbers of its own file, and no key of it falls into the table before.
    parse(f"{wiring.text}\n{head}", wiring.source)
    whole = head + wiring.text
    parse(whole, wiring.source)
    return whole


def read_wiring(wiring: Wiring) -> Config:
    """The same for any device: what a label says of the wires. ConfigError."""
    return parse(agent_config("any-device", Site("any", "any"), "https://any", [_ANY_BROKER], wiring), wiring.source)


_ANY_BROKER = Broker("any", 8883, "/", "")


def _site(site: Site) -> str:
    said: dict[str, object] = {
        "name": site.name,
        "address": site.address,
        "district": site.district,
        "latitude": site.latitude,
        "longitude": site.longitude,
    }
    return "".join(f"{key} = {_value(value)}\n" for key, value in said.items() if value not in ("", None))


def _value(value: object) -> str:
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    # A JSON string is a basic string of TOML; what cannot be printed is not in the registry.
    return json.dumps(text, ensure_ascii=False)


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
