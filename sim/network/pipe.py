"""One connection through a faulty link: two sockets and what is on its way between them. Loop thread only."""

import asyncio
import random
import socket
import struct
from collections import deque
from dataclasses import dataclass, field
from typing import cast

# TCP waits this long before it sends a segment again for the first time (RFC 6298: Linux does not go below 200 ms), and
# twice as long each time that it is lost again.
_RESEND_S = 0.2
_MOST_LOSSES = 8


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a link treats what is given to it. `up` is from the device to the broker."""

    passes_up: bool = True
    passes_down: bool = True
    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0
    """The share of pieces that get lost on their way, and come late for it: TCP sends them again."""


@dataclass(slots=True)
class Tally:
    """Bytes delivered in one direction."""

    size_bytes: int = 0


@dataclass(slots=True)
class Traffic:
    """What all connections of a link share: totals, and the list of those that are open."""

    connections: int = 0
    up: Tally = field(default_factory=Tally)
    down: Tally = field(default_factory=Tally)
    open_now: "set[Connection]" = field(default_factory=set)


class Connection:
    """From the device's end, which comes first, to the broker's, which is dialled once something may pass."""

    def __init__(self, target: tuple[str, int], traffic: Traffic, jitter: random.Random, conduct: Conduct) -> None:
        self._target = target
        self._traffic = traffic
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._dialling: asyncio.Task[None] | None = None
        self._dialled = False
        self._upward = _Pipe(jitter, traffic.up)
        self._downward = _Pipe(jitter, traffic.down)
        self._device = _End(self, reads_into=self._upward, is_fed_by=self._downward)
        self._broker = _End(self, reads_into=self._downward, is_fed_by=self._upward)
        self._conduct = conduct
        self.behave(conduct)

    @property
    def device_end(self) -> asyncio.Protocol:
        """For the listening socket."""
        return self._device

    def behave(self, conduct: Conduct) -> None:
        """From now on; what is on its way already keeps its delay."""
        self._conduct = conduct
        self._upward.behave(conduct, passes=conduct.passes_up)
        self._downward.behave(conduct, passes=conduct.passes_down)
        self._dial()

    def reset(self) -> asyncio.Future[None]:
        """RST to both sides; done when both sockets are closed."""
        if self._dialling is not None:
            self._dialling.cancel()
        self._device.reset()
        self._broker.reset()
        return self._gone

    def opened(self) -> None:
        """An end has its socket."""
        self._traffic.open_now.add(self)
        self._dial()

    def closed(self) -> None:
        """An end has lost its socket."""
        if self._dialling is None and not self._device.is_open and not self._broker.is_open:
            self._traffic.open_now.discard(self)
            if not self._gone.done():
                self._gone.set_result(None)

    def _dial(self) -> None:
        wanted = self._conduct.passes_up or self._conduct.passes_down
        if wanted and self._device.is_open and not self._dialled:
            self._dialled = True
            self._dialling = asyncio.create_task(self._reach_broker())
            # Not in the task itself: one that is cancelled before it began never runs a line.
            self._dialling.add_done_callback(self._dialled_out)

    async def _reach_broker(self) -> None:
        loop = asyncio.get_running_loop()
        # Only with the protocol named does asyncio switch Nagle off, which would hold small packets for 40 ms.
        sock = socket.socket(proto=socket.IPPROTO_TCP)
        sock.setblocking(False)
        # Until there is a transport, giving up is a reset.
        _reset_on_close(sock, on=True)
        try:
            await loop.sock_connect(sock, self._target)
            await loop.create_connection(lambda: self._broker, sock=sock)
            _reset_on_close(sock, on=False)
        except OSError:
            self._device.reset()
        finally:
            if not self._broker.is_open:
                sock.close()

    def _dialled_out(self, _: asyncio.Task[None]) -> None:
        self._dialling = None
        self.closed()


class _Pipe:
    """One direction: pieces wait here until they are due and may pass."""

    def __init__(self, jitter: random.Random, tally: Tally) -> None:
        self._jitter = jitter
        self._tally = tally
        self._loop = asyncio.get_running_loop()
        self._conduct = Conduct()
        self._passes = True
        self._sink_is_full = False
        # None stands for the end of the stream.
        self._pieces: deque[tuple[float, bytes | None]] = deque()
        self._last_due_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.source: asyncio.Transport | None = None
        self.sink: asyncio.Transport | None = None

    def behave(self, conduct: Conduct, *, passes: bool) -> None:
        self._conduct = conduct
        self._passes = passes
        self.pump()

    def put(self, piece: bytes | None) -> None:
        delay_s = self._conduct.delay_s + self._conduct.jitter_s * self._jitter.random() + self._stall_s()
        self._last_due_s = max(self._last_due_s, self._loop.time() + delay_s)
        self._pieces.append((self._last_due_s, piece))
        self.pump()

    def _stall_s(self) -> float:
        stall_s = 0.0
        for attempt in range(_MOST_LOSSES if self._conduct.loss else 0):
            if self._jitter.random() >= self._conduct.loss:
                break
            stall_s += _RESEND_S * 2**attempt
        return stall_s

    def hold_back(self, *, sink_is_full: bool) -> None:
        self._sink_is_full = sink_is_full
        self._steer()

    def pump(self) -> None:
        """Deliver what may go, and come back for the rest."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._pieces and self._passes and self.sink is not None:
            due_s, piece = self._pieces[0]
            if due_s > self._loop.time():
                self._timer = self._loop.call_at(due_s, self.pump)
                break
            self._pieces.popleft()
            self._deliver(self.sink, piece)
        self._steer()

    def forget(self) -> None:
        """The sink is gone: nothing can arrive any more."""
        self.sink = None
        self._pieces.clear()
        self.pump()

    def _deliver(self, sink: asyncio.Transport, piece: bytes | None) -> None:
        if piece is None:
            sink.close()
        else:
            sink.write(piece)
            self._tally.size_bytes += len(piece)

    def _steer(self) -> None:
        """Read only what can go on. What is not read stays with the sender's kernel, as if it were not acknowledged."""
        if self.source is None:
            return
        if self._passes and self.sink is not None and not self._sink_is_full:
            self.source.resume_reading()
        else:
            self.source.pause_reading()


class _End(asyncio.Protocol):
    """One of the two sockets."""

    def __init__(self, connection: Connection, *, reads_into: _Pipe, is_fed_by: _Pipe) -> None:
        self._connection = connection
        self._out = reads_into
        self._in = is_fed_by
        self._transport: asyncio.Transport | None = None

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    def reset(self) -> None:
        if self._transport is not None:
            _reset_on_close(self._transport.get_extra_info("socket"), on=True)
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = self._out.source = self._in.sink = cast(asyncio.Transport, transport)
        self._connection.opened()
        self._out.pump()
        self._in.pump()

    def data_received(self, data: bytes) -> None:
        self._out.put(data)

    def pause_writing(self) -> None:
        self._in.hold_back(sink_is_full=True)

    def resume_writing(self) -> None:
        self._in.hold_back(sink_is_full=False)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - both kinds of end pass on as an end
        self._transport = self._out.source = None
        self._in.forget()
        self._out.put(None)
        self._connection.closed()


def _reset_on_close(sock: socket.socket, *, on: bool) -> None:
    """SO_LINGER of zero seconds: close sends RST and throws away what was not sent."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", on, 0))
