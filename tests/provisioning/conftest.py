"""An office whose authority is made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.authority.authority import Authority
from tests.provisioning.est.desk import Desk, make_authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Good at the tests' own time."""
    return make_authority(tmp_path_factory.mktemp("office"))


@pytest.fixture
def desk(tmp_path: Path, authority: Authority) -> Iterator[Desk]:
    with Desk(tmp_path, authority) as desk:
        yield desk
