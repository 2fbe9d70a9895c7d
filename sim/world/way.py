"""What stands between one store and one broker."""

from collections.abc import Callable
from random import Random

from device.logic.units import MS
from sim.acts.words import NetworkState
from sim.schedule import After
from sim.world.flow import Conduct

LATENCY_NS = 1 * MS
"""One way, when all is well."""
_HALF_OPEN = (NetworkState.HALF_OPEN_UP, NetworkState.HALF_OPEN_DOWN)
# A flapping way keeps no time: each phase lasts between half and one and a half times what was asked for.
_FLAP_SPREAD = (0.5, 1.5)


class Way:
    """`changed` is called whenever it behaves differently from before."""

    def __init__(self, schedule: After, random: Random, changed: Callable[[], None]) -> None:
        self._schedule = schedule
        self._random = random
        self._changed = changed
        self._flap = 0
        self._is_flapped_down = False
        self._delay_ns = 0
        self._loss_percent = 0
        self.latency_ns = LATENCY_NS
        self.state = NetworkState.UP

    @property
    def is_refused(self) -> bool:
        return self.state is NetworkState.REFUSED or self._is_flapped_down

    @property
    def up(self) -> Conduct:
        """From the store to the broker."""
        return self._conduct(NetworkState.HALF_OPEN_DOWN)

    @property
    def down(self) -> Conduct:
        """From the broker to the store."""
        return self._conduct(NetworkState.HALF_OPEN_UP)

    @property
    def is_whole(self) -> bool:
        """Both directions pass."""
        return not self.is_refused and self.state is not NetworkState.BLACK and self.state not in _HALF_OPEN

    def become(self, state: NetworkState, delay_ns: int = 0, loss_percent: int = 0, period_ns: int = 0) -> None:
        """Each state replaces the one before."""
        self._flap += 1
        self._is_flapped_down = False
        self.state = state
        self._delay_ns = delay_ns if state is NetworkState.SLOW else 0
        self._loss_percent = loss_percent if state is NetworkState.LOSSY else 0
        if state is NetworkState.FLAPPING:
            self._turn(self._flap, period_ns)
        else:
            self._changed()

    def _turn(self, flap: int, period_ns: int) -> None:
        if flap != self._flap:
            return
        self._is_flapped_down = not self._is_flapped_down
        wait_ns = round(period_ns / 2 * self._random.uniform(*_FLAP_SPREAD))
        self._schedule(wait_ns, lambda: self._turn(flap, period_ns))
        self._changed()

    def _conduct(self, blocked_by: NetworkState) -> Conduct:
        passes = self.state is not NetworkState.BLACK and self.state is not blocked_by
        return Conduct(passes, self.latency_ns + self._delay_ns, self._loss_percent)
