"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.acts.durations import LONGEST_NS, parse_duration, write_duration

_S = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "duration_ns"),
    [("300ms", 300_000_000), ("2s", 2 * _S), ("1.5s", 1_500_000_000), ("1h30m", 5_400 * _S), ("-3h", -10_800 * _S)],
)
def test_units_add_up(text: str, duration_ns: int) -> None:
    assert parse_duration(text) == duration_ns


@pytest.mark.parametrize("text", ["", "3", "s", "1 s", "1y", "--1s", "1s-", "1e3s", "٣s", "1s\n"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@given(st.integers(-LONGEST_NS // 1_000, LONGEST_NS // 1_000))
def test_what_is_written_reads_as_the_same(duration_us: int) -> None:
    assert parse_duration(write_duration(duration_us * 1_000)) == duration_us * 1_000
