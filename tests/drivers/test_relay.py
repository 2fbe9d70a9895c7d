"""The thread that switches relays off, in real time."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import SystemClock
from drivers.errors import GpioError
from drivers.gpio import GpioOutputs
from drivers.lock_ports import Locks, PulseBegan, PulseEnd, PulseOver
from drivers.ports import Clock, Fact
from drivers.relay import RelayLocks, outputs_persist
from drivers.relay_pulse import RelayPulse
from sim.board.board import Board
from sim.clock import ManualClock
from sim.schedule import Schedule
from tests.drivers.mailbox import Mailbox

MS = 1_000_000
LATER_NS = sys.maxsize
PINS = ("GPIO16", "GPIO20")
_TIMEOUT_S = 10.0


class Bench:
    """Two relays on the board, and what was told of them. `switched`: levels of the first, with times."""

    def __init__(self, clock: Clock | None = None) -> None:
        """clock: one that stands still keeps a pulse from being over."""
        self.clock = clock or SystemClock()
        self.board = Board(Schedule(), self.clock)
        self.facts = Mailbox()
        self.refuse = False
        self.went_off = threading.Event()
        self.switched: list[tuple[bool | None, int]] = []
        self.relays = RelayLocks(GpioOutputs(self.board), PINS, 50, self.post, self.clock)
        self.board.look("GPIO16", self._look)

    def post(self, fact: Fact) -> None:
        if self.refuse:
            raise RuntimeError("no room")
        self.facts(fact)

    def _look(self, level: bool | None) -> None:
        self.switched.append((level, self.clock.monotonic_ns()))
        if not level:
            self.went_off.set()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.relays.close()


def test_it_is_what_the_port_asks_for(bench: Bench) -> None:
    locks: Locks = bench.relays

    assert locks.alive


def test_a_relay_is_switched_on_at_once_and_off_after_its_pulse(bench: Bench) -> None:
    bench.relays.pulse("GPIO16", LATER_NS)

    began = bench.facts.expect(PulseBegan)
    over = bench.facts.expect(PulseOver)

    assert (began.lock, over.lock, over.end) == ("GPIO16", "GPIO16", PulseEnd.ACKNOWLEDGED)
    (on, on_ns), (off, off_ns) = bench.switched
    assert (on, off) == (True, False)
    assert began.at_ns <= on_ns
    assert off_ns - began.at_ns >= 50 * MS
    assert off_ns <= over.at_ns


def test_one_pulse_after_the_other(bench: Bench) -> None:
    for lock in ("GPIO16", "GPIO20", "GPIO16"):
        bench.relays.pulse(lock, LATER_NS)
        assert bench.facts.expect(PulseBegan).lock == lock
        assert bench.facts.expect(PulseOver).lock == lock

    assert [level for level, _ in bench.switched] == [True, False, True, False]


def test_a_lock_asked_for_during_a_pulse_is_not_released() -> None:
    bench = Bench(ManualClock())
    bench.relays.pulse("GPIO16", LATER_NS)

    bench.relays.pulse("GPIO20", LATER_NS)

    assert bench.facts.expect(PulseBegan).lock == "GPIO16"
    refused = bench.facts.expect(PulseOver)
    assert (refused.lock, refused.end) == ("GPIO20", PulseEnd.NOT_SENT)
    assert not bench.board.output("GPIO20")
    bench.relays.close()


def test_the_main_loop_whose_post_fails_does_not_keep_a_relay_on(bench: Bench) -> None:
    bench.refuse = True

    with pytest.raises(RuntimeError, match="no room"):
        bench.relays.pulse("GPIO16", LATER_NS)

    assert bench.went_off.wait(_TIMEOUT_S)


def test_a_post_that_fails_on_the_thread_costs_a_fact_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    bench, failed = Bench(), threading.Event()
    bench.relays.close()

    def post(fact: Fact) -> None:
        if isinstance(fact, PulseOver) and not failed.is_set():
            failed.set()
            raise RuntimeError("no room")
        bench.facts(fact)

    relays = RelayLocks(GpioOutputs(bench.board), PINS, 50, post, bench.clock)
    relays.pulse("GPIO16", LATER_NS)
    assert failed.wait(_TIMEOUT_S)
    relays.pulse("GPIO20", LATER_NS)

    assert bench.facts.expect(PulseBegan).lock == "GPIO16"
    assert bench.facts.expect(PulseBegan).lock == "GPIO20"
    assert bench.facts.expect(PulseOver).lock == "GPIO20"
    assert "the end of the pulse of GPIO16 was not told" in caplog.text
    relays.close()


def test_a_post_that_blocks_does_not_keep_a_relay_on() -> None:
    bench, let_go = Bench(), threading.Event()
    bench.relays.close()
    bench.went_off.clear()

    def post(_: Fact) -> None:
        assert let_go.wait(_TIMEOUT_S)

    relays = RelayLocks(GpioOutputs(bench.board), PINS, 50, post, bench.clock)
    bench.went_off.clear()
    stuck = threading.Thread(target=relays.pulse, args=("GPIO16", LATER_NS))
    stuck.start()

    assert bench.went_off.wait(_TIMEOUT_S)
    assert stuck.is_alive()
    let_go.set()
    stuck.join()
    relays.close()


def test_close_during_a_pulse_ends_it() -> None:
    bench = Bench(ManualClock())
    bench.relays.pulse("GPIO16", LATER_NS)
    bench.facts.expect(PulseBegan)
    assert bench.board.output("GPIO16")

    bench.relays.close()

    assert bench.facts.expect(PulseOver).end is PulseEnd.ACKNOWLEDGED
    assert [level for level, _ in bench.switched][:2] == [True, False]
    assert bench.board.output("GPIO16") is None
    assert not bench.relays.alive


def test_after_close_nothing_is_switched_on(bench: Bench) -> None:
    bench.relays.close()

    bench.relays.pulse("GPIO16", LATER_NS)

    assert bench.facts.expect(PulseOver).end is PulseEnd.NOT_SENT
    assert not any(level for level, _ in bench.switched)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_during_a_pulse_ends_it_and_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(self: RelayPulse, now_ns: int) -> None:
        raise MemoryError

    bench = Bench()
    monkeypatch.setattr(RelayPulse, "tick", die)

    bench.relays.pulse("GPIO16", LATER_NS)

    assert bench.facts.expect(PulseBegan).lock == "GPIO16"
    assert bench.facts.expect(PulseOver).lock == "GPIO16"
    bench.relays._thread.join(_TIMEOUT_S)
    assert bench.board.output("GPIO16") is None
    assert not bench.relays.alive
    bench.relays.pulse("GPIO20", LATER_NS)
    assert bench.facts.expect(PulseOver).end is PulseEnd.NOT_SENT
    bench.relays.close()


def test_a_relay_that_cannot_be_switched_off_makes_the_bank_no_longer_alive(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: GpioOutputs, pin: str, on: bool) -> None:
        raise GpioError("gone")

    bench.relays.pulse("GPIO16", LATER_NS)
    monkeypatch.setattr(GpioOutputs, "set", refuse)
    bench.facts.expect(PulseBegan)
    bench.facts.expect(PulseOver)

    assert bench.board.output("GPIO16") is None
    assert not bench.relays.alive


def test_a_thread_that_cannot_be_had_leaves_no_pin_claimed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)

    with pytest.raises(RuntimeError, match="new thread"):
        RelayLocks(GpioOutputs(bench.board), ("GPIO12",), 50, bench.post, bench.clock)

    assert bench.board.output("GPIO12") is None


def test_a_lock_without_a_relay_is_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="lock 'GPIO21' has no relay"):
        bench.relays.pulse("GPIO21", LATER_NS)


@pytest.mark.parametrize(("says", "persist"), [("Y\n", True), ("N\n", False)])
def test_the_kernel_says_whether_a_pin_keeps_its_level_when_its_owner_is_killed(
    tmp_path: Path, says: str, persist: bool
) -> None:
    folder = tmp_path / "pinctrl_rp1" / "parameters"
    folder.mkdir(parents=True)
    (folder / "persist_gpio_outputs").write_text(says, encoding="ascii")

    assert outputs_persist(tmp_path) is persist


def test_where_no_kernel_says_so_pins_are_taken_to_be_given_back(tmp_path: Path) -> None:
    assert not outputs_persist(tmp_path)


def test_relays_that_would_stay_on_are_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("drivers.relay.outputs_persist", lambda: True)

    Bench().relays.close()

    assert "set dtparam=strict_gpiod in config.txt" in caplog.text


def test_a_kernel_that_does_not_let_itself_be_asked_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "pinctrl_bcm2835" / "parameters" / "persist_gpio_outputs").mkdir(parents=True)

    assert not outputs_persist(tmp_path)
