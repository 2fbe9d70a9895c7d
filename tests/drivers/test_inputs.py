"""Pins of the header and of expanders as one `Inputs`."""

from collections.abc import Callable, Iterator

import pytest

from drivers.errors import GpioError
from drivers.inputs import RoutedInputs
from drivers.ports import Inputs, Pull
from tests.contract import inputs as contract
from tests.contract.benches import BoardBench


class Routed(BoardBench):
    """The header's pins, behind the router."""

    def new_inputs(self) -> Inputs:
        return RoutedInputs(super().new_inputs(), {})


class Part:
    """An `Inputs` that keeps what it is asked."""

    def __init__(self, log: list[str], name: str, *, breaks: bool = False) -> None:
        self._log = log
        self._name = name
        self._breaks = breaks

    def watch(self, pin: str, pull: Pull) -> None:
        self._log.append(f"{self._name} watches {pin} {pull}")

    def resample(self) -> None:
        self._log.append(f"{self._name} resamples")

    def close(self) -> None:
        self._log.append(f"{self._name} closes")
        if self._breaks:
            raise OSError(f"{self._name} is gone")


@pytest.fixture
def bench() -> Iterator[Routed]:
    made = Routed()
    yield made
    made.close()


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_inputs(bench: Routed, check: contract.Check) -> None:
    check(bench)


@pytest.mark.parametrize("check", contract.DEAF_CHECKS, ids=lambda check: check.__name__)
def test_inputs_that_miss_an_edge(bench: Routed, check: Callable[[contract.DeafBench], None]) -> None:
    check(bench)


def test_every_pin_is_watched_where_it_is() -> None:
    log: list[str] = []
    inputs = RoutedInputs(Part(log, "header"), {"reeds": Part(log, "reeds"), "more": Part(log, "more")})

    inputs.watch("more/7", Pull.UP)
    inputs.watch("GPIO5", Pull.NONE)
    inputs.watch("reeds/0", Pull.UP)

    assert log == ["more watches more/7 up", "header watches GPIO5 none", "reeds watches reeds/0 up"]


def test_all_are_resampled() -> None:
    log: list[str] = []

    RoutedInputs(Part(log, "header"), {"reeds": Part(log, "reeds")}).resample()

    assert log == ["header resamples", "reeds resamples"]


@pytest.mark.parametrize("broken", ["header", "reeds", "more"])
def test_all_are_closed_whatever_one_of_them_raises(broken: str) -> None:
    log: list[str] = []
    header, reeds, more = (Part(log, name, breaks=name == broken) for name in ("header", "reeds", "more"))

    with pytest.raises(OSError, match=f"{broken} is gone"):
        RoutedInputs(header, {"reeds": reeds, "more": more}).close()

    assert sorted(log) == ["header closes", "more closes", "reeds closes"]


def test_an_expander_that_is_not_configured_is_refused() -> None:
    log: list[str] = []
    inputs = RoutedInputs(Part(log, "header"), {"reeds": Part(log, "reeds"), "more": Part(log, "more")})

    with pytest.raises(GpioError, match="pin other/3: there is no expander other; configured: more, reeds"):
        inputs.watch("other/3", Pull.UP)
    with pytest.raises(GpioError, match="configured: none"):
        RoutedInputs(Part(log, "header"), {}).watch("reeds/3", Pull.UP)

    assert log == []
