from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.debounce import BOUNCE_NS, Change, Debouncer
from device.logic.units import MS

STABLE_NS = 20 * MS


def _resting(closed: bool = False) -> Debouncer:
    debouncer = Debouncer(STABLE_NS)
    debouncer.feed(closed, 0)
    assert debouncer.tick(STABLE_NS) == Change(closed, 0, first=True)
    return debouncer


def test_nothing_is_believed_before_a_level_has_lasted() -> None:
    debouncer = Debouncer(STABLE_NS)
    assert debouncer.feed(True, 5) is None
    assert debouncer.due_ns() == 5 + STABLE_NS
    assert debouncer.tick(5 + STABLE_NS - 1) is None
    assert debouncer.believed is None
    assert debouncer.tick(5 + STABLE_NS) == Change(True, 5, first=True)
    assert debouncer.due_ns() is None
    assert debouncer.moving_ns is None


def test_level_that_was_read_again_moves_nothing() -> None:
    debouncer = _resting()
    assert debouncer.feed(False, 90 * MS) is None
    assert debouncer.due_ns() is None


def test_bounce_carries_time_of_first_edge() -> None:
    debouncer = _resting()
    for step, at_ms in enumerate((100, 101, 103, 104, 107)):
        assert debouncer.feed(step % 2 == 0, at_ms * MS) is None
    assert debouncer.tick(126 * MS) is None
    assert debouncer.tick(127 * MS) == Change(True, 100 * MS, first=False)


def test_glitch_changes_nothing() -> None:
    debouncer = _resting()
    debouncer.feed(True, 100 * MS)
    debouncer.feed(False, 119 * MS)
    assert debouncer.tick(900 * MS) is None
    assert debouncer.due_ns() is None
    assert debouncer.believed is False


def test_press_is_heard_however_late_time_is_asked() -> None:
    debouncer = _resting()
    assert debouncer.feed(True, 100 * MS) is None
    assert debouncer.feed(False, 132 * MS) == Change(True, 100 * MS, first=False)
    assert debouncer.tick(5_000 * MS) == Change(False, 132 * MS, first=False)


def test_noise_before_a_press_does_not_date_it_back() -> None:
    debouncer = _resting()
    for step in range(600):  # ten seconds that never settle
        debouncer.feed(step % 2 == 0, (100 + 17 * step) * MS)
    debouncer.feed(True, 10_400 * MS)
    change = debouncer.tick(10_500 * MS)
    assert change is not None
    assert 10_400 * MS - BOUNCE_NS <= change.moved_ns <= 10_400 * MS


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=60), st.lists(st.integers(1, 3_000)))
def test_late_ticks_believe_what_punctual_ones_do(steps: list[tuple[int, bool]], asked_ms: list[int]) -> None:
    edges, at_ms = [(0, False)], 0
    for gap_ms, closed in steps:
        at_ms += gap_ms
        edges.append((at_ms, closed))
    punctual, late = Debouncer(STABLE_NS), Debouncer(STABLE_NS)
    believed: tuple[list[Change], list[Change]] = ([], [])
    for at_ms, closed in edges:
        due_ns = punctual.due_ns()
        if due_ns is not None and due_ns < at_ms * MS:
            believed[0].extend(change for change in [punctual.tick(due_ns)] if change)
        believed[0].extend(change for change in [punctual.feed(closed, at_ms * MS)] if change)
        believed[1].extend(change for change in [late.feed(closed, at_ms * MS)] if change)
    for debouncer, changes in zip((punctual, late), believed, strict=True):
        changes.extend(change for change in [debouncer.tick(9_000 * MS)] if change)
    assert believed[0] == believed[1]
    assert [change.closed for change in believed[0]] == [index % 2 == 1 for index in range(len(believed[0]))] or (
        believed[0][0].closed
    )
