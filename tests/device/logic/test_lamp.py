import pytest

from device.logic.lamp import PATTERNS_MS, SEEN_NS, Lamp, Look
from device.logic.units import MS

BEGIN_NS = 12_345 * MS


def _played(look: Look, length_ms: int) -> list[int]:
    """The times in ms, from its begin, at which a lamp changes."""
    lamp = Lamp()
    lamp.show(look, BEGIN_NS)
    now_ns, was_on, changes = BEGIN_NS, False, []
    while now_ns < BEGIN_NS + length_ms * MS:
        if lamp.is_on(now_ns) != was_on:
            was_on = not was_on
            changes.append((now_ns - BEGIN_NS) // MS)
        due_ns = lamp.due_ns(now_ns)
        if due_ns is None:
            break
        assert due_ns > now_ns
        now_ns = due_ns
    return changes


def test_every_look_has_its_pattern_and_begins_lit_unless_dark() -> None:
    assert set(PATTERNS_MS) == set(Look)
    for look in Look:
        assert _played(look, 1)[:1] == ([] if look is Look.DARK else [0])


@pytest.mark.parametrize(
    ("look", "changes"),
    [
        (Look.RECEIVED, [0]),
        (Look.SENDING, [0, 250, 500, 750, 1_000, 1_250]),
        (Look.FAULT, [0, 100, 200, 300, 1_000, 1_100, 1_200, 1_300]),
        (Look.HELP, [0]),
    ],
)
def test_pattern_repeats(look: Look, changes: list[int]) -> None:
    assert _played(look, 1_500) == changes


def test_same_look_goes_on_and_another_begins_anew() -> None:
    lamp = Lamp()
    lamp.show(Look.SENDING, 0)
    lamp.show(Look.SENDING, 300 * MS)
    assert not lamp.is_on(300 * MS)
    lamp.show(Look.HEARD, 310 * MS)
    assert lamp.is_on(310 * MS)
    assert lamp.due_ns(310 * MS) == 360 * MS


def test_press_is_seen_although_its_receipt_comes_at_once() -> None:
    lamp = Lamp()
    lamp.show(Look.HEARD, 0)
    lamp.show(Look.RECEIVED, 2 * MS)
    assert lamp.due_ns(2 * MS) == 50 * MS
    assert lamp.due_ns(290 * MS) == SEEN_NS
    lamp.show(Look.RECEIVED, SEEN_NS)
    assert lamp.is_on(SEEN_NS)
    assert lamp.due_ns(SEEN_NS) is None


def test_second_press_is_seen_on_a_lamp_that_is_lit() -> None:
    lamp = Lamp()
    lamp.show(Look.RECEIVED, 0)
    lamp.show(Look.HEARD, 1_000 * MS)
    assert not lamp.is_on(1_000 * MS)
    lamp.show(Look.SENDING, 1_001 * MS)
    assert lamp.is_on(1_001 * MS)


def test_lamp_that_goes_from_heard_to_sending_does_not_go_dark() -> None:
    lamp = Lamp()
    lamp.show(Look.HEARD, 0)
    lamp.show(Look.SENDING, 1 * MS)
    assert lamp.is_on(1 * MS)
