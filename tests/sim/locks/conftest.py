"""A bank, closed behind each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.locks.bank_bench import BankBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[BankBench]:
    """Four doors on two boards, each with a reed."""
    made = BankBench(tmp_path)
    yield made
    made.close()
