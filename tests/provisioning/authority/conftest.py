"""One authority for each kind of key; nothing changes them."""

from pathlib import Path

import pytest

from drivers.key_making import Algorithm
from provisioning.authority.authority import Authority
from tests.provisioning.authority.offices import make_authority


@pytest.fixture(scope="session", params=list(Algorithm))
def algorithm(request: pytest.FixtureRequest) -> Algorithm:
    found: Algorithm = request.param
    return found


@pytest.fixture(scope="session")
def office(algorithm: Algorithm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `authority`."""
    return tmp_path_factory.mktemp(f"office-{algorithm}")


@pytest.fixture(scope="session")
def authority(office: Path, algorithm: Algorithm) -> Authority:
    return make_authority(office, algorithm)
