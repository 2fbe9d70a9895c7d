"""The files of one simulated store: keys, the control room's keys, and a configuration that the real agent reads.

With an office the store has certificates, and speaks TLS; without one it has a key alone, for brokers on loopback.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.files import Files
from drivers.key_making import key_pem
from drivers.keystore import KeySigner, jwk_of
from sim.bank_site import write_bank
from sim.office import TrialOffice

BUTTON = "counter-button"
BELL = "panic-bell"
HOTLINE = "hotline"
MAINS = "mains"
BATTERY = "battery"
TAMPER = "tamper"
LAMP = "counter-led"
HEALTH = "health-led"

# The last second of the year 9999.
_FOR_EVER_S = 253_402_300_799
_DEVICE_KEYS = "devices.jwks.json"

_CONFIG = """\
[device]
id = "{device}"
state_dir = "{folder}/state"

[device.site]
name = "{name}"
address = "{address}"
district = "{district}"

[identity]
{identity}
[mqtt]
{ca}brokers = [{brokers}]
keepalive_s = {keepalive_s}
heartbeat_s = {heartbeat_s}

{body}
[[zone]]
name = "mains"
type = "mains"
pin = "GPIO6"

[[zone]]
name = "battery"
type = "battery"
pin = "GPIO12"

[[zone]]
name = "tamper"
type = "tamper"
pin = "GPIO13"
contact = "normally-closed"

[[indicator]]
name = "counter-led"
pin = "GPIO22"
shows = "alarm"

[[indicator]]
name = "health-led"
pin = "GPIO24"
shows = "health"
"""


_COUNTER = """\
[[zone]]
name = "counter-button"
type = "holdup"
pin = "GPIO17"
pin_nc = "GPIO27"

[[zone]]
name = "panic-bell"
type = "panic"
pin = "GPIO5"

[[zone]]
name = "hotline"
type = "hotline"
pin = "GPIO23"
contact = "normally-closed"
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store, or a bank of lockers, is, in words for people. `device` is its id."""

    device: str = "store-0042"
    name: str = "Ansim demo store"
    name_ko: str = "안심 데모점"
    address: str = "Seongsu-ro 1"
    district: str = "Seongdong-gu"
    is_bank: bool = False


PLACE = Place()
DEVICE = PLACE.device


@dataclass(frozen=True, slots=True)
class Site:
    """One store on disk. `control_room` is the only holder of the control room's private key."""

    device: str
    config: Path
    device_keys: Path
    """What the control room believes the device by."""
    control_room: KeySigner


def make_site(
    folder: Path,
    ports: list[int],
    *,
    place: Place = PLACE,
    office: TrialOffice | None = None,
    keepalive_s: int = 10,
    heartbeat_s: int = 15,
) -> Site:
    """Write a new store into `folder`; its brokers are on these loopback ports, in order of preference.

    The store has a hold-up button with a supervised line, a wireless panic bell, a no-dial phone, contacts that tell of
    mains, battery and an open box, and two lamps; a bank of lockers has what sim/bank_site.py says instead.
    """
    folder.mkdir(parents=True, exist_ok=True)
    identity = folder if office is None else office.identity_of(place.device)
    scheme = "mqtt" if office is None else "mqtts"
    config = folder / "agent.toml"
    config.write_text(
        _CONFIG.format(
            device=place.device,
            name=place.name,
            address=place.address,
            district=place.district,
            folder=folder,
            identity=_identity(identity, has_certificate=office is not None),
            ca="" if office is None else f'ca = "{identity}/ca.crt"\n',
            brokers=", ".join(f'"{scheme}://127.0.0.1:{port}"' for port in ports),
            keepalive_s=keepalive_s,
            heartbeat_s=heartbeat_s,
            body=write_bank(folder) if place.is_bank else _COUNTER,
        ),
        encoding="utf-8",
    )
    if office is None:
        return Site(place.device, config, folder / _DEVICE_KEYS, _bare_keys(folder, place.device))
    return Site(place.device, config, office.device_keys, office.room_signer)


def _identity(folder: Path, *, has_certificate: bool) -> str:
    lines = [f'key = "{folder}/device.key"', f'control_room_keys = "{folder}/control-room.jwks.json"']
    if has_certificate:
        lines.append(f'certificate = "{folder}/device.crt"')
    return "\n".join(lines) + "\n"


def _bare_keys(folder: Path, device_id: str) -> KeySigner:
    """A key for the device, and one for the control room, which is returned; nobody has certified them."""
    key = Ed25519PrivateKey.generate()
    room = KeySigner(Ed25519PrivateKey.generate())
    pem = key_pem(key)
    Files().write(folder / "device.key", pem, 0o600)
    write_key_sets(folder, KeySigner(key), room, device_id)
    return room


def write_key_sets(folder: Path, device: KeySigner, room: KeySigner, device_id: str = DEVICE) -> Path:
    """What the device believes the control room by, and what the control room believes the device by: its path."""
    ours = {**jwk_of(device), "device": device_id, "iat": 0, "exp": _FOR_EVER_S}
    for name, jwk in (("control-room.jwks.json", jwk_of(room)), (_DEVICE_KEYS, ours)):
        Files().write(folder / name, json.dumps({"keys": [jwk]}).encode("ascii"), 0o644)
    return folder / _DEVICE_KEYS
