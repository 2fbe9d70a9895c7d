"""`contract.outputs` over the back-ends at hand."""

from collections.abc import Callable, Iterator

import pytest

from tests.contract import outputs
from tests.contract.benches import BENCHES, BoardBench, MockBench


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest) -> Iterator[BoardBench | MockBench]:
    made: BoardBench | MockBench = request.param()
    yield made
    made.close()


@pytest.mark.parametrize("check", outputs.CHECKS, ids=lambda check: check.__name__)
def test_outputs(bench: BoardBench | MockBench, check: Callable[[outputs.OutputBench], None]) -> None:
    check(bench)
