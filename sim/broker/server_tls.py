"""What a broker's TLS listener is made of: files, as an operator would have them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerTls:
    """PEM files of a listener that asks every client for a certificate signed by `ca`."""

    ca: Path
    certificate: Path
    """The server's own, followed by its issuers up to (not including) the root."""
    key: Path
    crl: Path | None = None
