"""Ptys that are closed again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drivers.lockbus.pty_wire import PtyWire


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[PtyWire]:
    there = PtyWire(tmp_path / "ttyLOCKS")
    yield there
    there.close()
