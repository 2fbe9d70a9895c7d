"""The folder that makes a fresh Raspberry Pi OS enrol itself at its first boot.

It goes onto the boot partition. That is FAT: it has no owners and no modes, and whoever holds the card can read all of
it. The only secret there is the token in `label.txt`: it works once, for one device, and not for long, and the device
takes it off the partition before it uses it.
"""

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files as resources
from pathlib import Path

from device.config.load import parse
from device.config.model import Config
from device.enrol.label import Label
from drivers.files import Files
from provisioning.card.cloud_init import meta_data, user_data
from provisioning.card.cmdline import MAX_BYTES, with_arguments
from provisioning.errors import RefusedError
from provisioning.handed_in import read_handed_in

STATE = Path("/var/lib/ansim")
IDENTITY = STATE / "identity"
"""Where the service may write, so that it can renew what it has."""

_MAX_WHEEL_BYTES = 16 * 1024 * 1024
_MAX_LOCK_BYTES = 1024 * 1024
_WHEEL = re.compile(r"ansim_edge-[A-Za-z0-9_.+-]{1,120}\.whl")
_KEPT = "cmdline.before-ansim.txt"
_OURS = ("first-boot.sh", "ansim-first-boot.service", "ansim-enroll.service", "ansim-agent.service")
_WORLD, _OWNER = 0o644, 0o600


def write_card(
    folder: Path,
    label: Label,
    config_toml: str,
    wheel: Path,
    requirements: Path | None,
    *,
    boot: Path | None = None,
    files: Files | None = None,
) -> None:
    """Write the folder: `ansim/`, `user-data` and `meta-data`. What an earlier call wrote there is replaced.

    `requirements`: the lock with the hashes of all that the wheel needs; None if it needs nothing. `boot`: a mounted
    boot partition whose kernel arguments are to run the script; for images without cloud-init.

    Raises RefusedError or ConfigError before anything is written, OSError if it cannot be.
    """
    disk = files or Files()
    _check(label, parse(config_toml, "agent.toml"))
    contents = _contents(config_toml, wheel, requirements)
    kernel = None if boot is None else _kernel_line(boot)
    ansim = folder / "ansim"
    ansim.mkdir(parents=True, exist_ok=True)
    _clear(disk, ansim)
    for name, data in contents.items():
        disk.write(ansim / name, data, _WORLD)
    disk.write(folder / "meta-data", meta_data(label.device).encode(), _WORLD)
    disk.write(folder / "user-data", user_data().encode(), _WORLD)
    disk.write(ansim / "label.txt", f"{label}\n".encode(), _OWNER)
    if boot is not None and kernel is not None:
        disk.write(boot / _KEPT, kernel[0].encode(), _WORLD)
        disk.write(boot / "cmdline.txt", kernel[1].encode(), _WORLD)


def _contents(config_toml: str, wheel: Path, requirements: Path | None) -> dict[str, bytes]:
    """All that goes into `ansim/` but the label."""
    templates = resources("provisioning.card")
    contents = {name: templates.joinpath(name).read_bytes() for name in _OURS}
    contents["agent.toml"] = config_toml.encode()
    name = _wheel_name(wheel)
    contents[name] = read_handed_in(wheel, _MAX_WHEEL_BYTES)
    if requirements is not None:
        contents["agent.lock"] = read_handed_in(requirements, _MAX_LOCK_BYTES)
    contents["SHA256SUMS"] = "".join(_sums(contents)).encode()
    return contents


def _check(label: Label, config: Config) -> None:
    if label.token is None:
        raise RefusedError(f"{label.device}: its label has no token; a card needs one, for nobody types it in")
    if config.device.id != label.device:
        raise RefusedError(
            f'agent.toml: device.id = "{config.device.id}"; allowed is "{label.device}", as on the label'
        )
    identity = config.identity
    if identity.certificate != IDENTITY / "device.crt":
        raise RefusedError(f'agent.toml: identity.certificate; allowed on a card is "{IDENTITY / "device.crt"}"')
    named = {
        "identity.key": identity.key,
        "identity.control_room_keys": identity.control_room_keys,
        "mqtt.ca": config.mqtt.ca,
    }
    for key, path in named.items():
        if path is not None and Path(path).parent != IDENTITY:
            raise RefusedError(f'agent.toml: {key} = "{path}"; allowed on a card are files in {IDENTITY}')
    if config.device.state_dir != STATE:
        raise RefusedError(
            f'agent.toml: device.state_dir = "{config.device.state_dir}"; allowed on a card is "{STATE}"'
        )


def _wheel_name(wheel: Path) -> str:
    if not _WHEEL.fullmatch(wheel.name):
        raise RefusedError(f"{wheel}: allowed is the wheel of ansim-edge: ansim_edge-<version>-py3-none-any.whl")
    return wheel.name


def _kernel_line(boot: Path) -> tuple[str, str] | None:
    """The line as it is, and as it has to be; None if it is that already."""
    path = boot / "cmdline.txt"
    if not path.is_file():
        raise RefusedError(f"{path}: missing; allowed is the mounted boot partition of a Raspberry Pi OS")
    data = read_handed_in(path, 2 * MAX_BYTES)
    if not data.isascii():
        raise RefusedError(f"{path}: not a line of kernel arguments")
    before = data.decode("ascii")
    after = with_arguments(before, str(path))
    return None if after == before else (before, after)


def _clear(disk: Files, ansim: Path) -> None:
    for old in (*ansim.glob("*.whl"), ansim / "agent.lock", ansim / "label.txt"):
        disk.remove(old)


def _sums(contents: dict[str, bytes]) -> Iterator[str]:
    """As sha256sum(1) writes and checks them."""
    for name, data in contents.items():
        yield f"{hashlib.sha256(data).hexdigest()}  {name}\n"
