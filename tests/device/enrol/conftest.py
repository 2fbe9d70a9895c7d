from pathlib import Path

import pytest

from tests.device.enrol.office import FakeOffice
from tests.pki import Pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def office(pki: Pki) -> FakeOffice:
    return FakeOffice(pki)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the device keeps its files."""
    folder = tmp_path / "device"
    folder.mkdir()
    return folder
