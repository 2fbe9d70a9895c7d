"""The kernel's chip, by unmodified gpiozero and lgpio, as the contract of inputs and outputs wants it."""

from queue import Empty

from drivers.clock import SystemClock
from drivers.gpio_factory import open_factory
from drivers.ports import Edge
from tests.contract.benches import Bench
from tests.kernel.bank import LINES, Bank, line_of
from tests.kernel.witness import Witness

# I2C's pull-up resistors, which are on the board.
_SOLDERED_HIGH = ("GPIO2", "GPIO3")
# Free lines for barriers, and the time after which one that is not reported never will be.
_BARRIERS = ("GPIO26", "GPIO25", "GPIO24", "GPIO23")
_BARRIER_TIMEOUT_S = 2.0


class ChipBench(Bench):
    """Edges arrive on lgpio's thread. On one processor an edge that was made later is reported later.

    Trap: where lgpio 0.2.2 gives a line back, it no longer reports lines that were claimed earlier, until it claims
    another one. So a barrier that is not reported is followed by one on a new line.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        for number in range(len(LINES)):
            bank.pull(f"GPIO{number}", high=f"GPIO{number}" in _SOLDERED_HIGH)
        super().__init__(open_factory(), SystemClock())
        self._barriers: list[Witness] = []
        self._claim_barrier()

    def drive(self, pin: str, high: bool) -> None:
        # One by one: the kernel keeps 16 edges of a line, and the emulated machine may be slow to fetch them.
        self._bank.pull(pin, high=high)
        self._pass_barrier()

    def level(self, pin: str) -> bool:
        return self._bank.is_high(pin)

    def edges(self, count: int) -> list[Edge]:
        self._pass_barrier()
        return super().edges(count)

    def close(self) -> None:
        for barrier in self._barriers:
            barrier.close()
        super().close()

    def _claim_barrier(self) -> None:
        self._barriers.append(Witness(line_of(_BARRIERS[len(self._barriers)])))
        self._barrier_is_high = True

    def _pass_barrier(self) -> None:
        """Return when everything that was pulled before has been reported."""
        while True:
            self._barrier_is_high = not self._barrier_is_high
            self._bank.pull(_BARRIERS[len(self._barriers) - 1], high=self._barrier_is_high)
            try:
                self._barriers[-1].next(_BARRIER_TIMEOUT_S)
                return
            except Empty:
                self._claim_barrier()
