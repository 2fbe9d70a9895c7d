"""The files of a store that is measured: an identity with certificate, and as many zones as are wanted."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.keystore import KeySigner, load_signer
from sim.site import DEVICE, Site, write_key_sets
from tests.pki import Pki

STABLE_MS = 20
LAMP_PIN = "GPIO26"
# GPIO2 and 3 have their own resistors; the lamps take the last two pins of the header.
ZONE_PINS = tuple(f"GPIO{number}" for number in range(4, 26))

_CONFIG = """\
[device]
id = "{device}"
state_dir = "{folder}/state"
[identity]
key = "{key}"
certificate = "{certificate}"
control_room_keys = "{folder}/control-room.jwks.json"
[mqtt]
brokers = ["{broker}"]
ca = "{ca}"
[[indicator]]
name = "lamp"
pin = "GPIO26"
shows = "alarm"
[[indicator]]
name = "health"
pin = "GPIO27"
shows = "health"
"""
_ZONE = """\
[[zone]]
name = "{name}"
type = "holdup"
pin = "{pin}"
stable_ms = {stable_ms}
"""


def make_bench_site(folder: Path, pki: Pki, broker: str, zones: int) -> Site:
    """Write a store with so many hold-up buttons (at most one for each of ZONE_PINS) that talks to `broker`, a URL."""
    folder.mkdir(parents=True)
    identity = pki.make_device(DEVICE)
    control_room = KeySigner(Ed25519PrivateKey.generate())
    device_keys = write_key_sets(folder, load_signer(identity.key), control_room)
    text = _CONFIG.format(
        device=DEVICE, folder=folder, key=identity.key, certificate=identity.certificate, broker=broker, ca=pki.ca
    )
    for pin in ZONE_PINS[:zones]:
        text += _ZONE.format(name=zone_of(pin), pin=pin, stable_ms=STABLE_MS)
    config = folder / "agent.toml"
    config.write_text(text, encoding="utf-8")
    return Site(DEVICE, config, device_keys, control_room)


def zone_of(pin: str) -> str:
    """The name of the button on this pin."""
    return f"button-{pin.lower()}"
