"""What the GPIO driver does beyond the contract: time stamps, floods, failing callbacks."""

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from drivers.clock import SystemClock
from drivers.errors import GpioError
from drivers.gpio import EDGES_PER_RESAMPLE, GpioInputs, GpioOutputs
from drivers.ports import Edge, Fact, Pull
from sim.board.board import Board
from sim.clock import START_NS, ManualClock
from sim.schedule import Schedule
from tests.contract.benches import BoardBench

PIN = "GPIO17"
SECOND_NS = 1_000_000_000


class Late(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """A back-end whose ticks and reports are the test's, as if they came late from another thread."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock

    def ticks(self) -> float:
        return self.clock.monotonic_ns() / 1e9

    def report(self, at_ns: int, high: bool) -> None:
        self.pin(PIN)._when_changed()(at_ns / 1e9, int(high))

    def hold(self, high: bool) -> None:
        self.pin(PIN)._state = high


class Desk:
    """Inputs on a late back-end, with time turned by hand."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.factory = Late(self.clock)
        self.posted: list[Fact] = []
        self.inputs = GpioInputs(self.factory, self.posted.append, self.clock)

    def levels(self) -> list[bool]:
        return [fact.high for fact in self.posted if isinstance(fact, Edge)]


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.inputs.close()


def test_edge_carries_the_back_ends_time(desk: Desk) -> None:
    desk.inputs.watch(PIN, Pull.UP)
    desk.clock.move_to(START_NS + 7_000_000)

    desk.factory.report(START_NS + 3_000_000, high=False)

    assert Edge(START_NS + 3_000_000, PIN, False) == desk.posted[-1]


@pytest.mark.parametrize("at_ns", [START_NS + 5 * SECOND_NS + 1, START_NS + 4 * SECOND_NS - 1000, 0])
def test_edge_from_the_future_or_the_far_past_happened_now(desk: Desk, at_ns: int) -> None:
    desk.inputs.watch(PIN, Pull.UP)
    desk.clock.move_to(START_NS + 5 * SECOND_NS)

    desk.factory.report(at_ns, high=False)

    assert Edge(START_NS + 5 * SECOND_NS, PIN, False) == desk.posted[-1]


def test_edge_that_the_level_at_start_contains_is_dropped(desk: Desk) -> None:
    desk.clock.move_to(START_NS + 1000)
    desk.inputs.watch(PIN, Pull.UP)

    desk.factory.report(START_NS + 500, high=True)

    assert [Edge(START_NS + 1000, PIN, True)] == desk.posted


def test_edge_reported_between_callback_and_level_comes_after_the_level(desk: Desk) -> None:
    desk.inputs.watch(PIN, Pull.UP)
    desk.clock.move_to(START_NS + 10)

    desk.factory.report(START_NS, high=False)
    desk.factory.report(START_NS + 5, high=True)

    assert [(edge.at_ns, edge.high) for edge in desk.posted if isinstance(edge, Edge)] == [
        (START_NS, True),
        (START_NS, False),
        (START_NS + 5, True),
    ]


def test_edge_under_way_while_its_level_is_mended_is_not_said_twice(desk: Desk) -> None:
    desk.inputs.watch(PIN, Pull.UP)
    desk.factory.hold(False)
    desk.clock.move_to(START_NS + 1000)
    desk.inputs.resample()

    desk.factory.report(START_NS + 500, high=False)
    desk.clock.move_to(START_NS + 2000)
    desk.factory.report(START_NS + 1500, high=True)

    assert desk.levels() == [True, False, True]


def test_time_of_a_pin_never_goes_back(desk: Desk) -> None:
    desk.inputs.watch(PIN, Pull.UP)
    desk.clock.move_to(START_NS + 5 * SECOND_NS)
    desk.factory.report(0, high=False)

    desk.factory.report(START_NS + 5 * SECOND_NS - 1000, high=True)

    assert Edge(START_NS + 5 * SECOND_NS, PIN, True) == desk.posted[-1]


def test_flood_is_bounded_and_the_level_mended_by_resample() -> None:
    bench = BoardBench()
    bench.inputs.watch(PIN, Pull.UP)
    bench.inputs.watch(bench.other, Pull.UP)

    for number in range(10 * EDGES_PER_RESAMPLE + 1):
        bench.drive(PIN, bool(number % 2))
    bench.drive(bench.other, False)
    assert len(bench.edges(0)) == 2 + EDGES_PER_RESAMPLE + 1
    assert bench.edges(0)[-1].pin == bench.other

    bench.inputs.resample()
    bench.drive(PIN, True)

    assert [edge.high for edge in bench.edges(0)[-2:]] == [False, True]
    bench.close()


def test_inputs_begin_and_end_in_good_order_while_edges_rain() -> None:
    clock = SystemClock()
    board = Board(Schedule(), clock)
    over = threading.Event()

    def rain() -> None:
        while not over.is_set():
            board.drive(PIN, False)
            board.drive(PIN, True)

    raining = threading.Thread(target=rain)
    raining.start()
    for _ in range(200):
        facts: SimpleQueue[Fact] = SimpleQueue()
        inputs = GpioInputs(board, facts.put, clock)
        inputs.watch(PIN, Pull.UP)
        inputs.resample()
        inputs.close()
        times_ns = [facts.get().at_ns for _ in range(facts.qsize())]
        assert times_ns
        assert sorted(times_ns) == times_ns
    over.set()
    raining.join()


def test_failing_post_reaches_no_back_end_and_is_mended(caplog: pytest.LogCaptureFixture) -> None:
    bench = BoardBench()
    posted: list[Fact] = []
    refuses = False

    def post(fact: Fact) -> None:
        if refuses:
            raise RuntimeError("no room")
        posted.append(fact)

    inputs = GpioInputs(bench.factory, post, bench.clock)
    inputs.watch(PIN, Pull.UP)
    refuses = True
    bench.drive(PIN, False)
    refuses = False
    inputs.resample()

    assert [fact.high for fact in posted if isinstance(fact, Edge)] == [True, False]
    assert f"an edge of {PIN} was lost" in caplog.text
    inputs.close()
    bench.close()


def test_pin_is_either_input_or_output() -> None:
    bench = BoardBench()
    bench.inputs.watch(PIN, Pull.UP)

    with pytest.raises(GpioError, match=r"pin BOARD11: .*twice"):
        bench.outputs.claim("BOARD11", active_high=True)  # the same pin by its place

    bench.close()


@pytest.mark.parametrize(
    ("text", "advice"),
    [("'GPIO busy'", "gpioinfo"), ("'bad GPIO number'", "not a GPIO pin"), ("'something else'", "something else")],
)
def test_error_of_the_back_end_names_the_pin_and_what_to_do(text: str, advice: str) -> None:
    bench = BoardBench()

    def refuse(*_: object) -> None:
        raise Exception(text)  # noqa: TRY002  # as lgpio's error, which derives from nothing else

    _patch(bench.factory.pin(PIN), refuse)

    with pytest.raises(GpioError, match=f"pin {PIN}: .*{advice}"):
        bench.inputs.watch(PIN, Pull.UP)
    with pytest.raises(GpioError, match=f"pin {PIN}: .*{advice}"):
        bench.outputs.claim(PIN, active_high=True)

    del bench.factory.pin(PIN)._set_function
    bench.inputs.watch(PIN, Pull.UP)  # the pin was given back
    bench.close()


def test_pin_that_cannot_be_closed_does_not_keep_the_others(caplog: pytest.LogCaptureFixture) -> None:
    bench = BoardBench()

    def refuse(*_: object) -> None:
        raise OSError("gone")

    bench.inputs.watch(PIN, Pull.UP)
    bench.inputs.watch(bench.other, Pull.UP)
    bench.outputs.claim("GPIO22", active_high=True)
    bench.outputs.claim("GPIO23", active_high=True)
    bench.outputs.set("GPIO23", True)
    for pin in (PIN, "GPIO22"):
        _patch(bench.factory.pin(pin), refuse)
    bench.factory.pin("GPIO22").close = refuse

    bench.inputs.close()
    bench.outputs.close()

    bench.drive(bench.other, False)
    assert len(bench.edges(2)) == 2
    assert not bench.level("GPIO23")
    assert f"{PIN} could not be closed" in caplog.text
    assert "GPIO22 could not be switched off" in caplog.text


def _patch(pin: Any, refuse: Callable[..., None]) -> None:
    pin._set_function = refuse


def test_outputs_close_without_any_claim() -> None:
    GpioOutputs(MockFactory()).close()
