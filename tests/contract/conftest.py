"""What the contract of a store is checked on. Other contracts have a `bench` of their own in their file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.store_benches import FileBench, MemoryBench, StoreBench


@pytest.fixture(params=["files", "memory"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreBench]:
    made: StoreBench = FileBench(tmp_path) if request.param == "files" else MemoryBench()
    yield made
    made.close(orderly=True)
    assert made.left_over() == []
