"""What one device believes the time to be."""

from sim.clock import START_UTC_NS, ManualClock
from sim.world.clock import DeviceClock

_S = 1_000_000_000


def _turned(by_ns: int, clock: ManualClock) -> None:
    clock.move_to(clock.monotonic_ns() + by_ns)


def test_it_is_right_until_something_happens_to_it() -> None:
    true = ManualClock()
    clock = DeviceClock(true)
    _turned(5 * _S, true)

    assert clock.wall() == true.wall()


def test_drift_adds_up_and_jumps_stay() -> None:
    true = ManualClock()
    clock = DeviceClock(true)
    clock.drift(100)
    _turned(10_000 * _S, true)
    assert clock.wall().utc_ns - true.wall().utc_ns == 1 * _S

    clock.jump(-3_600 * _S)
    clock.drift(0)
    _turned(10_000 * _S, true)

    assert clock.wall().utc_ns - true.wall().utc_ns == -3_599 * _S


def test_unset_is_1970_and_not_vouched_for_until_it_is_synchronised() -> None:
    true = ManualClock()
    clock = DeviceClock(true)

    clock.unset()
    assert (clock.wall().utc_ns, clock.wall().synced) == (0, False)
    clock.sync()

    assert (clock.wall().utc_ns, clock.wall().synced) == (START_UTC_NS, True)


def test_monotonic_time_is_never_wrong() -> None:
    true = ManualClock()
    clock = DeviceClock(true)
    clock.unset()
    clock.jump(77 * _S)

    assert clock.monotonic_ns() == true.monotonic_ns()
