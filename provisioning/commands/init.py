"""`init`: an empty folder becomes an office."""

from pathlib import Path

from device.logic.device_id import DEVICE_ID_WORDS, is_device_id
from drivers.est_address import EST_WORDS, parse_est
from drivers.jwk import PublicKey
from drivers.key_making import Algorithm
from provisioning.authority.authority import Authority
from provisioning.authority.keys import KDF_ROUNDS
from provisioning.authority.server_names import check_server_names
from provisioning.clock import now_utc
from provisioning.commands.desk import (
    Commands,
    Options,
    actor,
    add_command,
    answer,
    needs_passphrase,
    passphrase,
)
from provisioning.control_room import MAX_KEY_BYTES, new_signing_key, read_public_key, signing_key_of
from provisioning.errors import OfficeError, RefusedError
from provisioning.est_files import certify_est
from provisioning.handed_in import read_handed_in
from provisioning.office import REGISTRY, Office
from provisioning.registry.registry import Registry
from provisioning.revocation import refresh_crl


def add(commands: Commands) -> None:
    command = add_command(commands, "init", "make the authority, the registry and the control room's first key", run)
    needs_passphrase(command)
    command.add_argument("--name", required=True, help='whose office it is, as in "Seoul shelter stores"')
    command.add_argument("--est", required=True, metavar="URL", help="where devices enrol: https://HOST[:PORT]")
    command.add_argument(
        "--algorithm",
        choices=[each.value for each in Algorithm],
        default=Algorithm.P256.value,
        help="of the two authorities (default: P-256)",
    )
    command.add_argument(
        "--control-room", default="control-room", metavar="NAME", help="the control room's name at the broker"
    )
    command.add_argument(
        "--public-key", type=Path, metavar="FILE", help="the control room has made its own signing key (PEM)"
    )


def run(options: Options) -> int:
    found = options.public_key
    public_key = None if found is None else read_public_key(read_handed_in(found, MAX_KEY_BYTES), str(found))
    # Nobody shall type a pass phrase twice to be told that it was for nothing.
    _check(options.office, options.est, options.control_room)
    secret = passphrase(options, is_new=True)
    algorithm = Algorithm(options.algorithm)
    with found_office(
        options.office, options.name, options.est, options.control_room, secret, algorithm, public_key
    ) as office:
        fingerprint = office.fingerprint
    lines = [
        f"{options.office}: an office; devices enrol at {options.est}",
        f"fingerprint of the root: {fingerprint}",
        f"Put {options.office / 'root.p12'} away, on two sticks in two safes: it is needed again in ten years.",
    ]
    answer(options, {"office": str(options.office), "est": options.est, "fingerprint": fingerprint}, lines)
    return 0


def found_office(
    folder: Path,
    name: str,
    est: str,
    control_room: str,
    secret: bytes,
    algorithm: Algorithm = Algorithm.P256,
    public_key: PublicKey | None = None,
    rounds: int = KDF_ROUNDS,
) -> Office:
    """Make everything that an office has. public_key: the control room's; None makes one here. The caller closes it.

    OfficeError or RefusedError; an office that is there already is not touched.
    """
    _check(folder, est, control_room)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OfficeError(f"{folder}: cannot be made: {error.strerror}") from None
    now = now_utc()
    authority = Authority.create(folder, name, secret, now, algorithm, rounds)
    with Registry(folder / REGISTRY, actor()) as registry:
        for setting, value in (
            ("name", name),
            ("est", est.rstrip("/")),
            ("control_room", control_room),
            ("fingerprint", authority.fingerprint),
        ):
            registry.set_setting(setting, value, now)
        certify_est(folder, authority, registry, est, now)
        refresh_crl(authority, registry, folder, now)
        made = public_key is None
        key = new_signing_key(Algorithm.ED25519, folder, now) if public_key is None else signing_key_of(public_key, now)
        registry.add_signing_key(key, now)
        registry.note("founded", name, "control room's key made here" if made else "", now)
    with Office(folder, actor()) as office:
        office.publish(now)
    return Office(folder, actor())


def _check(folder: Path, est: str, control_room: str) -> None:
    """All that can be said before there is a pass phrase."""
    if (folder / REGISTRY).exists():
        raise OfficeError(f"{folder}: is an office already; allowed is another folder")
    try:
        host, _ = parse_est(est)
    except ValueError:
        raise RefusedError(f"--est {est[:80]!r}: allowed is {EST_WORDS}") from None
    try:
        # The service's certificate is made out to it.
        check_server_names([host.lower()])
    except RefusedError as error:
        raise RefusedError(f"--est: {error}") from None
    if not is_device_id(control_room):
        raise RefusedError(f"--control-room {control_room[:80]!r}: allowed are {DEVICE_ID_WORDS}")
