"""What the feedback of a lock means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.locks.frames import BoardState
from drivers.locks.wiring import ByteOrder, Polarity, Wiring

LOCKED, OPEN = Polarity.SET_WHEN_LOCKED, Polarity.SET_WHEN_OPEN


@pytest.mark.parametrize(
    ("polarity", "feedback", "locked"),
    [(LOCKED, b"\1", True), (LOCKED, b"\0", False), (OPEN, b"\1", False), (OPEN, b"\0", True)],
)
def test_one_lock_is_read_as_its_contact_is_wired(polarity: Polarity, feedback: bytes, locked: bool) -> None:
    assert Wiring(polarity).is_locked_on(BoardState(1, feedback), 1) is locked


@pytest.mark.parametrize(("order", "lock"), [(ByteOrder.LOW_LAST, 2), (ByteOrder.LOW_FIRST, 18)])
def test_a_board_is_read_in_the_order_in_which_it_counts(order: ByteOrder, lock: int) -> None:
    state, wiring = BoardState(1, b"\0\0\2"), Wiring(OPEN, order)

    assert [number for number in range(1, 25) if not wiring.is_locked_on(state, number)] == [lock]


@given(st.sampled_from(Polarity), st.sampled_from(ByteOrder), st.integers(1, 7), st.data())
def test_one_bit_is_one_lock(polarity: Polarity, order: ByteOrder, width: int, data: st.DataObject) -> None:
    lock = data.draw(st.integers(1, 8 * width))
    bits = 1 << (lock - 1)
    feedback = bits.to_bytes(width, "little" if order is ByteOrder.LOW_FIRST else "big")
    state, wiring = BoardState(1, feedback, feedback), Wiring(polarity, order)

    differing = [n for n in range(1, 8 * width + 1) if wiring.is_locked_on(state, n) is (polarity is LOCKED)]

    assert differing == [lock]
    assert wiring.occupied_word(state, 8 * width) == bits


@given(st.sampled_from(Polarity), st.sampled_from(ByteOrder), st.binary(min_size=1, max_size=7), st.data())
def test_a_word_has_one_bit_for_each_lock(
    polarity: Polarity, order: ByteOrder, feedback: bytes, data: st.DataObject
) -> None:
    locks = data.draw(st.integers(1, 8 * len(feedback)))
    state, wiring = BoardState(1, feedback, feedback), Wiring(polarity, order)

    locked = [wiring.is_locked_on(state, lock) for lock in range(1, locks + 1)]

    assert wiring.locked_word(state, locks) == sum(1 << at for at, is_set in enumerate(locked) if is_set)
    as_sent = Wiring(LOCKED, order)
    assert wiring.occupied_word(state, locks) == as_sent.locked_word(state, locks)


def test_a_word_of_more_locks_than_the_board_has_is_refused() -> None:
    with pytest.raises(ValueError, match="locks 9, allowed is 1–8"):
        Wiring(LOCKED).locked_word(BoardState(1, b"\xff"), 9)


def test_a_board_without_sensors_does_not_say_that_a_box_is_empty() -> None:
    assert Wiring(LOCKED).occupied_word(BoardState(1, b"\xff"), 8) is None


@pytest.mark.parametrize("lock", [0, 9])
def test_a_lock_that_the_board_does_not_have_is_refused(lock: int) -> None:
    with pytest.raises(ValueError, match=f"locks {lock}, allowed is 1–8"):
        Wiring(LOCKED).is_locked_on(BoardState(1, b"\xff"), lock)
