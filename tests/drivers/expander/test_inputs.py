"""The thread around the scanner: the contract of `Inputs`, and what a main loop may count on."""

import errno
import threading
from collections.abc import Iterator
from threading import Condition

import pytest

from drivers.clock import SystemClock
from drivers.errors import GpioError
from drivers.expander.i2c import I2cError
from drivers.expander.inputs import ExpanderInputs
from drivers.expander.scanner import Scanner
from drivers.expander.settings import ExpanderSettings
from drivers.gpio import GpioInputs
from drivers.lock_ports import BoardSilent
from drivers.ports import Clock, Edge, Fact, Inputs, Pull
from sim.board.board import Board
from sim.board.expander import Expander
from sim.schedule import Schedule
from tests.contract import inputs as contract
from tests.drivers.mailbox import Mailbox

INTERRUPT = "GPIO4"
_TIMEOUT_S = 10.0


class WatchedI2c:
    """The chip's bus, with somebody who knows when a transfer begins. `gate`: a bus that hangs until it is set."""

    def __init__(self, chip: Expander) -> None:
        self.chip = chip
        self.begun = 0
        self.closed = 0
        self.gate = threading.Event()
        self.gate.set()
        self._changed = Condition()

    def read(self, register: int, count: int) -> bytes:
        with self._changed:
            self.begun += 1
            self._changed.notify_all()
        if not self.gate.wait(_TIMEOUT_S):
            raise I2cError(errno.ETIMEDOUT, "hangs")
        return self.chip.read(register, count)

    def write(self, register: int, data: bytes) -> None:
        self.chip.write(register, data)

    def close(self) -> None:
        self.closed += 1

    def wait_for(self, begun: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.begun >= begun, _TIMEOUT_S)


class Steps:
    """Who counts a scanner's steps from outside."""

    def __init__(self, inputs: ExpanderInputs) -> None:
        self._inputs = inputs
        self._scanner = inputs._scanner
        self._step = self._scanner.step
        self._begun = self._done = 0
        self._changed = Condition()
        setattr(self._scanner, "step", self._counted)  # noqa: B010  # mypy forbids the plain way

    def finish(self) -> None:
        """Return when a reading has been posted that began after this was called."""
        if not self._inputs._used or self._inputs._closing:
            return
        with self._changed:
            begun = self._begun
        with self._inputs._news:
            self._scanner._asked = True
            self._inputs._news.notify()
        with self._changed:
            assert self._changed.wait_for(lambda: self._done > begun and not self._scanner._settles, _TIMEOUT_S)

    def _counted(self) -> None:
        with self._changed:
            self._begun += 1
        self._step()
        with self._changed:
            self._done += 1
            self._changed.notify_all()


class Bench:
    """As `tests.contract.inputs` wants it: real time, the driver's thread, the model of the chip, INT on the board."""

    pin, other = "reeds/3", "reeds/12"

    def __init__(self) -> None:
        self.clock: Clock = SystemClock()
        self.board = Board(Schedule(), self.clock)
        self.board.fit_resistor(INTERRUPT, Pull.UP)
        self.chip = Expander()
        self.chip.wire_interrupt(self.board, INTERRUPT)
        self.i2c = WatchedI2c(self.chip)
        self.facts = Mailbox()
        self.posted: list[Edge] = []
        self._made: list[ExpanderInputs] = []
        self._steps: list[Steps] = []
        self.inputs: Inputs = self.new_inputs()

    def new_inputs(self) -> Inputs:
        inputs = ExpanderInputs(
            ExpanderSettings("reeds", 1, 0x20, INTERRUPT),
            self.i2c,
            self.facts,
            self.clock,
            lambda post: GpioInputs(self.board, post, self.clock),
        )
        self._made.append(inputs)
        self._steps.append(Steps(inputs))
        return inputs

    def drive(self, pin: str, high: bool) -> None:
        # What an earlier movement brings has to be posted, or the two would be one.
        self._finish_readings()
        self.chip.drive(int(pin.partition("/")[2]), high)

    def miss(self, pin: str, high: bool) -> None:
        self._finish_readings()
        self.board.lose_edges(INTERRUPT, True)
        self.chip.drive(int(pin.partition("/")[2]), high)
        self.board.lose_edges(INTERRUPT, False)

    def edges(self, count: int) -> list[Edge]:
        self._finish_readings()
        while not self.facts.empty:
            self.posted.append(self.facts.expect(Edge))
        assert len(self.posted) >= count
        return self.posted

    def close(self) -> None:
        for inputs in self._made:
            inputs.close()
        self.board.close()

    def _finish_readings(self) -> None:
        for steps in self._steps:
            steps.finish()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


