"""The socket under one MQTT connection: sees every byte, keeps the reason of its end."""

import socket
import ssl
import struct

from drivers.mqtt.packet_guard import PacketGuard
from drivers.mqtt.tls import tls_reason
from drivers.ports import Clock

# One TLS record (RFC 8446 §5.1) at a time: what TLS has decrypted is then always read in one go.
_READ_BYTES = 16 * 1024
# A long message that is being thrown away must not keep the thread from everything else.
_READS_AT_ONCE = 16


class Wire:
    """A connected socket in the shape in which our MQTT library takes one. One thread; never blocks."""

    def __init__(self, sock: socket.socket, guard: PacketGuard, clock: Clock) -> None:
        self._sock = sock
        self._guard = guard
        self._clock = clock
        self._ready = b""
        self._at = 0
        self.failure: str | None = None
        """Why nothing can be read or written any more."""
        self.cut_by_peer = False
        """The other side closed or reset the connection, without a TLS alert."""
        self.last_in_ns = clock.monotonic_ns()
        self.last_out_ns = self.last_in_ns

    @property
    def has_input(self) -> bool:
        """Something waits here, where polling the socket does not see it: bytes, or the fault behind them."""
        if self._at < len(self._ready) or self._guard.fault is not None:
            return True
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def fileno(self) -> int:
        return self._sock.fileno()

    def setblocking(self, flag: bool) -> None:
        """Part of the shape; the socket does not block, whatever is asked."""

    def recv(self, buffer_size: int) -> bytes:
        """Up to `buffer_size` bytes, none at the end. BlockingIOError when there are none yet, OSError at a failure."""
        if self._at == len(self._ready):
            self._at, self._ready = 0, self._read()
        chunk = self._ready[self._at : self._at + buffer_size]
        self._at += len(chunk)
        return chunk

    def send(self, buffer: bytes | bytearray) -> int:
        """Bytes taken. BlockingIOError when none can be taken now, OSError at a failure."""
        try:
            sent = self._sock.send(buffer)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None
        except BlockingIOError:
            raise
        except OSError as fault:
            self._fail_in_the_words_of_the_peer(fault)
            raise
        self.last_out_ns = self._clock.monotonic_ns()
        return sent

    def allow_silence(self, limit_ms: int) -> None:
        """Let the kernel give up when sent bytes stay unacknowledged for so long (tcp(7), TCP_USER_TIMEOUT)."""
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit_ms)

    def close(self) -> None:
        self._sock.close()

    def abort(self) -> None:
        """Close without a word more: what was not sent yet never will be."""
        if self._sock.fileno() >= 0:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def _read(self) -> bytes:
        for _ in range(_READS_AT_ONCE):
            if self._guard.fault is not None:
                self.failure = self._guard.fault
                raise ConnectionAbortedError(self.failure)
            try:
                data = self._sock.recv(_READ_BYTES)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise BlockingIOError from None
            except BlockingIOError:
                raise
            except OSError as fault:
                self._fail(fault)
                raise
            if not data:
                self.failure, self.cut_by_peer = "closed by the broker", True
                return b""
            self.last_in_ns = self._clock.monotonic_ns()
            passed = self._guard.feed(data)
            if passed:
                return passed
        raise BlockingIOError

    def _fail(self, fault: OSError) -> None:
        if isinstance(fault, ssl.SSLError):
            self.failure = tls_reason(fault)
        else:
            self.failure = (fault.strerror or str(fault)).lower()
            self.cut_by_peer = isinstance(fault, ConnectionResetError | BrokenPipeError)

    def _fail_in_the_words_of_the_peer(self, fault: OSError) -> None:
        """A TLS alert, such as "certificate revoked", may still wait to be read when sending fails already."""
        try:
            self._read()
        except OSError:
            pass
        if self.failure is None:
            self._fail(fault)
