"""`trial`: a whole office in a second, to play with: authority, broker's folder, and an answer to each request."""

import secrets
from pathlib import Path

from drivers.files import Files
from provisioning.authority.requests import MAX_BYTES, read_request
from provisioning.broker.config import CRL_FILE, Setup
from provisioning.broker.folder import write_folder
from provisioning.clock import now_utc
from provisioning.commands.arguments import whole
from provisioning.commands.desk import Commands, Options, add_command, answer, login
from provisioning.commands.enrol import hand_out, sign_request
from provisioning.commands.init import found_office
from provisioning.errors import RefusedError
from provisioning.handed_in import read_handed_in
from provisioning.model import Broker, Plan, Site
from provisioning.office import Office

PASSPHRASE = "passphrase"  # noqa: S105 - the name of the file
BROKER = "broker"
_CONTROL_ROOM = "control-room"
# A pass phrase of 256 random bits is not found by trying, however cheap a try is.
_ROUNDS = 1_000


def add(commands: Commands) -> None:
    command = add_command(commands, "trial", "a whole office in a second, for trials: never for a real store", run)
    command.add_argument("requests", nargs="*", type=Path, metavar="FILE", help="requests to answer (PKCS#10)")
    command.add_argument("--host", default="127.0.0.1", metavar="NAME", help="the broker's (default: 127.0.0.1)")
    command.add_argument("--port", type=whole(1, 65535), default=8883, metavar="P", help="the broker's (default: 8883)")


def run(options: Options) -> int:
    requests = [(path, read_request(read_handed_in(path, MAX_BYTES), str(path))) for path in options.requests]
    devices = _devices([request.subject for _, request in requests])
    setup = Setup(
        (options.office / BROKER).resolve(), (options.host,), options.port, control_room=_CONTROL_ROOM, user=login()
    )
    secret = secrets.token_urlsafe(32).encode("ascii")
    est = f"https://[{options.host}]:8443" if ":" in options.host else f"https://{options.host}:8443"
    now = now_utc()
    with found_office(options.office, "Ansim trial", est, _CONTROL_ROOM, secret, rounds=_ROUNDS) as office:
        Files().write(office.folder / PASSPHRASE, secret + b"\n", 0o600)
        authority = office.unlock(secret)
        office.registry.apply([Plan(Site(each, each), (each,)) for each in devices], now)
        crl = read_handed_in(office.folder / CRL_FILE, MAX_BYTES)
        write_folder(setup, authority, crl, lambda made: office.registry.add_certificate(made, now), now)
        office.registry.put_broker(Broker(options.host, options.port, str(setup.folder), ""), now)
        for path, request in requests:
            hand_out(office, authority, sign_request(office, authority, request, now), path.parent)
        office.publish(now)
        line = f"{office.folder}: an office for trials; devices: {', '.join(devices) or 'none'}"
        answer(options, _told(office, devices), [line])
    return 0


def _devices(subjects: list[str]) -> list[str]:
    twice = sorted({each for each in subjects if subjects.count(each) > 1})
    if twice:
        raise RefusedError(f"{twice[0]}: two requests; allowed is one for each device")
    return [each for each in subjects if each != _CONTROL_ROOM]


def _told(office: Office, devices: list[str]) -> dict[str, object]:
    return {"office": str(office.folder), "fingerprint": office.fingerprint, "devices": devices}
