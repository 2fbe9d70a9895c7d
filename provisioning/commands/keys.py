"""`jwks`: the keys that the control room signs with. Two may be valid at a time, so that one can follow the other."""

from pathlib import Path

from drivers.key_making import Algorithm
from provisioning.clock import now_utc
from provisioning.commands.desk import Commands, Options, add_command, answer, open_office
from provisioning.control_room import MAX_KEY_BYTES, new_signing_key, read_public_key, signing_key_of
from provisioning.errors import RefusedError
from provisioning.handed_in import read_handed_in
from provisioning.office import CONTROL_ROOM_KEYS, DEVICE_KEYS, Office


def add(commands: Commands) -> None:
    text = "the control room's signing keys: list them, add the next one, retire the last one; write the JWKS files"
    command = add_command(commands, "jwks", text, run)
    change = command.add_mutually_exclusive_group()
    change.add_argument("--new", action="store_true", help="make the next key here")
    change.add_argument("--add", type=Path, metavar="FILE", help="the control room has made it: its public key (PEM)")
    change.add_argument("--retire", metavar="KID", help="believe it no longer; its first characters are enough")


def run(options: Options) -> int:
    with open_office(options) as office:
        _change(office, options)
        office.publish(now_utc())
        keys = office.registry.signing_keys()
    rows = [{"kid": key.kid, "added": f"{key.added:%Y-%m-%d}", "is_valid": key.retired is None} for key in keys]
    lines = [f"{key.kid}  since {key.added:%Y-%m-%d}  {_word(key.retired is None)}" for key in keys]
    files = [
        f"for devices: {options.office / CONTROL_ROOM_KEYS}",
        f"for the control room: {options.office / DEVICE_KEYS}",
    ]
    answer(options, rows, [*lines, *files])
    return 0


def _change(office: Office, options: Options) -> None:
    now = now_utc()
    if options.new:
        _check_room(office)
        office.registry.add_signing_key(new_signing_key(Algorithm.ED25519, office.folder, now), now)
    elif options.add is not None:
        public_key = read_public_key(read_handed_in(options.add, MAX_KEY_BYTES), str(options.add))
        office.registry.add_signing_key(signing_key_of(public_key, now), now)
    elif options.retire is not None:
        office.registry.retire_signing_key(_whole(office, options.retire), now)


def _check_room(office: Office) -> None:
    """Before a key is made: the registry takes no third one, and a secret would lie about for nothing."""
    valid = [key.kid for key in office.registry.signing_keys() if key.retired is None]
    if len(valid) > 1:
        raise RefusedError(f"--new: {len(valid)} keys are valid, no more are allowed; --retire={valid[0]} first")


def _whole(office: Office, beginning: str) -> str:
    kids = [key.kid for key in office.registry.signing_keys() if key.kid.startswith(beginning)]
    if len(kids) == 1:
        return kids[0]
    found = "no key begins so" if not kids else f"{len(kids)} keys begin so"
    raise RefusedError(f"--retire {beginning[:60]!r}: {found}; allowed is the beginning of one: ansim-provision jwks")


def _word(is_valid: bool) -> str:
    return "valid" if is_valid else "retired"
