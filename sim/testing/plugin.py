"""The pytest plugin that comes with `ansim-edge[sim]`: fixtures, the marker, and the transcript of a test that fails.

pytest imports this file in every run, also where no test asks for a fixture: so it imports nothing but pytest.
"""

# ruff: noqa: PLC0415  # a fixture imports what it needs when it is asked for

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pluggy import Result

    from sim.testing.control_room import ControlRoom
    from sim.testing.live_broker import LiveBroker
    from sim.testing.live_store import LiveStore
    from sim.testing.scenario import Stagehand
    from sim.testing.store import Store
    from sim.testing.world import World

_SHOWN = 40
_MARKER = (
    "ansim(stores=1, brokers=1, seed=0, heartbeat='60s', bounce='good', battery='0s', lamps=True, config=None, "
    "bank=None, doors=24, night=False, remote_opens=3): "
    "what the world of this test is made of; see docs/testing-your-integration.md"
)
_TRANSCRIPTS = pytest.StashKey[list[tuple[str, Callable[[], list[str]]]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> "Generator[None, Result[pytest.TestReport], None]":
    """A test that fails shows what happened in its world."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for title, lines in item.stash.get(_TRANSCRIPTS, []):
            if last := lines()[-_SHOWN:]:
                report.sections.append((title, "\n".join(last)))


def _show(request: pytest.FixtureRequest, title: str, lines: Callable[[], list[str]]) -> None:
    request.node.stash.setdefault(_TRANSCRIPTS, []).append((f"ansim: {title}", lines))


def _fault(error: ValueError) -> BaseException:
    """One line instead of a traceback."""
    return pytest.fail.Exception(str(error), pytrace=False)


# ---------------------------------------------------------------- virtual time


@pytest.fixture
def world(request: pytest.FixtureRequest) -> "Iterator[World]":
    """Stores, brokers and a control room in virtual time: powered, connected, at rest. @pytest.mark.ansim makes it."""
    from sim.testing.errors import Unplayable
    from sim.testing.marks import setup_of
    from sim.testing.world import World

    marks = list(request.node.iter_markers("ansim"))
    arguments = {name: value for mark in reversed(marks) for name, value in mark.kwargs.items()}
    unnamed = tuple(value for mark in marks for value in mark.args)
    try:
        setup = setup_of(arguments, unnamed, request.path.parent)
    except Unplayable as error:
        raise _fault(error) from None
    made = World(setup)
    _show(request, "what happened in the world", made.transcript)
    with made:
        yield made


@pytest.fixture
def store(world: "World") -> "Store":
    """The only store of `world`: press, lift, cut wires, network, disk, power."""
    from sim.testing.errors import Unplayable

    try:
        return world.store
    except Unplayable as error:
        raise _fault(error) from None


@pytest.fixture
def control_room(world: "World") -> "ControlRoom":
    """What has arrived in `world`, how the control room answers, and what people in it do."""
    return world.control_room


@pytest.fixture
def play_scenario(request: pytest.FixtureRequest) -> "Stagehand":
    """Plays a scenario file beside the test, and fails the test if something is not as expected."""
    from sim.testing.scenario import Stagehand

    stage = Stagehand(request.path.parent)
    _show(request, "what happened in the scenario", stage.transcript)
    return stage


# ---------------------------------------------------------------- real time


@pytest.fixture
def broker() -> "Iterator[LiveBroker]":
    """A real MQTT broker on a free port of this machine: Mosquitto if installed, else the embedded one."""
    from sim.testing.live_broker import LiveBroker

    with LiveBroker() as made:
        yield made


@pytest.fixture
def live_store(request: pytest.FixtureRequest, broker: "LiveBroker", tmp_path: "Path") -> "Iterator[LiveStore]":
    """The real agent in a process of its own, on a virtual board, connected to `broker`."""
    from sim.testing.live_store import LiveStore

    made = LiveStore(tmp_path / "live-store", broker.port)
    _show(request, "what the live store said", made.transcript)
    with made:
        yield made
