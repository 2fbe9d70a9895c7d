"""How a contact bounces."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.board.bounce import CLEAN, GOOD, PROFILES, WORN, Bounce, bounce


@given(seed=st.integers(), profile=st.sampled_from(list(PROFILES.values())))
def test_bounce_begins_at_once_and_ends_in_the_new_state_within_its_longest(seed: int, profile: Bounce) -> None:
    offsets = bounce(Random(seed), profile)

    assert offsets[0] == 0
    assert len(offsets) % 2 == 1
    assert sorted(set(offsets)) == list(offsets)
    assert offsets[-1] <= profile.longest_ns
    assert len(offsets) <= 1 + 2 * profile.most_pairs


@given(
    seed=st.integers(),
    mean_ns=st.integers(1, 20),
    longest_ns=st.integers(0, 20),
    most_pairs=st.integers(0, 50),
)
def test_bounce_has_no_more_edges_than_nanoseconds(seed: int, mean_ns: int, longest_ns: int, most_pairs: int) -> None:
    offsets = bounce(Random(seed), Bounce(mean_ns, longest_ns, most_pairs, transfer_ns=0))

    assert len(offsets) % 2 == 1
    assert sorted(set(offsets)) == list(offsets)


def test_same_seed_bounces_alike() -> None:
    assert bounce(Random(7), WORN) == bounce(Random(7), WORN)


def test_clean_contact_does_not_bounce() -> None:
    assert bounce(Random(7), CLEAN) == (0,)


@pytest.mark.parametrize("profile", [GOOD, WORN])
def test_bounce_lasts_as_long_as_was_measured(profile: Bounce) -> None:
    rng = Random(7)
    lengths = [bounce(rng, profile)[-1] for _ in range(5000)]

    assert max(lengths) > 0.9 * profile.longest_ns
    assert 0.7 * profile.mean_ns < sum(lengths) / len(lengths) < 1.1 * profile.mean_ns
