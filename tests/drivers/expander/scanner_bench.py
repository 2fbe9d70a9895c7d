"""An expander on a virtual board, in time turned by hand."""

from drivers.expander.chip import Chip
from drivers.expander.scanner import SETTLE_NS, Scanner
from drivers.expander.settings import ExpanderSettings
from drivers.gpio import GpioInputs
from drivers.lock_ports import BoardSilent
from drivers.ports import Edge, Fact, Pull
from sim.board.board import Board
from sim.board.expander import Expander
from sim.board.expander_inputs import ScheduledExpander
from sim.schedule import VirtualTime

MS = 1_000_000
INTERRUPT = "GPIO4"
ADDRESS = 0x21
# Every contact is told once it has settled; not yet the next poll.
START_NS = SETTLE_NS + MS


class Bench:
    """The chip `reeds` with two contacts watched, both open, and its INT wired or not."""

    def __init__(self, interrupt: str | None = None) -> None:
        self.time = VirtualTime()
        self.board = Board(self.time.schedule, self.time.clock)
        self.chip = Expander()
        self.chip.wire_interrupt(self.board, INTERRUPT)
        self.posted: list[Fact] = []
        self.refuses = 0
        self.inputs = self.new_inputs(interrupt)
        self.inputs.watch("reeds/3", Pull.UP)
        self.inputs.watch("reeds/12", Pull.UP)

    def new_inputs(self, interrupt: str | None) -> ScheduledExpander:
        """As after a restart."""
        return ScheduledExpander(
            ExpanderSettings("reeds", 1, ADDRESS, interrupt),
            self.chip,
            self._post,
            self.time.clock,
            self.time.schedule,
            lambda post: GpioInputs(self.board, post, self.time.clock),
        )

    def new_scanner(self) -> Scanner:
        """One that is stepped by hand."""
        settings = ExpanderSettings("reeds", 1, ADDRESS)
        scanner = Scanner(settings, Chip(self.chip), self.posted.append, self.time.clock)
        scanner.watch("reeds/3", Pull.UP)
        scanner.watch("reeds/12", Pull.UP)
        return scanner

    def started(self) -> "Bench":
        self.time.run_for(START_NS)
        assert self.levels() == [("reeds/3", True), ("reeds/12", True)]
        self.posted.clear()
        return self

    @property
    def now_ns(self) -> int:
        return self.time.clock.monotonic_ns()

    def levels(self) -> list[tuple[str, bool]]:
        return [(fact.pin, fact.high) for fact in self.posted if isinstance(fact, Edge)]

    def silences(self) -> list[BoardSilent]:
        return [fact for fact in self.posted if isinstance(fact, BoardSilent)]

    def _post(self, fact: Fact) -> None:
        if self.refuses:
            self.refuses -= 1
            raise RuntimeError("no room")
        self.posted.append(fact)


def wired() -> Bench:
    return Bench(INTERRUPT).started()


def unwired() -> Bench:
    return Bench().started()
