"""A store that is ready for its night."""

from collections.abc import Iterator

import pytest

from sim.control_room.ledger import Ledger
from tests.scenarios.night import Night


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as ledger:
        yield ledger


@pytest.fixture
def night(ledger: Ledger) -> Night:
    return Night(ledger)
