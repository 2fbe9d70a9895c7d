from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.registry.registry import Registry
from tests.provisioning.registry.values import NOW, PLANS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


@pytest.fixture
def registry(path: Path) -> Iterator[Registry]:
    """Three planned devices at two sites."""
    with Registry(path, "haeun") as opened:
        opened.apply(PLANS, NOW)
        yield opened
