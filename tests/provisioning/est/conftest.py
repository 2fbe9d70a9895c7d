from datetime import datetime, timedelta

import pytest

from provisioning.authority.authority import Authority
from provisioning.clock import now_utc
from tests.provisioning.est.desk import make_authority


@pytest.fixture(scope="session")
def today() -> datetime:
    """For what OpenSSL judges by the clock of this machine; a little past, so that nothing is from the future."""
    return now_utc() - timedelta(seconds=5)


@pytest.fixture(scope="session")
def authority_today(tmp_path_factory: pytest.TempPathFactory, today: datetime) -> Authority:
    return make_authority(tmp_path_factory.mktemp("office-today"), today)
