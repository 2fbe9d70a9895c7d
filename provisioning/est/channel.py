"""TLS on one accepted socket, for an asyncio loop.

Not asyncio's own TLS: on Python 3.11 it drops the alert of a failed handshake (python/cpython#98078), so that a device
whose certificate is revoked would see nothing but a lost connection. It also takes 256 KiB per connection.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from cryptography import x509

_T = TypeVar("_T")

_CHUNK_BYTES = 16 * 1024
_LINGER_S = 1.0
_LINGER_BYTES = 1024 * 1024


class Channel:
    """The bytes that TLS carries. The loop's thread only. OSError (ssl.SSLError among them) when it breaks."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        """connection: accepted, non-blocking; closed with the channel."""
        self._connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def handshake(self) -> x509.Certificate | None:
        """The client's certificate, if it showed one. The client has been told why, when this raises ssl.SSLError."""
        await self._drive(self._tls.do_handshake)
        shown = self._tls.getpeercert(binary_form=True)
        return None if shown is None else x509.load_der_x509_certificate(shown)

    async def read(self) -> bytes:
        """What has come, at least one byte; b"" when the client has ended."""
        try:
            return await self._drive(lambda: self._tls.read(_CHUNK_BYTES))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    async def write(self, data: bytes) -> None:
        """Returns when the kernel has all of it."""
        await self._drive(lambda: self._tls.write(data))

    async def end(self) -> None:
        """Say that there will be no more, and wait a moment for the client to take what was sent.

        A socket that is closed with unread bytes resets the connection, and the last answer may be lost with it.
        """
        try:
            async with asyncio.timeout(_LINGER_S):
                await self._say_goodbye()
                await self._drain()
        except (OSError, TimeoutError):
            pass  # the client has gone already, or has no time: either is fine

    def close(self) -> None:
        self._connection.close()

    async def _drive(self, step: Callable[[], _T]) -> _T:
        """Do a step of TLS, with as much reading and writing as it needs."""
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
                await self._fill()
            except ssl.SSLError:
                await self._flush()
                raise
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await asyncio.get_running_loop().sock_sendall(self._connection, self._outgoing.read())

    async def _fill(self) -> None:
        data = await asyncio.get_running_loop().sock_recv(self._connection, _CHUNK_BYTES)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _say_goodbye(self) -> None:
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            pass  # the client's own goodbye is not waited for; without a handshake there is none to say
        await self._flush()
        self._connection.shutdown(socket.SHUT_WR)

    async def _drain(self) -> None:
        left = _LINGER_BYTES
        while left > 0 and (data := await asyncio.get_running_loop().sock_recv(self._connection, _CHUNK_BYTES)):
            left -= len(data)
