"""A bad network between a device and a broker: a TCP proxy on loopback whose faults are switched while it runs.

What it cannot do, because the kernel speaks TCP for it: leave a SYN unanswered, drop or reorder single packets. In the
dark a connection attempt therefore succeeds at TCP and fails above; and with the broker down it succeeds and is reset.
"""

import asyncio
import itertools
import random
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sim.network.loop_thread import LoopThread
from sim.network.pipe import Conduct, Connection, Traffic

HOST = "127.0.0.1"
_BACKLOG = 100
# Between closing the listening socket and reserving its port somebody else may have it for a moment.
_BIND_ATTEMPTS = 500
_BIND_PAUSE_S = 0.01
# A flapping link keeps no time: each phase lasts between half and one and a half times what was asked for.
_FLAP_SPREAD = (0.5, 1.5)


@dataclass(frozen=True, slots=True)
class Counters:
    """What has gone through since the link was made. `up` is from the device to the broker."""

    connections: int
    """Accepted from the device, whether or not the broker was reached."""
    open_now: int
    bytes_up: int
    bytes_down: int


class FaultyLink:
    """Listens on `port`, passes everything to `target_port`, until told otherwise.

    Any thread may switch; a call returns when the fault is in force. Each fault replaces the one before, and `up` ends
    them all. What is held in the dark is not lost: it arrives late, as after retransmission, unless somebody hung up.
    """

    def __init__(self, target_port: int, *, seed: int | str = 0) -> None:
        """target_port: on loopback. seed: of jitter and flapping."""
        self._target_port = target_port
        self._random = random.Random(seed)
        self._traffic = Traffic()
        self._conduct = Conduct()
        self._switching = asyncio.Lock()
        self._calm = asyncio.Event()
        self._flapping: asyncio.Task[None] | None = None
        self._accepting: set[asyncio.Task[tuple[asyncio.Transport, asyncio.Protocol]]] = set()
        self._listening: socket.socket | None = None
        self._reserved: socket.socket | None = None
        self._port = 0
        self._thread = LoopThread("faulty-link")
        self._thread.call(self._listen())

    @property
    def port(self) -> int:
        """Where the device connects; the same for the life of the link."""
        return self._port

    def counters(self) -> Counters:
        """As of now."""
        return self._thread.call(self._count())

    def up(self) -> None:
        """All well: listening, passing, no delay."""
        self._thread.call(self._become(Conduct()))

    def refuse(self) -> None:
        """As with a broker that is down: open connections are reset, new ones refused."""
        self._thread.call(self._become(None))

    def black(self) -> None:
        """As with a router that has lost its way: connections stay, new ones are accepted, nothing passes."""
        self._thread.call(self._become(Conduct(passes_up=False, passes_down=False)))

    def half_open(self, *, passes_up: bool) -> None:
        """One direction only: from the device to the broker if `passes_up`, else from the broker to the device."""
        self._thread.call(self._become(Conduct(passes_up=passes_up, passes_down=not passes_up)))

    def slow(self, delay_ms: float, jitter_ms: float = 0.0) -> None:
        """Each piece takes delay_ms more, plus 0..jitter_ms at random, in each direction; order is kept."""
        self._thread.call(self._become(Conduct(delay_s=delay_ms / 1000, jitter_s=jitter_ms / 1000)))

    def lossy(self, loss: float) -> None:
        """Each piece gets lost with this probability, 0 to below 1, and comes once TCP has sent it again."""
        self._thread.call(self._become(Conduct(loss=loss)))

    def flap(self, period_s: float) -> None:
        """Go up and refuse in turn, about once per period_s, until told otherwise."""
        self._thread.call(self._flap(period_s))

    def reset(self) -> None:
        """Reset every open connection now; the link stays as it is otherwise."""
        self._thread.call(self._reset())

    def close(self) -> None:
        """Reset everything and end the thread."""
        self._thread.call(self._shut())
        self._thread.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _become(self, conduct: Conduct | None) -> None:
        """None: refuse."""
        async with self._switching:
            await self._stop_flapping()
            await self._switch(conduct)

    async def _switch(self, conduct: Conduct | None) -> None:
        if conduct is None:
            await self._unlisten()
            await self._reset()
            return
        self._conduct = conduct
        for connection in list(self._traffic.open_now):
            connection.behave(conduct)
        await self._listen()

    async def _flap(self, period_s: float) -> None:
        async with self._switching:
            await self._stop_flapping()
            self._flapping = asyncio.create_task(self._keep_flapping(period_s))

    async def _keep_flapping(self, period_s: float) -> None:
        for conduct in itertools.cycle((None, Conduct())):
            await self._switch(conduct)
            try:
                async with asyncio.timeout(period_s / 2 * self._random.uniform(*_FLAP_SPREAD)):
                    await self._calm.wait()
            except TimeoutError:
                continue
            return

    async def _stop_flapping(self) -> None:
        """Between two switches, never in the middle of one."""
        task, self._flapping = self._flapping, None
        if task is not None:
            self._calm.set()
            await task
            self._calm.clear()

    async def _listen(self) -> None:
        if self._listening is None:
            sock = self._reserved or await self._reserve()
            self._reserved = None
            sock.setblocking(False)
            sock.listen(_BACKLOG)
            asyncio.get_running_loop().add_reader(sock, self._accept, sock)
            self._listening = sock

    async def _unlisten(self) -> None:
        sock, self._listening = self._listening, None
        if sock is not None:
            asyncio.get_running_loop().remove_reader(sock)
            sock.close()
            self._reserved = await self._reserve()
        if self._accepting:
            await asyncio.wait(self._accepting)

    async def _reserve(self) -> socket.socket:
        """A socket that has the port but does not listen: connections are refused, and the port stays ours."""
        for attempt in range(1, _BIND_ATTEMPTS + 1):
            sock = socket.socket(proto=socket.IPPROTO_TCP)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((HOST, self._port))
            except OSError:
                sock.close()
                if attempt == _BIND_ATTEMPTS:
                    raise
                await asyncio.sleep(_BIND_PAUSE_S)
            else:
                self._port = sock.getsockname()[1]
                break
        return sock

    def _accept(self, listening: socket.socket) -> None:
        try:
            sock, _ = listening.accept()
        except (BlockingIOError, ConnectionAbortedError):  # it has gone again
            return
        sock.setblocking(False)
        self._traffic.connections += 1
        connection = Connection((HOST, self._target_port), self._traffic, self._random, self._conduct)
        attaching = asyncio.get_running_loop().connect_accepted_socket(lambda: connection.device_end, sock)
        task = asyncio.create_task(attaching)
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)

    async def _reset(self) -> None:
        gone = [connection.reset() for connection in list(self._traffic.open_now)]
        if gone:
            await asyncio.wait(gone)

    async def _count(self) -> Counters:
        seen = self._traffic
        return Counters(seen.connections, len(seen.open_now), seen.up.size_bytes, seen.down.size_bytes)

    async def _shut(self) -> None:
        await self._become(None)
        if self._reserved is not None:
            self._reserved.close()
