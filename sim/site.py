"""The files of one simulated store: keys, the control room's keys, and a configuration that the real agent reads."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from drivers.keystore import KeyRing, KeySigner, jwk_of

BUTTON = "counter-button"
BELL = "panic-bell"
HOTLINE = "hotline"
LAMP = "counter-led"
HEALTH = "health-led"

_CONFIG = """\
[device]
id = "{device}"
state_dir = "{folder}/state"

[device.site]
name = "Ansim demo store"
address = "Seongsu-ro 1"
district = "Seongdong-gu"

[identity]
key = "{folder}/device.key"
control_room_keys = "{folder}/control-room.jwks.json"

[mqtt]
brokers = [{brokers}]
keepalive_s = {keepalive_s}
heartbeat_s = {heartbeat_s}

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

[[indicator]]
name = "counter-led"
pin = "GPIO22"
shows = "alarm"

[[indicator]]
name = "health-led"
pin = "GPIO24"
shows = "health"
"""


@dataclass(frozen=True, slots=True)
class Site:
    """One store on disk. `control_room` is the only holder of the control room's private key."""

    device: str
    config: Path
    device_keys: KeyRing
    control_room: KeySigner


def make_site(
    folder: Path, ports: list[int], *, device: str = "store-0042", keepalive_s: int = 10, heartbeat_s: int = 15
) -> Site:
    """Write a new store into `folder`; its brokers are on these loopback ports, in order of preference.

    The store has a hold-up button with a supervised line, a wireless panic bell, a no-dial phone and two lamps.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    control_room = KeySigner(Ed25519PrivateKey.generate())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(folder / "device.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    jwks = folder / "control-room.jwks.json"
    jwks.write_text(json.dumps({"keys": [jwk_of(control_room)]}), encoding="utf-8")
    jwks.chmod(0o644)
    config = folder / "agent.toml"
    brokers = ", ".join(f'"mqtt://127.0.0.1:{port}"' for port in ports)
    config.write_text(
        _CONFIG.format(device=device, folder=folder, brokers=brokers, keepalive_s=keepalive_s, heartbeat_s=heartbeat_s),
        encoding="utf-8",
    )
    return Site(device, config, KeyRing([KeySigner(key).public_key]), control_room)
