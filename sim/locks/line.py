"""An RS-485 line: a pair of wires, a host with an adapter, and boards of which one at a time can be heard."""

from collections.abc import Callable
from functools import partial
from random import Random

from sim.locks.boards.board import LockBoard
from sim.schedule import After

_S_NS = 1_000_000_000
# Start bit, eight bits, stop bit.
_BITS = 10


class _Talk:
    """Bytes on their way. `board` is None for the host."""

    __slots__ = ("begins_ns", "board", "data", "ends_ns")

    def __init__(self, board: LockBoard | None, data: bytes, begins_ns: int, ends_ns: int) -> None:
        self.board = board
        self.data = data
        self.begins_ns = begins_ns
        self.ends_ns = ends_ns


class Line:
    """Time on the wire is the bytes' own, at `baud`. Who talks at the same time spoils it for both. One thread.

    What is said arrives whole, at the end of its last byte: adapters deliver in bursts. Boards hear the host alone.
    """

    def __init__(self, baud: int, after: After, now_ns: Callable[[], int], random: Random) -> None:
        self.baud = baud
        self.boards: list[LockBoard] = []
        self.echoes = False
        """The adapter gives the host what it sends."""
        self.deliver: Callable[[bytes], None] = _drop
        """Called with what the host hears."""
        self._after = after
        self._now_ns = now_ns
        self._random = random
        self._byte_ns = _BITS * _S_NS // baud
        # Modbus over serial line 1.02, §2.5.1.1; the other families have no rule of their own.
        self._silence_ns = 35 * self._byte_ns // 10
        self._host_free_ns = 0
        self._air: list[_Talk] = []

    def attach(self, board: LockBoard) -> None:
        self.boards.append(board)
        board.talk = partial(self._begin, board)

    def host_sends(self, data: bytes) -> None:
        """What comes while it still sends waits in the adapter, and follows without a gap."""
        now_ns = self._now_ns()
        wait_ns = self._host_free_ns - now_ns
        after_silence = -wait_ns >= self._silence_ns
        if wait_ns > 0:
            self._host_free_ns += len(data) * self._byte_ns
            self._after(wait_ns, partial(self._begin, None, data))
        else:
            self._host_free_ns = now_ns + len(data) * self._byte_ns
            self._begin(None, data, after_silence)

    # ------------------------------------------------------------ on the wire

    def _begin(self, board: LockBoard | None, data: bytes, after_silence: bool = False) -> None:
        now_ns = self._now_ns()
        talk = _Talk(board, data, now_ns, now_ns + len(data) * self._byte_ns)
        for other in self._air:
            if other.ends_ns <= now_ns:
                continue
            if other.board is board:
                self._after(other.ends_ns - now_ns, partial(self._begin, board, data, after_silence))
                return
            self._collide(other, talk)
        self._air.append(talk)
        self._after(talk.ends_ns - now_ns, partial(self._end, talk, after_silence))

    def _end(self, talk: _Talk, after_silence: bool) -> None:
        self._air.remove(talk)
        if talk.board is None:
            for board in self.boards:
                board.hear(talk.data, after_silence)
            if not self.echoes:
                return
        if talk.data:
            self.deliver(talk.data)

    # ------------------------------------------------------------ collisions

    def _collide(self, first: _Talk, second: _Talk) -> None:
        """The first is spoilt from where the second begins; of the second, what outlasts the first is left."""
        begun_ns = second.begins_ns - first.begins_ns
        at = begun_ns // self._byte_ns
        shared = len(first.data) - at
        tail = second.data[:shared]
        # Bytes that begin within a fraction of a bit of each other are read as one; whoever pulls low wins.
        is_in_step = begun_ns % self._byte_ns < self._byte_ns // (2 * _BITS)
        mixed = (
            one & tail[number] if is_in_step and number < len(tail) else self._random.randrange(256)
            for number, one in enumerate(first.data[at:])
        )
        first.data = first.data[:at] + bytes(mixed)
        second.data = second.data[shared:]


def _drop(_: bytes) -> None:
    """Nobody listens."""
