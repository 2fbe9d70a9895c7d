"""What every back-end of `Outputs` does. Functions over a bench; `test_outputs.py` runs them over those at hand."""

from collections.abc import Callable
from typing import Protocol

import pytest

from drivers.errors import GpioError
from drivers.ports import Outputs


class OutputBench(Protocol):
    """An `Outputs` under test, two of its pins, and eyes to see their levels."""

    outputs: Outputs
    pin: str
    other: str

    def new_outputs(self) -> Outputs:
        """Another `Outputs` on the same board, as after a restart."""
        ...

    def level(self, pin: str) -> bool:
        """The level that the pin has from outside."""
        ...


def claimed_light_is_off(bench: OutputBench) -> None:
    bench.outputs.claim(bench.pin, active_high=True)
    bench.outputs.claim(bench.other, active_high=False)

    assert not bench.level(bench.pin)
    assert bench.level(bench.other)


def light_is_switched_on_and_off(bench: OutputBench) -> None:
    bench.outputs.claim(bench.pin, active_high=True)
    bench.outputs.claim(bench.other, active_high=False)

    for on in (True, True, False, True, False):
        bench.outputs.set(bench.pin, on)
        bench.outputs.set(bench.other, on)

        assert on == bench.level(bench.pin)
        assert on != bench.level(bench.other)


def closed_light_is_off_and_can_be_claimed_again(bench: OutputBench) -> None:
    bench.outputs.claim(bench.pin, active_high=True)
    bench.outputs.set(bench.pin, True)

    bench.outputs.close()

    assert not bench.level(bench.pin)
    again = bench.new_outputs()
    again.claim(bench.pin, active_high=True)
    again.set(bench.pin, True)
    assert bench.level(bench.pin)


def pin_used_twice_is_refused(bench: OutputBench) -> None:
    bench.outputs.claim(bench.pin, active_high=True)

    for outputs in (bench.outputs, bench.new_outputs()):
        with pytest.raises(GpioError, match=f"{bench.pin}: .*twice"):
            outputs.claim(bench.pin, active_high=True)


def pin_that_was_not_claimed_is_refused(bench: OutputBench) -> None:
    with pytest.raises(GpioError, match=f"{bench.pin}: was not claimed"):
        bench.outputs.set(bench.pin, True)


def pin_that_the_board_has_not_is_refused(bench: OutputBench) -> None:
    with pytest.raises(GpioError, match=r"pin GPIO99: .*not a GPIO pin"):
        bench.outputs.claim("GPIO99", active_high=True)


CHECKS: tuple[Callable[[OutputBench], None], ...] = (
    claimed_light_is_off,
    light_is_switched_on_and_off,
    closed_light_is_off_and_can_be_claimed_again,
    pin_used_twice_is_refused,
    pin_that_was_not_claimed_is_refused,
    pin_that_the_board_has_not_is_refused,
)
