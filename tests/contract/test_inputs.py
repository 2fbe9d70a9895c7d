"""`contract.inputs` over the back-ends at hand."""

from collections.abc import Callable, Iterator

import pytest

from tests.contract import inputs
from tests.contract.benches import BENCHES, BoardBench, MockBench

AnyBench = BoardBench | MockBench


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest) -> Iterator[AnyBench]:
    made: AnyBench = request.param()
    yield made
    made.close()


@pytest.mark.parametrize("check", inputs.CHECKS, ids=lambda check: check.__name__)
def test_inputs(bench: AnyBench, check: inputs.Check) -> None:
    check(bench)


@pytest.mark.parametrize("check", inputs.DEAF_CHECKS, ids=lambda check: check.__name__)
def test_inputs_that_miss_an_edge(bench: AnyBench, check: Callable[[inputs.DeafBench], None]) -> None:
    check(bench)
