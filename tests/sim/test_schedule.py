"""Time turned by hand, and time that passes."""

import threading
from functools import partial
from queue import SimpleQueue

import pytest

from drivers.clock import SystemClock
from sim.clock import START_NS, START_UTC_NS, ManualClock
from sim.schedule import RealTime, VirtualTime

_PATIENCE_S = 10.0


def test_actions_happen_by_time_and_then_by_order_of_planning() -> None:
    time = VirtualTime()
    seen: list[tuple[str, int]] = []

    def note(name: str) -> None:
        seen.append((name, time.clock.monotonic_ns() - START_NS))

    for name, at_ns in (("late", 30), ("first", 10), ("second", 10), ("between", 20)):
        time.schedule.at(START_NS + at_ns, partial(note, name))

    time.run_for(20)

    assert seen == [("first", 10), ("second", 10), ("between", 20)]
    assert time.clock.monotonic_ns() == START_NS + 20
    assert time.schedule.next_ns() == START_NS + 30


def test_action_may_plan_the_next_one() -> None:
    time = VirtualTime()
    seen: list[int] = []

    def again() -> None:
        seen.append(time.clock.monotonic_ns() - START_NS)
        time.schedule.at(time.clock.monotonic_ns() + 10, again)

    again()
    time.run_for(35)

    assert seen == [0, 10, 20, 30]


def test_action_planned_for_the_past_happens_now() -> None:
    time = VirtualTime()
    seen: list[int] = []
    time.schedule.at(0, lambda: seen.append(time.clock.monotonic_ns()))

    time.run_for(0)

    assert seen == [START_NS]


def test_virtual_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="does not go back"):
        VirtualTime().run_until(START_NS - 1)


def test_wall_clock_follows_the_monotonic_one_and_can_jump() -> None:
    clock = ManualClock()

    clock.move_to(START_NS + 5)
    assert clock.wall().utc_ns == START_UTC_NS + 5

    clock.set_wall(7, synced=False)
    clock.move_to(START_NS + 6)
    assert (clock.wall().utc_ns, clock.wall().synced, clock.wall().at_ns) == (8, False, START_NS + 6)


def test_real_time_waits_for_the_time_of_an_action() -> None:
    clock = SystemClock()
    seen: SimpleQueue[tuple[str, int]] = SimpleQueue()

    def note(name: str) -> None:
        seen.put((name, clock.monotonic_ns()))

    with RealTime(clock) as time:
        start_ns = clock.monotonic_ns()
        for name, after_ns in (("second", 20_000_000), ("first", 10_000_000)):
            time.schedule.at(start_ns + after_ns, partial(note, name))
        first, second = seen.get(timeout=_PATIENCE_S), seen.get(timeout=_PATIENCE_S)

    assert (first[0], second[0]) == ("first", "second")
    assert first[1] >= start_ns + 10_000_000
    assert second[1] >= start_ns + 20_000_000


def test_real_time_survives_an_action_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def fail() -> None:
        raise RuntimeError("of the demonstration")

    with RealTime(SystemClock()) as time:
        time.schedule.at(0, fail)
        time.schedule.at(0, done.set)
        assert done.wait(_PATIENCE_S)

    assert "action of the simulation failed" in caplog.text


def test_real_time_that_ended_leaves_the_rest_undone() -> None:
    seen: list[int] = []
    with RealTime(SystemClock()) as time:
        time.schedule.at(SystemClock().monotonic_ns() + 3_600_000_000_000, lambda: seen.append(1))

    assert not seen
