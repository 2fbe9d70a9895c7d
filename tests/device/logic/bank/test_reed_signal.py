import pytest

from device.logic.bank.flutter import RESTLESS_NS
from device.logic.bank.reed_signal import REED_STABLE_NS, ReedSignal
from device.logic.bank.settings import Reed
from device.logic.debounce import Change
from device.logic.units import MS
from drivers.ports import Edge, Pull


def _signal() -> ReedSignal:
    signal = ReedSignal(Reed("GPIO5"))
    signal.feed(Edge(0, "GPIO5", False), held=False)
    assert signal.tick(REED_STABLE_NS, held=False) == Change(True, 0, first=True)
    return signal


def _edge(signal: ReedSignal, at_ms: int, *, shut: bool, held: bool = False) -> Change | None:
    return signal.feed(Edge(at_ms * MS, "GPIO5", not shut), held=held)


@pytest.mark.parametrize("pull", Pull)
@pytest.mark.parametrize("closed_when_shut", [True, False])
@pytest.mark.parametrize("shut", [True, False])
def test_reed_says_whether_the_door_is_shut_however_it_is_wired(pull: Pull, closed_when_shut: bool, shut: bool) -> None:
    signal = ReedSignal(Reed("GPIO5", pull, closed_when_shut))
    closed = shut == closed_when_shut
    signal.feed(Edge(0, "GPIO5", closed == (pull is Pull.DOWN)), held=False)
    signal.tick(REED_STABLE_NS, held=False)
    assert signal.shut is shut


def test_change_is_held_and_told_with_its_own_time_when_it_lasts() -> None:
    signal = _signal()
    _edge(signal, 100, shut=False, held=True)
    assert signal.tick(200 * MS, held=True) is None
    assert signal.shut is True
    assert signal.due_ns(held=True) is None
    assert signal.due_ns(held=False) is not None
    assert signal.tick(500 * MS, held=False) == Change(False, 100 * MS, first=False)
    assert signal.due_ns(held=False) is None


def test_change_that_has_been_undone_while_it_was_held_is_not_told() -> None:
    signal = _signal()
    _edge(signal, 100, shut=False, held=True)
    _edge(signal, 300, shut=True, held=True)
    signal.tick(400 * MS, held=True)
    assert signal.tick(500 * MS, held=False) is None
    assert signal.shut is True


def test_contact_that_moves_when_it_is_let_go_is_waited_for() -> None:
    signal = _signal()
    _edge(signal, 100, shut=False, held=True)
    signal.tick(200 * MS, held=True)
    _edge(signal, 490, shut=True, held=True)
    assert signal.tick(500 * MS, held=False) is None
    assert signal.tick(550 * MS, held=False) is None
    assert signal.shut is True


def test_short_opening_is_told_even_when_the_next_movement_has_begun() -> None:
    signal = _signal()
    _edge(signal, 100, shut=False)
    assert _edge(signal, 161, shut=True) == Change(False, 100 * MS, first=False)


def test_reed_that_is_forgotten_begins_anew() -> None:
    signal = _signal()
    signal.forget()
    assert signal.shut is None
    assert signal.due_ns(held=False) is None
    _edge(signal, 1_000, shut=True)
    assert signal.tick(1_060 * MS, held=False) == Change(True, 1_000 * MS, first=True)


def test_reed_that_does_not_rest_for_two_seconds_is_restless_until_it_rests() -> None:
    signal = _signal()
    for at_ms in range(100, 2_200, 50):
        _edge(signal, at_ms, shut=at_ms % 100 != 0)
        assert signal.is_restless(at_ms * MS) is ((at_ms - 100) * MS >= RESTLESS_NS)
    signal.tick(2_300 * MS, held=False)
    assert not signal.is_restless(2_300 * MS)
