"""The pulses that a line was asked for."""

import pytest

from drivers.lock_ports import PulseBegan, PulseEnd, PulseOver
from drivers.locks.frames import Unlock
from drivers.locks.pulses import Order, Pulses

PULSE_NS = 300
UNTIL_NS = 3_000


def ordered(*locks: str) -> Pulses:
    pulses = Pulses(PULSE_NS)
    for number, lock in enumerate(locks, start=1):
        pulses.order(Order(lock, Unlock(1, number), UNTIL_NS))
    return pulses


def wanted(_: Order) -> bool:
    return True


def test_an_order_waits_until_it_was_written() -> None:
    pulses = ordered("left/1/1", "left/1/2")
    first, second = pulses.waiting

    assert pulses.began(first, 10) == PulseBegan(10, "left/1/1")

    assert pulses.is_flying
    assert pulses.waiting == (second,)


@pytest.mark.parametrize(
    ("end", "answered_ns", "over_ns"),
    [
        (PulseEnd.ACKNOWLEDGED, 20, 310),
        (PulseEnd.ACKNOWLEDGED, 400, 400),
        (PulseEnd.REFUSED, 20, 20),
        (PulseEnd.UNANSWERED, 1_510, 1_510),
    ],
)
def test_a_pulse_is_over_when_the_board_has_spoken_and_the_coil_is_dead(
    end: PulseEnd, answered_ns: int, over_ns: int
) -> None:
    pulses = ordered("left/1/1")
    pulses.began(pulses.waiting[0], 10)
    assert pulses.over_due_ns() is None
    assert pulses.over(9_999) is None

    pulses.answered(end, answered_ns)

    assert pulses.over_due_ns() == over_ns
    assert pulses.over(over_ns - 1) is None
    assert pulses.over(over_ns) == PulseOver(over_ns, "left/1/1", end)
    assert pulses.over(over_ns) is None
    assert pulses.is_idle


def test_a_pulse_whose_line_is_lost_is_over_when_its_coil_is_dead_with_what_is_known() -> None:
    pulses = ordered("left/1/1", "left/1/2")
    pulses.lost()
    pulses.began(pulses.waiting[0], 10)
    pulses.lost()
    assert pulses.over(309) is None
    assert pulses.over(310) == PulseOver(310, "left/1/1", PulseEnd.UNANSWERED)

    pulses.began(pulses.waiting[0], 400)
    pulses.answered(PulseEnd.ACKNOWLEDGED, 410)
    pulses.lost()
    assert pulses.over(700) == PulseOver(700, "left/1/2", PulseEnd.ACKNOWLEDGED)


def test_an_order_that_is_too_old_or_not_wanted_is_given_up() -> None:
    pulses = ordered("left/1/1", "left/1/2")
    assert pulses.give_up(UNTIL_NS - 1, wanted) == []

    assert pulses.give_up(0, lambda order: order.lock != "left/1/1") == [PulseOver(0, "left/1/1", PulseEnd.NOT_SENT)]
    assert pulses.give_up(UNTIL_NS, wanted) == [PulseOver(UNTIL_NS, "left/1/2", PulseEnd.NOT_SENT)]
    assert pulses.is_idle


def test_an_answer_without_a_pulse_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no pulse was written"):
        ordered().answered(PulseEnd.ACKNOWLEDGED, 0)
