"""A store that is ready for its night."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.scenarios.night import Night

NightOf = Callable[..., Night]


@pytest.fixture
def night_of() -> Iterator[NightOf]:
    """Makes a night with other brokers or lamps."""
    with ExitStack() as undo:

        def make(*, brokers: int = 1, lamps: bool = True) -> Night:
            night = Night(brokers=brokers, lamps=lamps)
            undo.callback(night.world.close)
            return night

        yield make


@pytest.fixture
def night(night_of: NightOf) -> Night:
    return night_of()
