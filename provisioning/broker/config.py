"""What `mosquitto -c` reads at a broker that serves devices as docs/protocol.md says. Pure: text only.

For Mosquitto 2.0 and later.
"""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from device.logic.device_id import DEVICE_ID_WORDS, is_device_id
from provisioning.authority.server_names import check_server_names
from provisioning.errors import RefusedError

CONFIG_FILE = "mosquitto.conf"
ACL_FILE = "acl"
CA_FILE = "ca.crt"
CERTIFICATE_FILE = "server.crt"
KEY_FILE = "server.key"
CRL_FILE = "crl.pem"
DATA_FOLDER = "data"
# It is written when root has been left behind already, so it lies where the broker itself may write.
PID_FILE = f"{DATA_FOLDER}/mosquitto.pid"

MAX_CONNECTIONS = 10_000

# An envelope of 16 KiB (docs/protocol.md, "Envelope"), a topic, and in CONNECT names and properties beside it.
_MAX_PACKET_BYTES = 20 * 1024
# The default of 1,000 would lose events for a control room that is away for an hour.
_MAX_QUEUED_MESSAGES = 10_000
# One client's share on the wire; a device uses 20 of them, the control room all.
_MAX_IN_FLIGHT = 100
# What a power cut may take of sessions and last statuses; events are sent again until they have their receipt.
_AUTOSAVE_S = 60
# Over a long weekend a control room that stands still finds everything that came; after that devices send again.
_SESSIONS_EXPIRE = "7d"

_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Setup:
    """A broker's folder and what it is to do. RefusedError, in one line, for a value that cannot be.

    names: DNS names and addresses under which clients know it; the first is what it is checked by.
    bind: one address to listen on; None is all. user: who it runs as if it is started by root.
    """

    folder: Path
    names: tuple[str, ...]
    port: int = 8883
    bind: str | None = None
    control_room: str = "control-room"
    user: str = "mosquitto"
    max_connections: int = MAX_CONNECTIONS

    def __post_init__(self) -> None:
        check_server_names(self.names)
        if not self.folder.is_absolute() or not str(self.folder).isprintable():
            raise RefusedError(f"folder = {str(self.folder)[:80]!r}; allowed is an absolute path of printable text")
        if not 1 <= self.port <= 65_535:
            raise RefusedError(f"port = {self.port}; allowed are 1–65535")
        if self.bind is not None and not _is_address(self.bind):
            raise RefusedError(f"bind = {self.bind[:80]!r}; allowed is one IP address of the broker's machine")
        if not is_device_id(self.control_room):
            raise RefusedError(f"control room = {self.control_room[:80]!r}; allowed are {DEVICE_ID_WORDS}")
        if not _USER.fullmatch(self.user):
            raise RefusedError(f"user = {self.user[:80]!r}; allowed is the name of a user of the broker's machine")
        if not 1 <= self.max_connections <= 1_000_000:
            raise RefusedError(f"max_connections = {self.max_connections}; allowed are 1–1000000")


def config_text(setup: Setup, state: Path | None = None) -> str:
    """state: where sessions and the process id are kept, if not in the folder."""
    state = state or setup.folder
    lines = [
        "per_listener_settings false",
        f"user {setup.user}",
        f"pid_file {state / PID_FILE}",
        *_ACCESS,
        f"acl_file {setup.folder / ACL_FILE}",
        *_LIMITS,
        "persistence true",
        f"persistence_location {state / DATA_FOLDER}/",
        f"autosave_interval {_AUTOSAVE_S}",
        "autosave_on_changes false",
        f"persistent_client_expiration {_SESSIONS_EXPIRE}",
        *_LOG,
        f"listener {setup.port}" + (f" {setup.bind}" if setup.bind is not None else ""),
        f"max_connections {setup.max_connections}",
        *_tls_lines(setup.folder),
    ]
    return "\n".join(lines) + "\n"


_ACCESS = (
    "allow_anonymous false",
    "allow_zero_length_clientid false",
)
_LIMITS = (
    # Without it Nagle and delayed acknowledgements add 40 ms to each TLS 1.3 connect and each round trip.
    "set_tcp_nodelay true",
    f"max_packet_size {_MAX_PACKET_BYTES}",
    f"max_inflight_messages {_MAX_IN_FLIGHT}",
    f"max_queued_messages {_MAX_QUEUED_MESSAGES}",
)
_LOG = (
    "log_dest stderr",
    "log_type error",
    "log_type warning",
    "log_type notice",
    "log_type information",
    "connection_messages true",
)


def _tls_lines(folder: Path) -> list[str]:
    return [
        f"cafile {folder / CA_FILE}",
        f"certfile {folder / CERTIFICATE_FILE}",
        f"keyfile {folder / KEY_FILE}",
        f"crlfile {folder / CRL_FILE}",
        "require_certificate true",
        "use_identity_as_username true",
        # Ends the take-over of a device's session by another device that uses its client id.
        "use_username_as_clientid true",
        # This version only: 1.2 would show each device's name to whoever listens on the line.
        "tls_version tlsv1.3",
    ]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text
