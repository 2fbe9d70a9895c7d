"""External brokers for tests."""

from pathlib import Path

from sim.broker.mosquitto import INSTALL, find_mosquitto
from tests.conftest import external


def installed_mosquitto() -> Path:
    """The program; skips, or fails in CI, where there is none."""
    found = find_mosquitto()
    return Path(external(None if found is None else str(found), INSTALL))
