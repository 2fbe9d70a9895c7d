"""A world in virtual time, as a test speaks of it: days pass in moments, and the same test is always the same."""

from collections.abc import Callable, Iterator
from itertools import islice
from types import TracebackType
from typing import Self

from device.logic.units import S
from sim.acts.model import Act
from sim.testing.control_room import ControlRoom
from sim.testing.errors import Unplayable
from sim.testing.store import Store
from sim.testing.words import act_of, seconds_of
from sim.world.invariants import SETTLE_NS, breaches
from sim.world.setup import WorldSetup
from sim.world.world import World as Simulated

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True

# The devices have started, connected, and told so; what follows is the test's.
_READY_S = 10


class World:
    """Stores, brokers and a control room. Time stands still until it is told to run. A context manager."""

    def __init__(self, setup: WorldSetup) -> None:
        self.simulated = Simulated(setup)
        """What this delegates to."""
        self.stores = {name: Store(self, name) for name in self.simulated.stores}
        self.control_room = ControlRoom(self)

    def __enter__(self) -> Self:
        """Power on, everywhere, for long enough that all is connected and at rest."""
        self.simulated.start()
        self.simulated.run_for(_READY_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.simulated.close()

    def __repr__(self) -> str:
        return f"<world of {len(self.stores)} stores, {self.now_s:.3f} s old>"

    @property
    def store(self) -> Store:
        """Where there is only one. Unplayable otherwise."""
        return self.store_called(None)

    def store_called(self, name: str | None) -> Store:
        """None for the only one. Unplayable if there is no such store."""
        known = ", ".join(f'"{known}"' for known in self.stores)
        if name is None and len(self.stores) == 1:
            return next(iter(self.stores.values()))
        if name is None:
            raise Unplayable(f"store: missing; one of {known} is required, as in world.stores[…]")
        if name not in self.stores:
            raise Unplayable(f'store = "{name}": one of {known} is allowed')
        return self.stores[name]

    # ------------------------------------------------------------ time

    @property
    def now_s(self) -> float:
        """Since the power came."""
        return self.simulated.now_ns / S

    def run_for(self, duration: str) -> None:
        """As in a scenario: "300ms", "2s", "8h"."""
        self.simulated.run_for(seconds_of(duration, "run_for", "world"))

    def run_until(self, is_so: Callable[[], object], within: str = "60s") -> None:
        """Until it is so; looked at whenever something has happened. AssertionError when the time is over."""
        end_ns = self.simulated.now_ns + round(seconds_of(within, "within", "world") * S)
        for moment_ns in self._moments(end_ns):
            self.simulated.run_until(moment_ns)
            if is_so():
                return
        raise AssertionError(f"{within} have passed, and it is not so")

    def _moments(self, end_ns: int) -> Iterator[int]:
        now_ns = self.simulated.now_ns
        yield now_ns
        while now_ns < end_ns:
            next_ns = self.simulated.time.schedule.next_ns()
            ahead_ns = end_ns - now_ns if next_ns is None else next_ns - self.simulated.clock.monotonic_ns()
            now_ns = min(now_ns + max(ahead_ns, 0), end_ns)
            yield now_ns

    # ------------------------------------------------------------ what is done

    def do(self, word: str, store: str | None = None, **arguments: object) -> None:
        """An act as a scenario file writes it: `do("broker", state="down")`."""
        self.perform(act_of(word, arguments, "world" if store is None else store), store)

    def perform(self, act: Act, store: str | None = None) -> None:
        """Unplayable if it cannot be done in this world."""
        refusal = self.simulated.refuses(act, store)
        if refusal is not None:
            raise Unplayable(refusal)
        self.simulated.perform(act, store)

    def broker(self, state: str, **arguments: object) -> None:
        """For everybody: `broker("down")`, `broker("restarting", broker=2)`."""
        self.do("broker", None, state=state, **arguments)

    def mend(self) -> None:
        """End every fault."""
        self.simulated.mend()

    # ------------------------------------------------------------ what came of it

    def check(self) -> None:
        """Mend, wait three minutes, and look at the rules that hold in every world: AssertionError if one does not."""
        self.mend()
        self.simulated.run_for(SETTLE_NS / S)
        found = [str(breach) for breach in breaches(self.simulated)]
        if found:
            raise AssertionError("\n".join(found))

    def transcript(self, last: int | None = None) -> list[str]:
        """Everything that has happened, a line each; the same for the same test and seed."""
        entries = self.simulated.chronicle.entries
        return [str(entry) for entry in islice(entries, 0 if last is None else max(len(entries) - last, 0), None)]
