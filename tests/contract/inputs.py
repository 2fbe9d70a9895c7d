"""What every back-end of `Inputs` does. Functions over a bench; `test_inputs.py` runs them over those at hand.

A third back-end joins by an `InputBench` of its own and `CHECKS`; the pins start undriven, and nothing is watched.
"""

from collections.abc import Callable
from typing import Protocol

import pytest

from drivers.errors import GpioError
from drivers.ports import Clock, Edge, Inputs, Pull


class InputBench(Protocol):
    """An `Inputs` under test, two of its pins, and hands to move them."""

    inputs: Inputs
    clock: Clock
    pin: str
    other: str

    def new_inputs(self) -> Inputs:
        """Another `Inputs` on the same board, as after a restart."""
        ...

    def drive(self, pin: str, high: bool) -> None:
        """Give the pin a level from outside; wait if the back-end would merge it with the next one."""
        ...

    def edges(self, count: int) -> list[Edge]:
        """All that was posted so far, once it is at least `count`, and nothing more is on its way."""
        ...


def level_at_start_is_posted_first(bench: InputBench) -> None:
    before_ns = bench.clock.monotonic_ns()
    bench.inputs.watch(bench.pin, Pull.UP)
    bench.inputs.watch(bench.other, Pull.DOWN)
    after_ns = bench.clock.monotonic_ns()

    first, second = bench.edges(2)

    assert (first.pin, first.high) == (bench.pin, True)
    assert (second.pin, second.high) == (bench.other, False)
    assert before_ns <= first.at_ns <= second.at_ns <= after_ns


def every_edge_is_posted_in_order(bench: InputBench) -> None:
    bench.inputs.watch(bench.pin, Pull.UP)
    levels = [bool(number % 2) for number in range(20)]

    for high in levels:
        bench.drive(bench.pin, high)
    edges = bench.edges(21)

    assert [True, *levels] == [edge.high for edge in edges]
    assert sorted(edge.at_ns for edge in edges) == [edge.at_ns for edge in edges]


def edge_carries_the_time_at_which_it_happened(bench: InputBench) -> None:
    bench.inputs.watch(bench.pin, Pull.UP)

    before_ns = bench.clock.monotonic_ns()
    bench.drive(bench.pin, False)
    edge = bench.edges(2)[-1]

    assert before_ns <= edge.at_ns <= bench.clock.monotonic_ns()


def pins_are_told_apart(bench: InputBench) -> None:
    bench.inputs.watch(bench.pin, Pull.UP)
    bench.inputs.watch(bench.other, Pull.UP)

    bench.drive(bench.other, False)
    bench.drive(bench.pin, False)

    assert {(bench.other, False), (bench.pin, False)} == {(edge.pin, edge.high) for edge in bench.edges(4)[2:]}


def resample_is_silent_when_nothing_was_missed(bench: InputBench) -> None:
    bench.inputs.watch(bench.pin, Pull.UP)
    bench.drive(bench.pin, False)
    assert len(bench.edges(2)) == 2

    bench.inputs.resample()

    assert len(bench.edges(2)) == 2


def nothing_is_posted_after_close(bench: InputBench) -> None:
    bench.inputs.watch(bench.pin, Pull.UP)
    bench.inputs.close()

    bench.drive(bench.pin, False)
    bench.inputs.resample()

    assert len(bench.edges(1)) == 1


def closed_pin_can_be_watched_again(bench: InputBench) -> None:
    bench.inputs.watch(bench.pin, Pull.UP)
    bench.inputs.close()

    again = bench.new_inputs()
    again.watch(bench.pin, Pull.DOWN)
    bench.drive(bench.pin, True)

    assert [edge.high for edge in bench.edges(3)] == [True, False, True]


def pin_used_twice_is_refused(bench: InputBench) -> None:
    bench.inputs.watch(bench.pin, Pull.UP)

    for inputs in (bench.inputs, bench.new_inputs()):
        with pytest.raises(GpioError, match=f"{bench.pin}: .*twice"):
            inputs.watch(bench.pin, Pull.UP)

    bench.drive(bench.pin, False)
    assert [edge.high for edge in bench.edges(2)] == [True, False]


def pin_that_the_board_has_not_is_refused(bench: InputBench) -> None:
    for pin in ("GPIO99", "3V3", ""):
        with pytest.raises(GpioError, match=f"pin {pin}: .*not a GPIO pin"):
            bench.inputs.watch(pin, Pull.UP)


def pull_that_is_soldered_is_not_overruled(bench: InputBench) -> None:
    # GPIO2 and GPIO3 carry I2C's pull-up resistors on every Raspberry Pi.
    with pytest.raises(GpioError, match=r"pin GPIO2: .*configure that pull"):
        bench.inputs.watch("GPIO2", Pull.DOWN)

    bench.inputs.watch("GPIO2", Pull.UP)

    assert [edge.high for edge in bench.edges(1)] == [True]


Check = Callable[[InputBench], None]
CHECKS: tuple[Check, ...] = (
    level_at_start_is_posted_first,
    every_edge_is_posted_in_order,
    edge_carries_the_time_at_which_it_happened,
    pins_are_told_apart,
    resample_is_silent_when_nothing_was_missed,
    nothing_is_posted_after_close,
    closed_pin_can_be_watched_again,
    pin_used_twice_is_refused,
    pin_that_the_board_has_not_is_refused,
    pull_that_is_soldered_is_not_overruled,
)


class DeafBench(InputBench, Protocol):
    """A bench that can also let an edge get lost; not every back-end can be made to."""

    def miss(self, pin: str, high: bool) -> None:
        """Give the pin a level, and let no edge be reported."""
        ...


def missed_edge_is_mended_by_resample(bench: DeafBench) -> None:
    bench.inputs.watch(bench.pin, Pull.UP)
    bench.miss(bench.pin, False)
    assert len(bench.edges(1)) == 1

    before_ns = bench.clock.monotonic_ns()
    bench.inputs.resample()
    edge = bench.edges(2)[-1]

    assert not edge.high
    assert before_ns <= edge.at_ns <= bench.clock.monotonic_ns()


def edge_after_a_mended_one_is_posted(bench: DeafBench) -> None:
    bench.inputs.watch(bench.pin, Pull.UP)
    bench.miss(bench.pin, False)
    bench.inputs.resample()

    bench.drive(bench.pin, True)

    assert [edge.high for edge in bench.edges(3)] == [True, False, True]


DEAF_CHECKS: tuple[Callable[[DeafBench], None], ...] = (
    missed_edge_is_mended_by_resample,
    edge_after_a_mended_one_is_posted,
)
