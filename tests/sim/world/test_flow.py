"""What is on its way keeps its order."""

from functools import partial
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sim.schedule import VirtualTime
from sim.world.flow import Conduct, Flow

_MS = 1_000_000


def _flow(conduct: Conduct, seed: int = 0) -> tuple[Flow, VirtualTime]:
    time = VirtualTime()
    flow = Flow(
        time.clock.monotonic_ns,
        lambda delay_ns, action: time.schedule.at(time.clock.monotonic_ns() + delay_ns, action),
        Random(seed),
        conduct,
    )
    return flow, time


def test_items_take_the_delay() -> None:
    arrived: list[int] = []
    flow, time = _flow(Conduct(delay_ns=30 * _MS))

    flow.put(lambda: arrived.append(time.clock.monotonic_ns()))
    start_ns = time.clock.monotonic_ns()
    time.run_for(1_000 * _MS)

    assert arrived == [start_ns + 30 * _MS]


@given(st.integers(0, 90), st.integers(0, 1_000), st.integers(1, 30))
def test_lost_packets_come_late_and_in_order(loss_percent: int, seed: int, items: int) -> None:
    arrived: list[int] = []
    flow, time = _flow(Conduct(loss_percent=loss_percent), seed)

    for number in range(items):
        flow.put(partial(arrived.append, number))
    time.run_for(10**15)

    assert arrived == list(range(items))


def test_what_is_held_passes_when_the_way_is_open_again() -> None:
    arrived: list[str] = []
    flow, time = _flow(Conduct(passes=False))
    flow.put(lambda: arrived.append("first"))
    time.run_for(1_000 * _MS)
    assert arrived == []

    flow.behave(Conduct())
    flow.put(lambda: arrived.append("second"))
    time.run_for(1_000 * _MS)

    assert arrived == ["first", "second"]


def test_nothing_arrives_after_the_end() -> None:
    arrived: list[str] = []
    flow, time = _flow(Conduct(delay_ns=5 * _MS))
    flow.put(lambda: arrived.append("on its way"))

    flow.end()
    flow.put(lambda: arrived.append("too late"))
    time.run_for(1_000 * _MS)

    assert arrived == []
