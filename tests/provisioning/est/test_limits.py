from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.est.limits import Limits, household
from tests.provisioning.est.desk import NOW

SECOND = timedelta(seconds=1)


def test_so_many_failures_a_minute_are_let_pass() -> None:
    limits = Limits(3)

    limits.fail("a", NOW)
    limits.fail("a", NOW)

    assert limits.wait_s("a", NOW) == 0


def test_who_fails_too_often_waits_until_the_first_failure_is_a_minute_old() -> None:
    limits = Limits(3)
    for second in (0, 10, 20):
        limits.fail("a", NOW + second * SECOND)

    assert limits.wait_s("a", NOW + 20 * SECOND) == 40
    assert limits.wait_s("a", NOW + 59 * SECOND) == 1
    assert limits.wait_s("a", NOW + 60 * SECOND) == 0


def test_one_name_does_not_answer_for_another() -> None:
    limits = Limits(1)

    limits.fail("a", NOW)

    assert limits.wait_s("b", NOW) == 0


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    limits = Limits(1)
    limits.fail("a", NOW + timedelta(days=300))

    assert limits.wait_s("a", NOW) == 0


def test_of_too_many_names_the_one_that_failed_longest_ago_is_forgotten() -> None:
    limits = Limits(1, max_names=2)
    for name in ("a", "b", "a", "c"):
        limits.fail(name, NOW)

    waiting = [name for name in "abc" if limits.wait_s(name, NOW)]

    assert waiting == ["a", "c"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 200)), max_size=60))
def test_nobody_waits_longer_than_a_minute(failures: list[tuple[str, int]]) -> None:
    limits = Limits(5)
    for name, second in failures:
        limits.fail(name, NOW + second * SECOND)

    for second in range(0, 300, 7):
        assert 0 <= limits.wait_s("a", NOW + second * SECOND) <= 60


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("somewhere", "somewhere"),
    ],
)
def test_a_host_with_many_addresses_is_one_household(address: str, expected: str) -> None:
    assert household(address) == expected
