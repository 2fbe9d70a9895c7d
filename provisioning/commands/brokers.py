"""`broker`: the folder that a Mosquitto is started with, written and proved."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from provisioning.authority.requests import MAX_BYTES, read_server_request
from provisioning.broker.check import folder_faults
from provisioning.broker.config import CONFIG_FILE, CRL_FILE, PID_FILE, Setup
from provisioning.broker.folder import write_folder
from provisioning.broker.reload import reload_broker
from provisioning.broker.server_files import read_crl
from provisioning.broker.trial import find_mosquitto
from provisioning.clock import now_utc
from provisioning.commands.arguments import printable, whole
from provisioning.commands.desk import (
    Commands,
    Options,
    add_command,
    answer,
    complain,
    needs_passphrase,
    open_office,
    unlock,
)
from provisioning.handed_in import read_handed_in
from provisioning.model import Broker
from provisioning.office import Office

EX_CONFIG = 78


def add(commands: Commands) -> None:
    command = add_command(commands, "broker", "write the folder that a Mosquitto is started with, and prove it", write)
    needs_passphrase(command)
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument(
        "--host", action="append", required=True, metavar="NAME", help="the broker's name or address; again for another"
    )
    command.add_argument("--port", type=whole(1, 65535), default=8883, metavar="P", help="default: 8883")
    command.add_argument("--bind", metavar="ADDRESS", help="listen on this address only")
    command.add_argument("--user", default="mosquitto", help="whom the broker runs as (default: mosquitto)")
    command.add_argument(
        "--reload",
        type=printable,
        default="",
        metavar="COMMAND",
        help="makes the broker read its folder again (default: a signal)",
    )
    command.add_argument("--request", type=Path, metavar="FILE", help="the broker has made its own key (PKCS#10)")
    command.add_argument("--check", action="store_true", help="write nothing; only look for faults")


def write(options: Options) -> int:
    with open_office(options) as office:
        setup = Setup(
            options.folder.resolve(),
            tuple(options.host),
            options.port,
            options.bind,
            office.control_room,
            options.user,
        )
        if not options.check:
            _write(office, setup, options)
        faults = folder_faults(setup, office.ca_pem.decode("ascii"), _crl(office), now_utc(), find_mosquitto())
    for fault in faults:
        complain(fault)
    verdict = "not good" if faults else f"good; start it with mosquitto -c {setup.folder / CONFIG_FILE}"
    answer(options, {"folder": str(setup.folder), "faults": faults}, [f"{setup.folder}: {verdict}"])
    return EX_CONFIG if faults else 0


def _write(office: Office, setup: Setup, options: Options) -> None:
    """The folder, and the registry's note of it. A broker that runs already reads its folder again."""
    now = now_utc()
    public_key = None
    if options.request is not None:
        data = read_handed_in(options.request, MAX_BYTES)
        public_key = read_server_request(data, str(options.request))
    authority = unlock(office, options)
    write_folder(
        setup,
        authority,
        _crl(office),
        lambda certificate: office.registry.add_certificate(certificate, now),
        now,
        public_key=public_key,
    )
    broker = Broker(setup.names[0], setup.port, str(setup.folder), options.reload)
    office.registry.put_broker(broker, now)
    if broker.reload or (setup.folder / PID_FILE).exists():
        reload_broker(broker)


def _crl(office: Office) -> bytes:
    return read_crl(office.folder / CRL_FILE).public_bytes(Encoding.PEM)
