import pytest

from device.logic.chatter import CHATTER_EDGES, CHATTER_QUIET_NS, ChatterWatch
from device.logic.units import MS, S


def _feed(watch: ChatterWatch, edges: int, gap_ns: int, begin_ns: int = 0) -> list[int]:
    """The edges, counted from 1, at which chatter was noticed."""
    return [edge + 1 for edge in range(edges) if watch.feed(begin_ns + edge * gap_ns)]


def test_chatter_is_noticed_once_with_the_first_edge_over_the_limit() -> None:
    watch = ChatterWatch()
    assert _feed(watch, 500, MS) == [CHATTER_EDGES + 1]
    assert watch.edges == 500


def test_sixty_edges_in_a_second_are_a_hand() -> None:
    watch = ChatterWatch()
    assert _feed(watch, 500, S // CHATTER_EDGES + 1) == []
    assert watch.due_ns() is None
    assert watch.tick(99 * S) is None


def test_chatter_is_over_when_it_has_been_quiet() -> None:
    watch = ChatterWatch()
    _feed(watch, 100, MS)
    last_ns = 99 * MS
    assert watch.due_ns() == last_ns + CHATTER_QUIET_NS
    assert watch.tick(last_ns + CHATTER_QUIET_NS - 1) is None
    assert watch.tick(last_ns + CHATTER_QUIET_NS) == 100
    assert watch.tick(last_ns + CHATTER_QUIET_NS) is None
    assert watch.due_ns() is None


@pytest.mark.parametrize("gap_ms", [1, 15])
def test_chatter_that_comes_again_is_noticed_again(gap_ms: int) -> None:
    watch = ChatterWatch()
    _feed(watch, 100, gap_ms * MS)
    watch.tick(60 * S)
    assert _feed(watch, 100, gap_ms * MS, 60 * S) == [CHATTER_EDGES + 1]
    assert watch.edges == 100
