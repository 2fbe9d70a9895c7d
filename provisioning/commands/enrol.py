"""`enroll` and `sign`: two ways to a certificate, by network and by USB stick."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from device.usage import Parser
from drivers.files import Files
from provisioning.authority.authority import Authority
from provisioning.authority.requests import MAX_BYTES, Request, read_request
from provisioning.clock import now_utc
from provisioning.commands.arguments import name, whole
from provisioning.commands.desk import (
    Commands,
    Options,
    add_command,
    answer,
    needs_passphrase,
    open_office,
    unlock,
)
from provisioning.errors import OfficeError, RefusedError
from provisioning.handed_in import read_handed_in
from provisioning.invitation import MAX_TOKEN_DAYS, closed, invite
from provisioning.model import Certificate, Purpose
from provisioning.office import CA, CONTROL_ROOM_KEYS, Office

DEFAULT_HOURS = 72
_MAX_HOURS = MAX_TOKEN_DAYS * 24


def add(commands: Commands) -> None:
    command = add_command(commands, "enroll", "invite devices: a one-time token for each", invite_all)
    command.add_argument("devices", nargs="+", type=name, metavar="DEVICE")
    add_hours(command)
    text = "no token: the device will come with a USB stick; only print the line to type there"
    command.add_argument("--usb", action="store_true", help=text)
    command = add_command(
        commands, "sign", "sign a request that came on a USB stick, and put the answer beside it", sign
    )
    needs_passphrase(command)
    command.add_argument("requests", nargs="+", type=Path, metavar="FILE", help="as in store-0042.csr")


def add_hours(command: Parser) -> None:
    """How long a token is good."""
    text = f"how long the token is good (1–{_MAX_HOURS}, default: {DEFAULT_HOURS})"
    command.add_argument("--hours", type=whole(1, _MAX_HOURS), default=DEFAULT_HOURS, metavar="H", help=text)


def invite_all(options: Options) -> int:
    now = now_utc()
    with open_office(options) as office:
        devices = tuple(dict.fromkeys(options.devices))
        check_open(office, devices)
        if options.usb:
            labels = {each: str(office.label(each)) for each in devices}
            answer(options, {"labels": labels}, [_line(label, " --usb /media/stick") for label in labels.values()])
            return 0
        invitations = {each: str(office.label(each, new_token(office, each, options.hours))) for each in devices}
    until = now + timedelta(hours=options.hours)
    answer(
        options,
        {"labels": invitations, "until": f"{until:%Y-%m-%dT%H:%M:%SZ}"},
        [*map(_line, invitations.values()), f"good until {until:%Y-%m-%d %H:%M} UTC"],
    )
    return 0


def _line(label: str, more: str = "") -> str:
    """What an installer types, or pastes, at the device."""
    return f"sudo -u ansim ansim-agent enroll --config /etc/ansim/agent.toml{more} '{label}'"


def check_open(office: Office, devices: Iterable[str]) -> None:
    """RefusedError for the first that may not have a certificate: before others have lost the token they had."""
    for device in devices:
        fault = closed(office.registry, device)
        if fault is not None:
            raise RefusedError(f"{device}: {fault}")


def new_token(office: Office, device: str, hours: int, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A one-time token for one device, good from now on for so long."""
    return invite(office.registry, device, timedelta(hours=hours), now_utc(), random)


def sign(options: Options) -> int:
    requests = [(path, read_request(read_handed_in(path, MAX_BYTES), str(path))) for path in options.requests]
    now = now_utc()
    signed: list[Certificate] = []
    with open_office(options) as office:
        check_open(office, (each.subject for _, each in requests if each.subject != office.control_room))
        authority = unlock(office, options)
        for path, request in requests:
            signed.append(sign_request(office, authority, request, now))
            office.publish(now)
            hand_out(office, authority, signed[-1], path.parent)
    value = [{"subject": each.subject, "ends": f"{each.not_after:%Y-%m-%dT%H:%M:%SZ}"} for each in signed]
    answer(options, value, [f"{each.subject}: signed until {each.not_after:%Y-%m-%d}" for each in signed])
    return 0


def sign_request(office: Office, authority: Authority, request: Request, now: datetime) -> Certificate:
    """For a device, or for the control room's own connection to the brokers. Raises RefusedError."""
    if request.subject != office.control_room:
        return office.enrolment(authority).sign(request, now)
    certificate = authority.issue(request.public_key, request.subject, Purpose.CLIENT, now)
    office.registry.add_certificate(certificate, now)
    return certificate


def hand_out(office: Office, authority: Authority, certificate: Certificate, folder: Path) -> None:
    """Put all that its holder needs into a folder: chain, authorities, the control room's keys. OfficeError."""
    given = {
        f"{certificate.subject}.crt": authority.chain_pem(certificate).encode("ascii"),
        CA: office.ca_pem,
        CONTROL_ROOM_KEYS: office.control_room_keys,
    }
    try:
        for file, data in given.items():
            Files().write(folder / file, data, 0o644)
    except OSError as error:
        raise OfficeError(f"{folder}: cannot be written: {error.strerror}") from None
