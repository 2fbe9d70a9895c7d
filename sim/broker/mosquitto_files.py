"""Configuration of a Mosquitto that serves devices as docs/protocol.md says. Pure: text only."""

from pathlib import Path

from sim.broker.server_tls import ServerTls

# The default of 1,000 per client would lose events for a control room that is away while an outage test runs.
_MAX_QUEUED_MESSAGES = 10_000


def config_text(
    folder: Path,
    *,
    user: str,
    plain_port: int | None,
    tls_port: int | None,
    tls: ServerTls | None,
    persistence: bool,
    acl: bool,
) -> str:
    """What `mosquitto -c` reads. `folder` holds the access list and the saved state; `user` is who it runs as."""
    lines = [
        "per_listener_settings false",
        f"user {user}",
        "allow_anonymous true",
        # Without it Nagle and delayed acknowledgements add 40 ms to each TLS 1.3 connect and each round trip.
        "set_tcp_nodelay true",
        f"max_queued_messages {_MAX_QUEUED_MESSAGES}",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "log_type information",
    ]
    if persistence:
        lines += ["persistence true", f"persistence_location {folder}/"]
    if acl:
        lines += [f"acl_file {folder / 'acl'}"]
    if plain_port is not None:
        lines += [f"listener {plain_port} 127.0.0.1"]
    if tls is not None:
        lines += [f"listener {tls_port} 127.0.0.1", *_tls_lines(tls)]
    return "\n".join(lines) + "\n"


def _tls_lines(tls: ServerTls) -> list[str]:
    lines = [
        f"cafile {tls.ca}",
        f"certfile {tls.certificate}",
        f"keyfile {tls.key}",
        "require_certificate true",
        "use_identity_as_username true",
        # Ends the take-over of a device's session by another device that uses its client id.
        "use_username_as_clientid true",
    ]
    if tls.crl is not None:
        lines += [f"crlfile {tls.crl}"]
    return lines