NOT_OF_AN_EXPANDER = (
    contract.pin_used_twice_is_refused,  # by another program, too: a chip cannot be reserved
    contract.pin_that_the_board_has_not_is_refused,  # other names, other words
    contract.pull_that_is_soldered_is_not_overruled,  # about GPIO2
    contract.level_at_start_is_posted_first,  # with a pull-down, which the chip has not
    contract.closed_pin_can_be_watched_again,  # the same
    contract.nothing_is_posted_after_close,  # `watch` posts soon, not at once
)


@pytest.mark.parametrize(
    "check", [check for check in contract.CHECKS if check not in NOT_OF_AN_EXPANDER], ids=lambda check: check.__name__
)
def test_inputs(bench: Bench, check: contract.Check) -> None:
    check(bench)


def test_an_edge_after_a_missed_one_is_posted(bench: Bench) -> None:
    contract.edge_after_a_mended_one_is_posted(bench)


def test_levels_at_start_are_posted_soon(bench: Bench) -> None:
    before_ns = bench.clock.monotonic_ns()
    bench.chip.drive(12, False)
    bench.inputs.watch("reeds/3", Pull.UP)
    bench.inputs.watch("reeds/12", Pull.UP)

    first, second = bench.edges(2)

    assert {(first.pin, first.high), (second.pin, second.high)} == {("reeds/3", True), ("reeds/12", False)}
    assert before_ns <= first.at_ns <= second.at_ns <= bench.clock.monotonic_ns()


def test_nothing_is_posted_after_close_and_a_closed_chip_can_be_watched_again(bench: Bench) -> None:
    bench.inputs.watch("reeds/3", Pull.UP)
    assert bench.facts.expect(Edge).high
    bench.inputs.close()
    bench.chip.drive(3, False)
    bench.inputs.resample()
    assert bench.facts.empty

    bench.new_inputs().watch("reeds/3", Pull.UP)

    assert not bench.facts.expect(Edge).high


def test_an_interrupt_that_gets_lost_is_mended_by_polling_alone(bench: Bench) -> None:
    bench.inputs.watch("reeds/3", Pull.UP)
    assert bench.facts.expect(Edge).high

    bench.miss("reeds/3", False)

    assert not bench.facts.expect(Edge).high


def test_every_edge_is_posted_in_order_and_int_brings_each_at_once(bench: Bench) -> None:
    bench.inputs.watch("reeds/3", Pull.UP)
    assert bench.facts.expect(Edge).high

    times_ns = []
    for number in range(20):
        bench.chip.drive(3, bool(number % 2))
        edge = bench.facts.expect(Edge)
        assert edge.high is bool(number % 2)
        times_ns.append(edge.at_ns)

    assert sorted(times_ns) == times_ns
    # Twenty polls would take five seconds.
    assert times_ns[-1] - times_ns[0] < 2_000_000_000


def test_nothing_is_read_before_anything_is_watched(bench: Bench) -> None:
    bench.inputs.resample()
    bench.inputs.close()

    assert bench.i2c.begun == 0


