import pytest

from device.logic.chatter import (
    BOUNCE_EDGES,
    CHATTER_EDGES,
    CHATTER_QUIET_NS,
    CHATTER_WINDOW_NS,
    MOVEMENTS,
    UNSETTLED_NS,
    ChatterWatch,
)
from device.logic.units import MS, S

ONE_MOVEMENT = CHATTER_EDGES
"""Edges in a second that one movement explains before it is believed."""


def _feed(watch: ChatterWatch, edges: int, gap_ns: int, begin_ns: int = 0) -> list[int]:
    """Edges of a contact that does not settle; those, counted from 1, at which chatter was noticed."""
    return [edge + 1 for edge in range(edges) if watch.feed(begin_ns + edge * gap_ns, settled=edge == 0)]


def _move(watch: ChatterWatch, movements: int, edges: int, per_second: int = MOVEMENTS) -> bool:
    """Movements that each bounce and settle; whether chatter was noticed."""
    noticed = False
    for movement in range(movements):
        begin_ns = movement * S // per_second
        noticed |= bool(_feed(watch, edges, MS // 10, begin_ns))
        watch.moved(begin_ns + edges * MS // 10 + 20 * MS)
    return noticed


def test_chatter_is_noticed_once_with_the_first_edge_over_the_limit() -> None:
    watch = ChatterWatch()
    assert _feed(watch, 500, MS) == [ONE_MOVEMENT + 1]
    assert watch.edges == 500


def test_no_more_edges_in_a_second_than_one_movement_explains_are_no_chatter() -> None:
    watch = ChatterWatch()
    assert _feed(watch, 2 * ONE_MOVEMENT, CHATTER_WINDOW_NS // ONE_MOVEMENT + 1) == []
    assert watch.due_ns() is None
    assert watch.tick(99 * S) is None


@pytest.mark.parametrize("edges", [1, 10, BOUNCE_EDGES])
def test_hand_that_presses_eight_times_a_second_is_no_chatter(edges: int) -> None:
    watch = ChatterWatch()
    assert not _move(watch, 20 * MOVEMENTS, edges)
    assert watch.edges is None


def test_more_movements_than_a_hand_can_make_explain_no_more_edges() -> None:
    assert _move(ChatterWatch(), 20 * MOVEMENTS, BOUNCE_EDGES, per_second=2 * MOVEMENTS)


def test_chatter_is_over_when_it_has_been_quiet() -> None:
    watch = ChatterWatch()
    _feed(watch, 200, MS)
    last_ns = 199 * MS
    assert watch.due_ns() == last_ns + CHATTER_QUIET_NS
    assert watch.tick(last_ns + CHATTER_QUIET_NS - 1) is None
    assert watch.tick(last_ns + CHATTER_QUIET_NS) == 200
    assert watch.tick(last_ns + CHATTER_QUIET_NS) is None
    assert watch.due_ns() is None


@pytest.mark.parametrize("gap_ms", [1, 5])
def test_chatter_that_comes_again_is_noticed_again(gap_ms: int) -> None:
    watch = ChatterWatch()
    _feed(watch, 200, gap_ms * MS)
    watch.tick(60 * S)
    assert _feed(watch, 200, gap_ms * MS, 60 * S) == [ONE_MOVEMENT + 1]
    assert watch.edges == 200


@pytest.mark.parametrize("begin_ns", [0, 3_600 * S])
@pytest.mark.parametrize("gap_ms", [17, 18, 100, 240, 999])
def test_contact_that_does_not_settle_for_two_seconds_is_chatter_once(gap_ms: int, begin_ns: int) -> None:
    watch = ChatterWatch()
    noticed = -(-UNSETTLED_NS // (gap_ms * MS)) + 1
    assert _feed(watch, 200, gap_ms * MS, begin_ns) == [noticed]
    assert watch.edges is not None
    assert 200 - noticed < watch.edges <= 200


def test_contact_that_settles_in_time_is_no_chatter_however_often() -> None:
    watch = ChatterWatch()
    for begin_ns in range(0, 50 * UNSETTLED_NS, UNSETTLED_NS):
        assert _feed(watch, UNSETTLED_NS // (100 * MS), 100 * MS, begin_ns) == []
    assert watch.due_ns() is None


def test_rests_without_a_movement_explain_nothing() -> None:
    watch = ChatterWatch()
    noticed = [watch.feed(pulse * 12 * MS + edge * MS, settled=edge == 0) for pulse in range(50) for edge in range(2)]
    assert noticed.index(True) == CHATTER_EDGES
