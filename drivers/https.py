"""One question to the office over HTTPS, and its answer: bounded in size and time. No redirect, no proxy.

Bounds: an answer of 256 KiB, head and all; 10 s for a step, 60 s for an answer.
"""

import io
import re
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from enum import Enum, auto
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead, RemoteDisconnected

from drivers.errors import DriverError
from drivers.est_address import parse_est

MAX_BYTES = 256 * 1024
"""Authorities and keys are a hundredth of it."""
STEP_TIMEOUT_S = 10.0
TOTAL_TIMEOUT_S = 60.0

_MAX_WORDS = 200
_ALERT = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_ALERT_(\w+)")
# OpenSSL: X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED.
_CLOCK_CODES = {9, 10}
# Nothing is wrong with the request: later it may be answered.
_LATER = {HTTPStatus.ACCEPTED, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class Fault(Enum):
    """What the caller can do: try later, ask the office, or look who it is that answers there."""

    UNREACHED = auto()
    REFUSED = auto()
    UNBELIEVABLE = auto()


class EstError(DriverError):
    """Nothing was had from the office. One line: the address, what is wrong, in its words if it said any."""

    def __init__(self, message: str, fault: Fault) -> None:
        super().__init__(message)
        self.fault = fault


class Https:
    """One thread. A connection for each question."""

    def __init__(
        self,
        url: str,
        now: datetime,
        step_timeout_s: float = STEP_TIMEOUT_S,
        total_timeout_s: float = TOTAL_TIMEOUT_S,
    ) -> None:
        """url: as `parse_est` takes it. now: what the clock says, for people; TLS looks at it for itself."""
        self._url = url
        self._host, self._port = parse_est(url)
        self._now = now
        self._step_timeout_s = step_timeout_s
        self._total_timeout_s = total_timeout_s

    def ask(
        self,
        context: ssl.SSLContext,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> bytes:
        """The body of an answer with status 200. Raises EstError."""
        connection = HTTPSConnection(self._host, self._port, timeout=self._step_timeout_s, context=context)
        try:
            connection.connect()
            # Whoever closes before he has heard it all may have said why.
            with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
                connection.request(method, path, body, {"Connection": "close", **(headers or {})})
            response = HTTPResponse(self._bounded(connection.sock), method=method)
            with response:
                response.begin()
                content = response.read()
        except (IncompleteRead, RemoteDisconnected):
            raise EstError(
                f"{self._url}: not reached: the connection ended before the answer", Fault.UNREACHED
            ) from None
        except _TooMuch:
            raise self.unbelievable(f"answered with more than {MAX_BYTES} bytes") from None
        except HTTPException as error:
            raise self.unbelievable(f"does not speak HTTP: {_one_line(str(error)) or type(error).__name__}") from None
        except OSError as error:
            raise self._failed(error) from None
        finally:
            connection.close()
        self._check_status(response, content)
        return content

    def _bounded(self, connection: ssl.SSLSocket) -> socket.socket:
        until_s = time.monotonic() + self._total_timeout_s
        # HTTPResponse asks for nothing but makefile.
        return _Bounded(connection, until_s, self._step_timeout_s)  # type: ignore[return-value]

    def _check_status(self, response: HTTPResponse, content: bytes) -> None:
        status = response.status
        if status == HTTPStatus.OK:
            return
        words = _one_line(content.decode("utf-8", "replace")) or f"HTTP status {status}"
        if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise EstError(f"{self._url}: not now: {words}", Fault.UNREACHED)
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED} or status < HTTPStatus.BAD_REQUEST:
            raise self.unbelievable(f"is no enrolment service: HTTP status {status}")
        raise EstError(f"{self._url}: refused: {words}", Fault.REFUSED)

    def _failed(self, error: OSError) -> EstError:
        if isinstance(error, ssl.SSLCertVerificationError):
            return self.unbelievable(f"certificate of the office: {self._disbelief(error)}")
        if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
            reason = error.reason or "unknown reason"
            alert = _ALERT.fullmatch(reason)
            words = (alert[1] if alert else reason).replace("_", " ").lower()
            if alert:
                return EstError(f"{self._url}: refused in TLS: {words}", Fault.REFUSED)
            return self.unbelievable(f"TLS failed: {words}")
        return EstError(f"{self._url}: not reached: {_why(error)}", Fault.UNREACHED)

    def _disbelief(self, error: ssl.SSLCertVerificationError) -> str:
        said = error.verify_message.rstrip(".")
        if error.verify_code in _CLOCK_CODES:
            return f"{said}: is the clock right? it says {self._now:%Y-%m-%d %H:%M} UTC"
        return said

    def unbelievable(self, text: str) -> EstError:
        """What to raise of an answer that makes no sense."""
        return EstError(f"{self._url}: {text}", Fault.UNBELIEVABLE)


class _TooMuch(Exception):
    """The answer is longer than any that can be right."""


class _Bounded(io.RawIOBase):
    """What a connection sends, up to a length and a time. TimeoutError beyond the one, _TooMuch beyond the other."""

    def __init__(self, connection: ssl.SSLSocket, until_s: float, step_s: float) -> None:
        super().__init__()
        self._connection = connection
        self._until_s = until_s
        self._step_s = step_s
        self._left_bytes = MAX_BYTES

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        left_s = self._until_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._connection.settimeout(min(self._step_s, left_s))
        count = self._connection.recv_into(buffer)
        self._left_bytes -= count
        if self._left_bytes < 0:
            raise _TooMuch
        return count


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLEOFError):
        return "the connection ended in the TLS handshake"
    return _one_line(error.strerror or str(error))


def _one_line(text: str) -> str:
    """The first line, printable, at most _MAX_WORDS characters."""
    first = next((line for line in text.splitlines() if line.strip()), "").strip()
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in first[:_MAX_WORDS])