def test_a_bus_that_hangs_holds_up_nobody(bench: Bench) -> None:
    bench.i2c.gate.clear()
    bench.inputs.watch("reeds/3", Pull.UP)
    bench.i2c.wait_for(1)

    bench.inputs.watch("reeds/12", Pull.UP)
    bench.inputs.resample()
    bench.chip.drive(3, False)
    assert bench.facts.empty

    bench.i2c.gate.set()
    assert {edge.pin: edge.high for edge in bench.edges(2)} == {"reeds/3": False, "reeds/12": True}


def test_close_waits_for_the_transfer_that_is_under_way(bench: Bench) -> None:
    bench.i2c.gate.clear()
    bench.inputs.watch("reeds/3", Pull.UP)
    bench.i2c.wait_for(1)
    closing = threading.Thread(target=bench.inputs.close)
    closing.start()
    assert bench.i2c.closed == 0

    bench.i2c.gate.set()
    closing.join()

    assert bench.i2c.closed == 1


def test_a_chip_that_is_not_there_is_told_and_raises_nothing(bench: Bench) -> None:
    class Absent(WatchedI2c):
        def read(self, register: int, count: int) -> bytes:
            raise I2cError(errno.EREMOTEIO, "nothing answers at 0x20")

    facts = Mailbox()
    inputs = ExpanderInputs(ExpanderSettings("reeds", 1, 0x20), Absent(bench.chip), facts, bench.clock)
    inputs.watch("reeds/3", Pull.UP)

    silent = facts.expect(BoardSilent)
    inputs.close()

    assert (silent.bus, silent.board, silent.why) == ("reeds", 0x20, "nothing answers at 0x20")


def test_a_post_that_fails_loses_no_level(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    posted = Mailbox()
    failed = threading.Event()

    def post(fact: Fact) -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("no room")
        posted(fact)

    inputs = ExpanderInputs(ExpanderSettings("reeds", 1, 0x20), bench.i2c, post, bench.clock)
    inputs.watch("reeds/3", Pull.UP)

    edge = posted.expect(Edge)
    inputs.close()

    assert (edge.pin, edge.high) == ("reeds/3", True)
    assert "a reading of expander reeds was lost" in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_has_ended_is_told_to_the_main_loop(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_: Scanner) -> None:
        raise SystemExit

    monkeypatch.setattr(Scanner, "step", end)
    inputs = ExpanderInputs(ExpanderSettings("reeds", 1, 0x20), bench.i2c, bench.facts, bench.clock)
    inputs.resample()
    inputs.watch("reeds/3", Pull.UP)
    inputs._thread.join(_TIMEOUT_S)

    with pytest.raises(GpioError, match="expander reeds: its thread has ended"):
        inputs.resample()

    inputs.close()
    assert bench.i2c.closed == 1


@pytest.mark.parametrize("pin", ["reeds/16", "reeds/x", "GPIO5"])
def test_a_pin_that_the_chip_has_not_is_refused_at_once(bench: Bench, pin: str) -> None:
    with pytest.raises(GpioError, match=f"pin {pin}: is no input of the chip"):
        bench.inputs.watch(pin, Pull.UP)


def test_a_pin_used_twice_is_refused_at_once(bench: Bench) -> None:
    bench.inputs.watch("reeds/3", Pull.UP)

    with pytest.raises(GpioError, match="pin reeds/3: is used twice"):
        bench.inputs.watch("reeds/3", Pull.UP)


def test_an_interrupt_pin_that_is_taken_is_refused_before_anything_runs(bench: Bench) -> None:
    with pytest.raises(GpioError, match=f"pin {INTERRUPT}: .*twice"):
        bench.new_inputs()


def test_an_interrupt_pin_without_anybody_to_watch_it_is_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="expander reeds: an interrupt pin, and nobody to watch it"):
        ExpanderInputs(ExpanderSettings("reeds", 1, 0x20, INTERRUPT), bench.i2c, bench.facts, bench.clock)
