from device.logic.bank.limiter import Limiter
from device.logic.units import S
from drivers.ports import WallClock

NOON_NS = 1_795_214_161 * S
START_NS = 1_000 * S
WINDOW_NS = 600 * S


def limiter(*ages_s: int, most: int = 3) -> Limiter:
    """Openings of earlier runs took place so many seconds before this one began."""
    return Limiter(most, WINDOW_NS, [NOON_NS - age_s * S for age_s in ages_s], START_NS)


def allows(made: Limiter, after_s: float = 0, turned_back_s: int = 0) -> bool:
    now_ns = START_NS + int(after_s * S)
    return made.allows(now_ns, WallClock(START_NS, NOON_NS - turned_back_s * S, synced=True))


def test_so_many_are_allowed_in_any_ten_minutes() -> None:
    made = limiter()
    for after_s in (0, 200, 300):
        assert allows(made, after_s)
        made.count(START_NS + after_s * S)

    assert not allows(made, 599.9)
    assert allows(made, 600)
    made.count(START_NS + 600 * S)
    assert not allows(made, 799.9)
    assert allows(made, 800)


def test_none_are_allowed_where_the_limit_is_none() -> None:
    assert not allows(limiter(most=0))


def test_opening_that_did_not_take_place_does_not_count() -> None:
    made = limiter(most=1)
    made.count(START_NS)

    made.give_back(START_NS)
    made.give_back(START_NS)

    assert allows(made)
    made.count(START_NS)
    assert not allows(made)


def test_openings_before_a_restart_count_as_long_as_others() -> None:
    made = limiter(10, 300, 590)

    assert not allows(made)
    assert not allows(made, 9.9)
    assert allows(made, 10)


def test_both_kinds_are_added() -> None:
    made = limiter(10, most=2)
    assert allows(made)
    made.count(START_NS)

    assert not allows(made)


def test_clock_that_was_turned_back_does_not_shorten_the_window_nor_hold_it_for_ever() -> None:
    made = limiter(1, 1, 1)

    assert not allows(made, 599, turned_back_s=100_000)
    assert allows(made, 600, turned_back_s=100_000)
