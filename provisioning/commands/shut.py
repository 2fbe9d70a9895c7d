"""`revoke`, `retire` and `crl`: who is shut out, and how brokers hear of it."""

import time
from collections.abc import Sequence

from device.usage import Parser
from provisioning.clock import now_utc
from provisioning.commands.arguments import name
from provisioning.commands.desk import (
    Commands,
    Options,
    add_command,
    answer,
    complain,
    needs_passphrase,
    open_office,
    progress,
    unlock,
)
from provisioning.est_files import certify_est
from provisioning.model import Reason
from provisioning.revocation import LATE_AFTER_S, Delivery, Revocation, evict_late, refresh_crl, revoke

EX_CONFIG = 78
EX_UNAVAILABLE = 69
"""A broker has not been reached (sysexits.h); the rest is done. Repeat it when the broker is back."""

_REASONS = {
    "stolen": Reason.KEY_COMPROMISE,
    "lost": Reason.KEY_COMPROMISE,
    "replaced": Reason.SUPERSEDED,
}


def add(commands: Commands) -> None:
    command = add_command(commands, "revoke", "shut a device out, now: registry, brokers, control room", shut)
    needs_passphrase(command)
    command.add_argument("device", type=name, metavar="DEVICE")
    command.add_argument("--reason", choices=tuple(_REASONS), default="stolen", help="default: stolen")
    _add_no_wait(command)
    command = add_command(
        commands, "retire", "a device is taken down: as revoke, and it is not missed any more", retire
    )
    needs_passphrase(command)
    command.add_argument("device", type=name, metavar="DEVICE")
    _add_no_wait(command)
    command = add_command(commands, "replan", "a device that was shut out may be invited again, with a new key", replan)
    command.add_argument("device", type=name, metavar="DEVICE")
    command = add_command(commands, "crl", "a fresh revocation list for every broker; once a day", refresh)
    needs_passphrase(command)


def shut(options: Options) -> int:
    return _shut(options, _REASONS[options.reason])


def retire(options: Options) -> int:
    return _shut(options, Reason.CESSATION)


def _shut(options: Options, reason: Reason) -> int:
    now = now_utc()
    with open_office(options) as office:
        authority = unlock(office, options)
        done = revoke(
            authority,
            office.registry,
            office.folder,
            options.device,
            reason,
            now,
            publish=lambda: office.publish(now),
        )
    count = len(done.certificates)
    head = f"{options.device}: {count} {'certificate' if count == 1 else 'certificates'} revoked"
    status = _report(options, head, done.deliveries, {"device": options.device, "certificates": count})
    for fault in done.office_faults:
        complain(f"{fault}; repeat the command when there is room, or the control room does not hear of it")
        status = EX_CONFIG
    return status if options.no_wait else max(status, _look_again(options, done))


def _look_again(options: Options, done: Revocation) -> int:
    """Whoever had opened a connection before, and said nothing on it yet, is thrown out, too."""
    if not any(each.is_done for each in done.deliveries):
        return 0
    if not options.json:
        print(f"a connection that was opened before and is still silent is ended in {LATE_AFTER_S} s", flush=True)
    with progress("waiting for silent connections", LATE_AFTER_S) as step:
        for _ in range(LATE_AFTER_S):
            time.sleep(1)
            step()
    faults = [each.fault for each in evict_late(done) if each.fault is not None]
    for fault in faults:
        complain(fault)
    return EX_UNAVAILABLE if faults else 0


def _add_no_wait(command: Parser) -> None:
    text = "do not stay to end connections that were open and silent; the control room refuses what they say"
    command.add_argument("--no-wait", action="store_true", help=text)


def replan(options: Options) -> int:
    with open_office(options) as office:
        office.registry.replan(options.device, now_utc())
    answer(options, {"device": options.device}, [f"{options.device}: planned; ansim-provision enroll invites it"])
    return 0


def refresh(options: Options) -> int:
    now = now_utc()
    with open_office(options) as office:
        authority = unlock(office, options)
        certify_est(office.folder, authority, office.registry, office.est, now)
        deliveries = refresh_crl(authority, office.registry, office.folder, now)
    return _report(options, "a new revocation list", deliveries, {})


def _report(options: Options, head: str, deliveries: Sequence[Delivery], said: dict[str, object]) -> int:
    faults = [each.fault for each in deliveries if each.fault is not None]
    for fault in faults:
        complain(f"{fault}; repeat the command when it is back")
    brokers = {f"{each.broker.host}:{each.broker.port}": each.fault for each in deliveries}
    done = [broker for broker, fault in brokers.items() if fault is None]
    answer(options, {**said, "brokers": brokers}, [f"{head}; in force at {', '.join(done) or 'no broker'}"])
    return EX_UNAVAILABLE if faults else 0
