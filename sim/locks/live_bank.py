"""A simulated bank in real time, for whoever opens its ports and waits for them."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self, TypeVar

from drivers.ports import Clock
from sim.acts.bank import BankAct
from sim.locks.bank import SimBank
from sim.locks.pty_thread import PtyThread
from sim.locks.setup import BusSetup, DoorSetup
from sim.locks.wiring import SetReed
from sim.schedule import Action, RealTime

T = TypeVar("T")


class LiveBank:
    """A context manager, with two threads inside. Its methods are for any other thread."""

    def __init__(
        self,
        doors: Sequence[DoorSetup],
        buses: Sequence[BusSetup],
        folder: Path,
        clock: Clock,
        seed: int = 0,
        set_reed: SetReed = lambda _pin, _closed: None,
    ) -> None:
        """See `SimBank`. set_reed: called on a thread of this."""
        self._clock = clock
        self._time = RealTime(clock)
        self._bank = SimBank(doors, buses, folder, self._after, clock.monotonic_ns, Random(seed), set_reed)
        self._undo = ExitStack()
        self.paths = {name: port.path for name, port in self._bank.ports.items()}
        """Of the ports, by bus."""

    def __enter__(self) -> Self:
        self._undo.callback(self._bank.close)
        self._undo.enter_context(self._time)
        self._undo.enter_context(PtyThread(self._bank.ports.values(), self._after))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def perform(self, asked: BankAct) -> None:
        """Returns when it is done. ValueError for what this bank cannot do."""
        self.ask(lambda bank: bank.perform(asked))

    def is_open(self, door: str) -> bool:
        return self.ask(lambda bank: bank.is_open(door))

    def ask(self, question: Callable[[SimBank], T]) -> T:
        """Do something with the bank on its own thread. Returns, or raises, what that does."""
        answer: Future[T] = Future()

        def act() -> None:
            try:
                answer.set_result(question(self._bank))
            except Exception as error:  # noqa: BLE001  # it is the asker's
                answer.set_exception(error)

        self._after(0, act)
        return answer.result()

    def _after(self, delay_ns: int, action: Action) -> None:
        self._time.schedule.at(self._clock.monotonic_ns() + delay_ns, action)
