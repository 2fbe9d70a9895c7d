"""Test runs of somebody who has installed Ansim."""

from pathlib import Path

import pytest

from tests.sim.testing.inner import Inner


@pytest.fixture
def inner(tmp_path: Path) -> Inner:
    """A project in an empty folder."""
    return Inner(tmp_path)
