from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.bank.board import Board, Feedback
from device.logic.bank.flutter import RESTLESS_NS
from device.logic.units import MS


def _board(word: int = 0b111) -> Board:
    board = Board(frozenset({1, 2, 3}))
    assert board.feed(word, 0, counts=True) == []
    assert len(board.feed(word, 1, counts=True)) == 3
    return board


def test_nothing_is_believed_before_two_readings_agree() -> None:
    board = Board(frozenset({1, 3}))
    assert board.feed(0b001, 5, counts=True) == []
    assert board.feed(0b011, 9, counts=True) == [Feedback(1, True, 5), Feedback(3, False, 5)]


def test_lock_that_moves_before_it_is_believed_for_the_first_time_began_to_when_it_moved() -> None:
    board = Board(frozenset({1, 3}))
    assert board.feed(0b101, 5, counts=True) == []
    assert board.feed(0b001, 9, counts=True) == [Feedback(1, True, 5)]
    assert board.feed(0b001, 13, counts=True) == [Feedback(3, False, 9)]


def test_lock_that_no_door_has_is_ignored() -> None:
    board = _board()
    assert not board.is_news(0b1111_0111)
    assert board.feed(0b1111_0111, 9, counts=True) == []


def test_change_is_believed_when_it_is_read_twice_and_carries_the_first_time() -> None:
    board = _board()
    assert board.feed(0b101, 100, counts=True) == []
    assert board.feed(0b101, 200, counts=True) == [Feedback(2, False, 100)]


def test_change_that_is_taken_back_is_none() -> None:
    board = _board()
    board.feed(0b101, 100, counts=True)
    assert board.feed(0b111, 200, counts=True) == []
    assert board.feed(0b101, 300, counts=True) == []
    assert board.feed(0b101, 400, counts=True) == [Feedback(2, False, 300)]


def test_reading_that_does_not_count_is_neither_the_first_nor_the_second() -> None:
    board = _board()
    board.feed(0b101, 100, counts=False)
    assert board.feed(0b101, 200, counts=False) == []
    assert board.feed(0b101, 300, counts=True) == []
    assert board.settled_ns == 1
    assert board.feed(0b101, 400, counts=True) == [Feedback(2, False, 100)]
    assert board.settled_ns == 400


def test_consent_believes_what_was_told_last() -> None:
    board = _board()
    board.feed(0b101, 100, counts=True)
    assert board.consent(900) == [Feedback(2, False, 100)]
    assert board.consent(950) == []
    assert Board(frozenset({1})).consent(5) == []


def test_reading_that_does_not_count_is_not_consented_to() -> None:
    board = _board()
    board.feed(0b101, 100, counts=False)
    assert board.consent(900) == []
    assert board.feed(0b101, 1_000, counts=True) == []
    assert board.consent(2_000) == [Feedback(2, False, 100)]


def test_board_that_is_forgotten_begins_anew() -> None:
    board = _board()
    assert board.forget() == (1, 2, 3)
    assert not board.is_heard
    assert board.forget() == ()
    assert board.feed(0b111, 100, counts=True) == []
    assert len(board.feed(0b111, 200, counts=True)) == 3


def test_lock_that_never_reads_twice_the_same_is_restless() -> None:
    board = _board()
    for reading in range(9):
        board.feed(0b111 ^ (reading % 2 == 0) << 1, reading * 250 * MS, counts=True)
        assert board.restless(reading * 250 * MS) == ((2,) if reading * 250 * MS >= RESTLESS_NS else ())
    board.feed(0b101, 9 * 250 * MS, counts=True)
    board.feed(0b101, 10 * 250 * MS, counts=True)
    assert board.restless(11 * 250 * MS) == ()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 7), min_size=2, max_size=30))
def test_what_is_believed_is_what_two_readings_in_a_row_said_last(words: list[int]) -> None:
    board = Board(frozenset({1, 2, 3}))
    told: dict[int, bool] = {}
    for at_ns, word in enumerate(words):
        told |= {each.lock: each.locked for each in board.feed(word, at_ns, counts=True)}
    for bit in range(3):
        pairs = [a >> bit & 1 for a, b in pairwise(words) if a >> bit & 1 == b >> bit & 1]
        assert told.get(bit + 1) == (bool(pairs[-1]) if pairs else None)
