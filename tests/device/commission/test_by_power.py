"""Banks whose doors cannot be opened by hand."""

import pytest

from device.commission.faults import Fault, Flaw
from device.commission.view import Choice, Phrase
from drivers.lock_ports import PulseEnd
from drivers.locks.wiring import ByteOrder
from tests.device.commission.bank import FakeBank, plan_of
from tests.device.commission.rounds import Rounds


@pytest.mark.parametrize("order", list(ByteOrder))
def test_in_order_every_door_is_released_twice_and_no_other(order: ByteOrder) -> None:
    bank = FakeBank(plan_of(16, bytes_each=2, reeds=16), order)
    rounds = Rounds(bank)

    installer = rounds.walk(has_key=False)

    assert installer.faults == []
    assert bank.pulses == [f"left/1/{lock}" for lock in range(1, 17) for _ in range(2)]
    assert rounds.wizard.proof.boards[0].order is order


def test_exchanged_cables_are_found_among_the_neighbours() -> None:
    bank = FakeBank(plan_of(8))
    bank.exchange("03", "04", "drive", "latch")
    rounds = Rounds(bank)

    installer = rounds.walk(has_key=False)

    assert installer.faults == []
    assert {one.door: one.lock for one in rounds.wizard.proved} == {
        "01": "left/1/1",
        "02": "left/1/2",
        "03": "left/1/4",
        "04": "left/1/3",
        "05": "left/1/5",
        "06": "left/1/6",
        "07": "left/1/7",
        "08": "left/1/8",
    }


def test_a_dead_lock_is_named() -> None:
    bank = FakeBank(plan_of(4))
    bank.doors["02"].drive.clear()
    rounds = Rounds(bank)

    installer = rounds.walk(has_key=False)

    assert installer.faults == [Fault(Flaw.NOTHING_MOVED, ("left/1/2",), "02")]
    assert [one.door for one in rounds.wizard.proved] == ["01", "03", "04"]


def test_two_doors_on_one_lock_are_named() -> None:
    bank = FakeBank(plan_of(4))
    bank.doors["04"].drive.add("left/1/2")
    rounds = Rounds(bank)

    rounds.walk(has_key=False)

    assert (Flaw.OPENS_TWO, "02") in {(one.flaw, one.door) for one in rounds.wizard.proof.faults}
    assert "02" not in {one.door for one in rounds.wizard.proved}


def test_two_doors_on_one_lock_are_named_when_only_eyes_see_it() -> None:
    rounds = Rounds(FakeBank(plan_of(4)))
    rounds.begin()
    rounds.press(Choice.NO_KEY)
    rounds.until(Phrase.WHICH_IS_OPEN)
    rounds.press(Choice.TWO)

    assert rounds.view.said == (Fault(Flaw.OPENS_TWO, ("left/1/1",), "01"),)


def test_all_locks_can_be_tried_after_a_dead_one() -> None:
    bank = FakeBank(plan_of(3))
    bank.doors["01"].drive = {"left/1/8"}
    rounds = Rounds(bank)
    rounds.begin()
    rounds.press(Choice.NO_KEY)
    rounds.until(Flaw.NOTHING_MOVED)

    for _ in range(3000):
        if rounds.view.choices and rounds.view.choices[-1] is Choice.SEARCH:
            rounds.press(Choice.SEARCH)
        elif rounds.phrase is Phrase.WHICH_IS_OPEN:
            rounds.read()
        elif rounds.phrase in {Phrase.OTHER_OPENED, Phrase.SHUT, Phrase.SHUT_DOORS}:
            bank.shut()
        if rounds.wizard.proved:
            break
        rounds.turn()

    assert [(one.door, one.lock) for one in rounds.wizard.proved] == [("01", "left/1/8")]


def test_a_board_that_declines_once_is_asked_once_more() -> None:
    bank = FakeBank(plan_of(2))
    bank.ends["left/1/1"] = [PulseEnd.REFUSED]
    rounds = Rounds(bank)

    installer = rounds.walk(has_key=False)

    assert installer.faults == []
    assert bank.pulses == ["left/1/1"] * 3 + ["left/1/2"] * 2


def test_a_door_that_is_opened_by_hand_after_all_is_taken_as_such() -> None:
    rounds = Rounds(FakeBank(plan_of(2)))
    rounds.begin()
    rounds.press(Choice.NO_KEY)
    rounds.until(Phrase.RELEASING)
    rounds.bank.pull("01")
    rounds.until(Phrase.SHUT)
    rounds.bank.shut()
    rounds.read()

    assert [one.lock for one in rounds.wizard.proved] == ["left/1/1"]
    assert rounds.bank.pulses == ["left/1/1"]
