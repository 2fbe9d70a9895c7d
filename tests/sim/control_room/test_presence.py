import pytest

from sim.control_room.presence import Connected, supersedes

OLD, NEW = "0000000100000000", "0000000200000000"
BLIND, BLIND_2 = "ffffffff00000001", "ffffffff00000002"
BOOT, NEXT_BOOT = "boot-1", "boot-2"


def test_first_status_is_news() -> None:
    assert supersedes(Connected(OLD, BOOT, 1), None, seen_before=False)


@pytest.mark.parametrize(("connection", "is_news"), [(4, False), (5, True), (6, True)])
def test_will_of_a_replaced_connection_is_no_news(connection: int, is_news: bool) -> None:
    current = Connected(OLD, BOOT, 5)

    assert supersedes(Connected(OLD, BOOT, connection), current, seen_before=True) is is_news


def test_run_that_is_over_is_no_news() -> None:
    assert not supersedes(Connected(OLD, BOOT, 99), Connected(NEW, NEXT_BOOT, 1), seen_before=True)


def test_retained_status_of_a_run_that_was_never_heard_is_told_by_its_epoch() -> None:
    assert not supersedes(Connected(OLD, BOOT, 99), Connected(NEW, NEXT_BOOT, 1), seen_before=False)
    assert supersedes(Connected(NEW, NEXT_BOOT, 1), Connected(OLD, BOOT, 99), seen_before=False)


def test_run_that_could_not_be_counted_is_taken_in_order_of_arrival() -> None:
    assert supersedes(Connected(BLIND, BOOT, 1), Connected(NEW, BOOT, 9), seen_before=False)
    assert supersedes(Connected(NEW, NEXT_BOOT, 1), Connected(BLIND, BOOT, 9), seen_before=False)
    assert supersedes(Connected(BLIND_2, NEXT_BOOT, 1), Connected(BLIND, BOOT, 9), seen_before=False)
    assert not supersedes(Connected(BLIND, BOOT, 9), Connected(BLIND_2, NEXT_BOOT, 1), seen_before=True)


def test_run_does_not_change_its_boot() -> None:
    assert not supersedes(Connected(OLD, NEXT_BOOT, 9), Connected(OLD, BOOT, 1), seen_before=True)
