"""The server's TLS: its own certificate, whom it believes, and who is revoked, as the files say right now."""

import logging
import os
import ssl
from pathlib import Path

from provisioning.errors import OfficeError

_LOG = logging.getLogger(__name__)

_Stamp = tuple[tuple[int, int, int], ...]


class TlsFiles:
    """Makes a context from four files, and a new one when a file has been replaced: a CRL, or a renewed certificate.

    One thread. A device's certificate is optional in the handshake, but one that is shown must be good.
    """

    def __init__(self, certificate: Path, key: Path, ca: Path, crl: Path) -> None:
        """certificate: PEM, the server's and what stands above it. ca: PEM, issuing and root. Raises OfficeError."""
        self._certificate, self._key, self._ca, self._crl = certificate, key, ca, crl
        self._stamp = self._look()
        self._context = self._build()

    def context(self) -> ssl.SSLContext:
        """For the next connection. While the files cannot be used, the one before; that is logged once per change."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._context = self._build()
            except OfficeError as error:
                _LOG.error("%s; TLS goes on with what was read before", error)
            else:
                _LOG.info("TLS files were read again")
        return self._context

    def _look(self) -> _Stamp:
        return tuple(_stamp_of(path) for path in (self._certificate, self._key, self._ca, self._crl))

    def _build(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # A resumed session would not look at the CRL again.
        context.num_tickets = 0
        context.options |= ssl.OP_NO_TICKET
        context.set_alpn_protocols(["http/1.1"])
        try:
            # A pass phrase would be asked for on the terminal, by OpenSSL; nobody is there to type it.
            context.load_cert_chain(self._certificate, self._key, password=b"")
        except (ssl.SSLError, OSError) as error:
            raise OfficeError(f"{self._certificate} with {self._key}: {_why(error)}") from None
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        for path in (self._ca, self._crl):
            _load(context, path)
        return context


def _load(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(path)
    except (ssl.SSLError, OSError) as error:
        raise OfficeError(f"{path}: {_why(error)}") from None


def _why(error: OSError) -> str:
    """Of an SSLError, which is an OSError too, the number means something else."""
    if isinstance(error, ssl.SSLError):
        return f"cannot be used: {(error.reason or 'not PEM').replace('_', ' ').lower()}"
    return "missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {os.strerror(error.errno or 0)}"


def _stamp_of(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_ino, status.st_mtime_ns, status.st_size)
