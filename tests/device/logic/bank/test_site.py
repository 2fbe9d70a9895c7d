import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.bank.settings import Night
from device.logic.bank.site import Site
from device.logic.units import S
from drivers.ports import WallClock

MINUTE_NS = 60 * S
DAY_NS = 1_440 * MINUTE_NS
DATE_NS = 20_000 * DAY_NS  # midnight, UTC


def _is_night(night: Night | None, minute: float, *, synced: bool = True) -> bool:
    site = Site(night)
    site.look_at_clock(WallClock(0, DATE_NS + round(minute * MINUTE_NS), synced), 0)
    return site.is_night


@pytest.mark.parametrize(
    ("clock", "night"),
    [(21 * 60 + 59.9, False), (22 * 60, True), (0, True), (5 * 60 + 59.9, True), (6 * 60, False), (720, False)],
)
def test_night_goes_over_midnight(clock: float, night: bool) -> None:
    assert _is_night(Night(22 * 60, 6 * 60, 0), clock) is night


@pytest.mark.parametrize(("clock", "night"), [(59, False), (60, True), (299, True), (300, False)])
def test_night_may_begin_after_midnight(clock: float, night: bool) -> None:
    assert _is_night(Night(60, 300, 0), clock) is night


def test_night_is_that_of_local_time() -> None:
    seoul = Night(22 * 60, 6 * 60, 9 * 60)
    assert _is_night(seoul, 13 * 60)
    assert not _is_night(seoul, 22 * 60)


def test_it_is_day_without_a_night_and_without_a_clock_that_is_trusted() -> None:
    assert not _is_night(None, 0)
    assert not _is_night(Night(22 * 60, 6 * 60, 0), 0, synced=False)
    assert Site(None).flip_ns(WallClock(0, 0, synced=True), 0) is None
    assert Site(Night(5, 5, 0)).flip_ns(WallClock(0, 0, synced=True), 0) is None


def test_reading_of_the_clock_that_is_old_still_tells_the_time() -> None:
    site = Site(Night(22 * 60, 6 * 60, 0))
    wall = WallClock(0, DATE_NS + 21 * 60 * MINUTE_NS, synced=True)
    assert not site.look_at_clock(wall, 59 * MINUTE_NS)
    assert site.flip_ns(wall, 59 * MINUTE_NS) == 60 * MINUTE_NS
    assert site.look_at_clock(wall, 60 * MINUTE_NS)
    assert (site.is_night, site.hour_ns) == (True, 60 * MINUTE_NS)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(0, 1_439), st.integers(0, 1_439), st.integers(-720, 840), st.integers(0, DAY_NS))
def test_night_flips_when_it_was_said_to_and_not_before(begins: int, ends: int, offset: int, into_ns: int) -> None:
    site, wall = Site(Night(begins, ends, offset)), WallClock(0, DATE_NS + into_ns, synced=True)
    site.look_at_clock(wall, 0)
    flip_ns = site.flip_ns(wall, 0)
    if begins == ends:
        assert flip_ns is None
        assert not site.is_night
        return
    assert flip_ns is not None
    assert flip_ns > 0
    assert not site.look_at_clock(wall, flip_ns - 1)
    assert site.look_at_clock(wall, flip_ns)
