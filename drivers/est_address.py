"""The address of the office's enrolment service, as it stands in the configuration and on labels. Pure."""

import re

EST_WORDS = "https://HOST or https://HOST:PORT"

MAX_CHARACTERS = 255 + len("https://:65535")
"""RFC 1035 §2.3.4: a host name is no longer."""

# IANA: https.
_DEFAULT_PORT = 443
_HOST = r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*"
_ADDRESS = re.compile(rf"https://(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?/?")


def parse_est(url: str) -> tuple[str, int]:
    """Host, without brackets, and port. ValueError, with what is allowed."""
    found = _ADDRESS.fullmatch(url) if len(url) <= MAX_CHARACTERS else None
    port = int(found["port"] or _DEFAULT_PORT) if found else 0
    if found is None or not 1 <= port <= 65535:
        raise ValueError(f"allowed is {EST_WORDS}")
    return found["host"].strip("[]"), port
