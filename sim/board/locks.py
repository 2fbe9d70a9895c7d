"""The doors and lock boards behind one board, at the far end of ptys that the agent opens as serial ports."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Event
from types import TracebackType
from typing import Self

from device.config.map import BankMap
from device.config.model import Config
from device.logic.units import MS
from sim.acts.bank import BankAct
from sim.acts.model import Swap
from sim.bank_site import setup_of
from sim.board.board import Board
from sim.locks.bank import SimBank
from sim.locks.header_reeds import HeaderReeds
from sim.locks.pty_thread import PtyThread
from sim.schedule import RealTime

# A door that moves by itself is seen to do so at once, as far as an eye can tell.
_LOOK_NS = 40 * MS
_PATIENCE_S = 10.0

Doors = dict[str, list[bool]]
"""By name: whether the leaf stands open, and whether the hook is over."""


class BoardLocks:
    """A context manager. Methods: any thread; the bank itself lives on the thread of the schedule."""

    def __init__(
        self,
        config: Config,
        bank_map: BankMap,
        board: Board,
        time: RealTime,
        seed: int,
        seen: Callable[[Doors], None],
    ) -> None:
        """seen: called when a door has moved, and once at the start."""
        self._time = time
        self._seen = seen
        self._shown: Doors = {}
        ports = [Path(bus.port) for bus in config.buses]
        for port in ports:
            # Left behind by a board whose power was cut.
            port.unlink(missing_ok=True)
        doors, buses = setup_of(config, bank_map)
        self._bank = SimBank(
            doors,
            buses,
            ports[0].parent,
            self._after,
            time.clock.monotonic_ns,
            Random(f"{seed} locks"),
            HeaderReeds(board).set,
        )
        self._ptys = PtyThread(self._bank.ports.values(), self._after)

    def __enter__(self) -> Self:
        self._ptys.__enter__()
        self._after(0, self._look)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ptys.__exit__(kind, error, trace)
        self._bank.close()

    def do(self, asked: BankAct | Swap) -> None:
        """Soon. Swap: of the cables to two doors' locks."""
        self._after(0, lambda: self._perform(asked))

    def find(self, asked: BankAct | Swap) -> None:
        """It is done when this returns."""
        done = Event()
        self.do(asked)
        self._after(0, done.set)
        done.wait(_PATIENCE_S)

    def _perform(self, asked: BankAct | Swap) -> None:
        if isinstance(asked, Swap):
            self._bank.swap(asked.zone, asked.other)
        else:
            self._bank.perform(asked)
        self._show()

    def _look(self) -> None:
        self._show()
        self._after(_LOOK_NS, self._look)

    def _show(self) -> None:
        doors = {name: [door.is_open, door.is_hooked] for name, door in self._bank.doors.items()}
        if doors != self._shown:
            self._shown = doors
            self._seen(doors)

    def _after(self, delay_ns: int, action: Callable[[], None]) -> None:
        self._time.schedule.at(self._time.clock.monotonic_ns() + delay_ns, action)
