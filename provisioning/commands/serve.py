"""`serve`: the enrolment service that devices reach over the network."""

import logging
import signal

from provisioning.broker.config import CRL_FILE
from provisioning.clock import now_utc
from provisioning.commands.arguments import whole
from provisioning.commands.desk import Commands, Options, add_command, needs_passphrase, open_office, unlock
from provisioning.est.server import Server
from provisioning.est.service import Service
from provisioning.est.tls import TlsFiles
from provisioning.est_files import CERTIFICATE, FOLDER, KEY, certify_est
from provisioning.office import CA
from provisioning.revocation import refresh_crl

_LOG = logging.getLogger(__name__)

DEFAULT_PORT = 8443


def add(commands: Commands) -> None:
    command = add_command(commands, "serve", "let devices enrol and renew over HTTPS (EST, RFC 7030)", run)
    needs_passphrase(command)
    command.add_argument("--host", default="::", metavar="ADDRESS", help="the address to listen on (default: all)")
    command.add_argument(
        "--port", type=whole(0, 65535), default=DEFAULT_PORT, metavar="P", help=f"default: {DEFAULT_PORT}"
    )


def run(options: Options) -> int:
    logging.getLogger("provisioning").setLevel(logging.INFO)
    with open_office(options) as office:
        authority = unlock(office, options)
        place = office.folder / FOLDER

        def keep_up() -> None:
            """Nobody shall be locked out because somebody has forgotten a list."""
            now = now_utc()
            certify_est(office.folder, authority, office.registry, office.est, now)
            for each in refresh_crl(authority, office.registry, office.folder, now):
                if each.fault is not None:
                    _LOG.error("%s", each.fault)

        keep_up()
        server = Server(
            Service(authority, office.registry, office.enrolment(authority)),
            TlsFiles(place / CERTIFICATE, place / KEY, office.folder / CA, office.folder / CRL_FILE),
            options.host,
            options.port,
            on_issued=lambda: office.publish(now_utc()),
            on_upkeep=keep_up,
            on_started=lambda port: print(f"devices enrol at {office.est}; listening on port {port}", flush=True),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stop())
        server.run()
    return 0
