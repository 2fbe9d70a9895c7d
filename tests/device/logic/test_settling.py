import pytest

from device.logic.receipt import Answer
from device.logic.settling import PATIENCE_NS, Settling
from drivers.ports import Place

ONE, TWO = Place("e", 1), Place("e", 2)
RECEIVED, DISPATCHED = Answer.RECEIVED, Answer.DISPATCHED


def test_answers_wait_in_their_order_until_the_disk_has_settled_once() -> None:
    settling = Settling()
    settling.begin(ONE, RECEIVED, 0)
    assert settling.add(ONE, DISPATCHED)
    assert settling.end(ONE) == [RECEIVED, DISPATCHED]
    assert settling.end(ONE) == []
    assert settling.due_ns() is None


def test_answer_for_which_nothing_waits_is_not_kept() -> None:
    settling = Settling()
    settling.begin(ONE, RECEIVED, 0)
    assert not settling.add(TWO, DISPATCHED)
    settling.end(ONE)
    assert not settling.add(ONE, DISPATCHED)
    assert settling.end(TWO) == settling.end(ONE) == []


def test_disk_has_a_second_for_each_event() -> None:
    settling = Settling()
    settling.begin(ONE, RECEIVED, 0)
    settling.begin(TWO, RECEIVED, 7)
    assert settling.due_ns() == PATIENCE_NS
    assert settling.overdue(PATIENCE_NS - 1) == []
    assert settling.overdue(PATIENCE_NS) == [ONE]
    settling.end(ONE)
    assert settling.due_ns() == 7 + PATIENCE_NS
    assert settling.overdue(7 + PATIENCE_NS) == [TWO]


def test_later_answer_does_not_make_the_wait_longer() -> None:
    settling = Settling()
    settling.begin(ONE, RECEIVED, 0)
    settling.add(ONE, DISPATCHED)
    assert settling.due_ns() == PATIENCE_NS


@pytest.mark.parametrize("times", [1, 1_000])
def test_answers_that_come_again_are_kept_once(times: int) -> None:
    settling = Settling()
    settling.begin(ONE, RECEIVED, 0)
    for _ in range(times):
        assert all(settling.add(ONE, answer) for answer in Answer)
    assert sorted(settling.end(ONE)) == sorted(Answer)
