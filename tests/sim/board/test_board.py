"""The virtual board: what makes the level of a pin."""

import pytest
from gpiozero import (
    Button,
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidFunction,
    PinInvalidPull,
    PinPWMUnsupported,
    PinSetInput,
)

from drivers.ports import Pull
from sim.board.board import Board
from sim.board.light import Light
from sim.schedule import VirtualTime
from tests.contract.benches import BoardBench

PIN = "GPIO17"


@pytest.fixture
def board() -> Board:
    time = VirtualTime()
    return Board(time.schedule, time.clock)


@pytest.mark.parametrize(("pull", "high"), [("up", True), ("down", False)])
def test_open_pin_follows_its_pull(board: Board, pull: str, high: bool) -> None:
    board.pin(PIN).pull = pull

    assert board.pin(PIN).state == high


def test_floating_pin_keeps_its_level(board: Board) -> None:
    pin = board.pin(PIN)
    pin.pull = "up"

    pin.pull = "floating"

    assert pin.state


def test_circuit_beats_the_pull_and_ground_beats_supply(board: Board) -> None:
    pin = board.pin(PIN)
    pin.pull = "down"

    board.connect(PIN, lambda: True)
    assert pin.state

    board.connect(PIN, lambda: False)
    pin.pull = "up"
    assert not pin.state


def test_soldered_resistor_beats_the_pull_and_yields_to_a_circuit(board: Board) -> None:
    pin = board.pin(PIN)
    pin.pull = "down"

    board.fit_resistor(PIN, Pull.UP)
    assert pin.state

    board.connect(PIN, lambda: False)
    assert not pin.state


def test_forced_level_beats_everything_until_it_is_let_go(board: Board) -> None:
    pin = board.pin(PIN)
    board.connect(PIN, lambda: False)

    board.drive(PIN, True)
    assert pin.state

    board.drive(PIN, None)
    assert not pin.state


def test_level_from_outside_is_found_at_start_whatever_the_pull() -> None:
    bench = BoardBench()
    bench.drive(PIN, False)

    bench.inputs.watch(PIN, Pull.UP)

    assert [edge.high for edge in bench.edges(1)] == [False]
    bench.close()


def test_edges_carry_virtual_time() -> None:
    bench = BoardBench()
    bench.inputs.watch(PIN, Pull.UP)

    bench.time.schedule.at(bench.time.clock.monotonic_ns() + 123_456_789, lambda: bench.factory.drive(PIN, False))
    at_ns = bench.time.clock.monotonic_ns() + 123_456_789
    bench.time.run_for(3_600_000_000_000)

    assert bench.edges(2)[-1].at_ns == at_ns
    bench.close()


def test_output_does_not_listen_to_its_circuit(board: Board) -> None:
    pin = board.pin(PIN)
    pin.function = "output"

    board.drive(PIN, True)
    assert not pin.state

    pin.function = "input"
    assert pin.state


def test_closed_board_keeps_its_circuits_and_frees_its_pins() -> None:
    bench = BoardBench()
    bench.factory.connect(PIN, lambda: False)
    bench.inputs.watch(PIN, Pull.UP)

    bench.factory.close()  # the process was killed: nobody closed the inputs
    bench.new_inputs().watch(PIN, Pull.UP)

    assert [edge.high for edge in bench.edges(2)] == [False, False]
    bench.close()


def test_pin_reports_the_edges_that_it_was_asked_for(board: Board) -> None:
    pin, seen = board.pin(PIN), []

    def note(_ticks: int, state: int) -> None:
        seen.append(state)

    pin.edges = "rising"
    pin.when_changed = note
    for high in (True, False, True, False):
        board.drive(PIN, high)

    assert seen == [1, 1]
    board.close()


def test_callback_that_nobody_holds_is_forgotten(board: Board) -> None:
    pin, seen = board.pin(PIN), []
    pin.when_changed = lambda _ticks, state: seen.append(state)

    board.drive(PIN, True)

    assert not seen


def test_gpiozero_button_works_on_the_board(board: Board) -> None:
    with Button(17, pin_factory=board) as button:
        assert (button.pin.function, button.pin.pull, button.pin.edges) == ("input", "up", "both")
        assert (button.pin.bounce, button.pin.frequency) == (None, None)
        assert not button.is_pressed

        board.drive(PIN, False)

        assert button.is_pressed


def test_light_shows_every_change_with_its_time() -> None:
    bench = BoardBench()
    seen: list[tuple[int, bool]] = []
    light = Light(bench.factory, PIN, on_change=lambda at_ns, on: seen.append((at_ns, on)))
    bench.outputs.claim(PIN, active_high=True)
    start_ns = bench.time.clock.monotonic_ns()

    for on in (True, True, False, True):
        bench.time.run_for(10)
        bench.outputs.set(PIN, on)
    assert light.is_on

    bench.outputs.close()
    assert not light.is_on
    assert [(start_ns + 10, True), (start_ns + 30, False), (start_ns + 40, True), (start_ns + 40, False)] == seen


def test_light_that_is_on_when_low_is_dark_while_nobody_owns_its_pin() -> None:
    bench = BoardBench()
    light = Light(bench.factory, PIN, active_high=False)
    assert not light.is_on

    bench.outputs.claim(PIN, active_high=False)
    assert not light.is_on

    bench.outputs.set(PIN, True)
    assert light.is_on

    bench.factory.close()
    assert not light.is_on


def test_pin_refuses_what_it_cannot_do(board: Board) -> None:
    pin = board.pin(PIN)
    with pytest.raises(PinInvalidFunction):
        pin.function = "spi"
    with pytest.raises(PinInvalidPull):
        pin.pull = "sideways"
    with pytest.raises(PinInvalidBounce):
        pin.bounce = 0.1
    with pytest.raises(PinPWMUnsupported):
        pin.frequency = 100
    with pytest.raises(PinSetInput):
        pin.state = True
    pin.function = "output"
    with pytest.raises(PinFixedPull):
        pin.pull = "up"
