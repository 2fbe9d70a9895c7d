"""One panel for a module: real stores, real brokers, a real server."""

import threading
from collections.abc import Iterator

import pytest

from sim.panel.panel import Panel, Setup
from sim.panel.places import PLACES
from sim.panel.server import PanelServer
from tests.conftest import _children
from tests.sim.panel.client import PanelClient


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelServer]:
    """Two stores, two brokers."""
    setup = Setup(folder=tmp_path_factory.mktemp("panel"), places=PLACES[:2], brokers=2)
    with Panel(setup) as panel, PanelServer(panel) as running:
        yield running


@pytest.fixture(scope="module")
def panel(server: PanelServer) -> PanelClient:
    """With both stores connected."""
    client = PanelClient(server.url)
    client.mend()
    return client


@pytest.fixture(autouse=True)
def nothing_left_behind() -> None:
    """Threads, files and children belong to the module here; see the module's end."""


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind_by_the_module() -> Iterator[None]:
    """What tests/conftest.py asks of every test."""
    threads, children = set(threading.enumerate()), _children()
    yield
    left = [thread.name for thread in set(threading.enumerate()) - threads]
    assert not left, f"threads left behind: {left}"
    assert not _children() - children, "child processes left behind"
