"""One relay at a time, for as long as it may be, in time turned by hand."""

import sys

import pytest

from drivers.errors import GpioError
from drivers.gpio import GpioOutputs
from drivers.lock_ports import PulseBegan, PulseEnd, PulseOver
from drivers.relay_pulse import RelayPulse
from sim.board.board import Board
from sim.schedule import VirtualTime

MS = 1_000_000
LATER_NS = sys.maxsize
PINS = ("GPIO16", "GPIO20")


class Bench:
    """Two relays on the board. `fails`: what switching on (True) or off raises."""

    def __init__(self, pulse_ms: int = 300) -> None:
        self.time = VirtualTime()
        self.board = Board(self.time.schedule, self.time.clock)
        self.fails: dict[bool, BaseException] = {}
        self.outputs = Outputs(self)
        self.pulse = RelayPulse(self.outputs, PINS, pulse_ms, self.time.clock)

    @property
    def now_ns(self) -> int:
        return self.time.clock.monotonic_ns()

    def live(self) -> set[str]:
        return {pin for pin in PINS if self.board.output(pin)}


class Outputs(GpioOutputs):
    """Fails after a relay went on, and before one goes off: the worse half in each case."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.board)
        self._bench = bench

    def set(self, pin: str, on: bool) -> None:
        if not on and on in self._bench.fails:
            raise self._bench.fails[on]
        super().set(pin, on)
        if on in self._bench.fails:
            raise self._bench.fails[on]


def test_relays_begin_switched_off_whatever_was_there_before() -> None:
    time = VirtualTime()
    board = Board(time.schedule, time.clock)
    killed = GpioOutputs(board)
    killed.claim("GPIO16", active_high=True)
    killed.set("GPIO16", True)
    board._reservations.clear()

    RelayPulse(GpioOutputs(board), PINS, 300, time.clock)

    assert [board.output(pin) for pin in PINS] == [False, False]


@pytest.mark.parametrize("pulse_ms", [50, 300, 500])
def test_a_relay_is_on_for_the_time_of_a_pulse_and_not_longer(pulse_ms: int) -> None:
    bench = Bench(pulse_ms)
    began_ns = bench.now_ns

    assert bench.pulse.begin("GPIO16", LATER_NS) == PulseBegan(began_ns, "GPIO16")
    assert bench.live() == {"GPIO16"}
    assert bench.pulse.due_ns() == began_ns + pulse_ms * MS
    bench.time.run_for(pulse_ms * MS - 1)
    assert bench.pulse.tick(bench.now_ns) is None
    assert bench.live() == {"GPIO16"}
    bench.time.run_for(1)

    over = bench.pulse.tick(bench.now_ns)
    assert over == PulseOver(began_ns + pulse_ms * MS, "GPIO16", PulseEnd.ACKNOWLEDGED)
    assert bench.live() == set()
    assert bench.pulse.due_ns() is None
    assert bench.pulse.tick(bench.now_ns + 1000 * MS) is None


@pytest.mark.parametrize("pulse_ms", [0, 49, 501, 1000])
def test_a_pulse_that_is_too_long_for_a_coil_or_too_short_for_a_relay_is_refused(pulse_ms: int) -> None:
    with pytest.raises(ValueError, match=f"pulse_ms {pulse_ms}, allowed is 50–500"):
        Bench(pulse_ms)


@pytest.mark.parametrize("lock", PINS)
def test_never_are_two_relays_on_nor_one_for_longer_because_it_was_asked_for_again(lock: str) -> None:
    bench = Bench()
    bench.pulse.begin("GPIO16", LATER_NS)
    until_ns = bench.pulse.due_ns()
    bench.time.run_for(100 * MS)

    assert bench.pulse.begin(lock, LATER_NS) == PulseOver(bench.now_ns, lock, PulseEnd.NOT_SENT)

    assert bench.live() == {"GPIO16"}
    assert bench.pulse.due_ns() == until_ns


def test_a_lock_without_a_relay_is_refused() -> None:
    with pytest.raises(ValueError, match="lock 'GPIO21' has no relay"):
        Bench().pulse.begin("GPIO21", LATER_NS)


@pytest.mark.parametrize("error", [GpioError("busy"), RuntimeError("the back-end's own")])
def test_a_relay_that_cannot_be_switched_on_is_switched_off(error: Exception) -> None:
    bench = Bench()
    bench.fails[True] = error

    assert bench.pulse.begin("GPIO16", LATER_NS) == PulseOver(bench.now_ns, "GPIO16", PulseEnd.NOT_SENT)

    assert bench.live() == set()
    assert bench.pulse.due_ns() is None
    bench.fails.clear()
    assert isinstance(bench.pulse.begin("GPIO20", LATER_NS), PulseBegan)


def test_an_interrupted_program_leaves_no_relay_on() -> None:
    bench = Bench()
    bench.fails[True] = KeyboardInterrupt()

    with pytest.raises(KeyboardInterrupt):
        bench.pulse.begin("GPIO16", LATER_NS)

    assert bench.live() == set()
    assert bench.pulse.due_ns() is None


def test_a_relay_that_cannot_be_switched_off_is_given_up_with_all_others(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.pulse.begin("GPIO16", LATER_NS)
    bench.fails[False] = GpioError("gone")
    bench.time.run_for(300 * MS)
    assert bench.pulse.is_sound

    assert bench.pulse.tick(bench.now_ns) == PulseOver(bench.now_ns, "GPIO16", PulseEnd.ACKNOWLEDGED)

    assert [bench.board.output(pin) for pin in PINS] == [None, None]
    assert not bench.pulse.is_sound
    assert bench.pulse.begin("GPIO20", LATER_NS) == PulseOver(bench.now_ns, "GPIO20", PulseEnd.NOT_SENT)
    assert "GPIO20" not in caplog.text


def test_close_ends_a_pulse_gives_the_pins_back_and_begins_none() -> None:
    bench = Bench()
    bench.pulse.begin("GPIO16", LATER_NS)

    assert bench.pulse.close() == PulseOver(bench.now_ns, "GPIO16", PulseEnd.ACKNOWLEDGED)

    assert [bench.board.output(pin) for pin in PINS] == [None, None]
    assert bench.pulse.begin("GPIO20", LATER_NS) == PulseOver(bench.now_ns, "GPIO20", PulseEnd.NOT_SENT)
    assert bench.pulse.close() is None


def test_a_pin_that_is_taken_leaves_no_other_claimed() -> None:
    bench = Bench()

    with pytest.raises(GpioError, match=r"pin GPIO16: .*twice"):
        RelayPulse(GpioOutputs(bench.board), ("GPIO12", "GPIO16"), 300, bench.time.clock)

    assert bench.board.output("GPIO12") is None


def test_nothing_is_switched_on_when_its_time_is_over() -> None:
    bench = Bench()

    late = bench.pulse.begin("GPIO16", bench.now_ns)
    assert late == PulseOver(bench.now_ns, "GPIO16", PulseEnd.NOT_SENT)
    assert bench.live() == set()

    assert bench.pulse.begin("GPIO16", bench.now_ns + 1) == PulseBegan(bench.now_ns, "GPIO16")
