"""What an installer may do wrong, slowly or too fast, and what it costs him: never a door that is proved."""

import pytest

from device.commission.by_eye import door_called
from device.commission.faults import Fault, Flaw
from device.commission.layout import on_enter
from device.commission.signals import Bit, Pin
from device.commission.view import Choice, Phrase, Said
from tests.device.commission.bank import names
from tests.device.commission.rounds import begun, proved


def test_opening_a_proved_door_is_told_by_its_name_and_costs_nothing() -> None:
    rounds = begun()
    rounds.prove("01")
    rounds.until(Phrase.OPEN)
    rounds.bank.pull("01")
    rounds.until(Phrase.WRONG_DOOR)
    assert rounds.view.said == (Said(Phrase.WRONG_DOOR, "02", ("01",)),)

    rounds.bank.shut()
    rounds.prove("02")

    assert rounds.wizard.proved == (proved(1), proved(2))


def test_a_door_that_was_proved_under_a_wrong_name_is_given_back() -> None:
    rounds = begun(2)
    rounds.bank.exchange("01", "02", "drive", "latch")
    # He opened 02 when asked for 01, and did not look when it sprang open.
    rounds.bank.pull("02")
    rounds.until(Phrase.SHUT)
    rounds.bank.shut()
    rounds.read("01")
    rounds.turn()
    rounds.bank.shut()
    rounds.until(Phrase.OPEN)
    rounds.bank.pull("02")
    rounds.until(Phrase.WRONG_DOOR)

    rounds.press(Choice.IS_THIS_DOOR)
    rounds.walk()

    assert {one.door: one.lock for one in rounds.wizard.proved} == {"01": "left/1/2", "02": "left/1/1"}


def test_another_door_opened_by_hand_is_found_when_the_pulse_opens_it() -> None:
    rounds = begun()
    rounds.bank.pull("03")
    rounds.until(Phrase.SHUT)
    rounds.bank.shut()
    rounds.until(Phrase.WHICH_IS_OPEN)
    assert rounds.bank.open_doors() == ["03"]

    rounds.read("03")

    assert rounds.view.said == (Fault(Flaw.OTHER_DOOR, ("left/1/3",), "01"),)
    assert not rounds.wizard.proved
    rounds.press(Choice.AGAIN)
    rounds.bank.shut()
    rounds.prove("01")
    assert rounds.wizard.proved == (proved(1),)


def test_enter_alone_proves_nothing_and_opens_nothing() -> None:
    rounds = begun(2)
    for _ in range(600):
        entered = on_enter(rounds.view)
        if rounds.phrase is Phrase.OPEN:
            rounds.bank.pull(rounds.view.door)
        elif rounds.phrase is Phrase.SHUT:
            rounds.bank.shut()
        elif entered is not None:
            rounds.press(entered)
        rounds.turn()

    assert rounds.phrase is Phrase.WHICH_IS_OPEN
    assert rounds.bank.pulses == ["left/1/1"]
    assert not rounds.wizard.proved


def test_a_number_that_no_door_has_is_asked_for_again_and_costs_nothing() -> None:
    rounds = begun()
    rounds.bank.pull("01")
    rounds.until(Phrase.SHUT)
    rounds.bank.shut()
    rounds.read("11")
    assert rounds.view.said == (Said(Phrase.NO_SUCH_DOOR, others=("11",)), Said(Phrase.WHICH_IS_OPEN))

    rounds.wizard.read("01")

    assert rounds.wizard.proved == (proved(1),)


@pytest.mark.parametrize("typed", ["01", "1", "001"])
def test_zeros_before_a_number_need_not_be_typed(typed: str) -> None:
    assert door_called(typed, ("01", "11", "10")) == "01"


def test_a_capital_of_the_phones_keyboard_is_no_other_door() -> None:
    assert door_called("Left-1", ("left-1", "left-2")) == "left-1"


@pytest.mark.parametrize("typed", ["", "2", "1x", "1 1"])
def test_what_no_door_is_called_is_none(typed: str) -> None:
    assert door_called(typed, ("01", "11")) is None


def test_of_two_names_that_look_alike_the_whole_name_is_wanted() -> None:
    assert door_called("1", ("01", "001")) is None
    assert door_called("001", ("01", "001")) == "001"


def test_a_name_that_is_typed_when_none_is_asked_for_is_passed_over() -> None:
    rounds = begun()
    rounds.wizard.read("01")

    assert rounds.phrase is Phrase.OPEN
    assert not rounds.wizard.proved


def test_two_doors_opened_by_hand_are_refused_and_the_door_is_asked_again() -> None:
    rounds = begun()
    rounds.bank.pull("01")
    rounds.bank.pull("02")
    rounds.until(Flaw.TWO_SIGNALS)
    assert rounds.view.said == (Fault(Flaw.TWO_SIGNALS, ("left/1/1", "left/1/2"), "01"),)

    rounds.bank.shut()
    rounds.press(Choice.AGAIN)
    rounds.prove("01")

    assert rounds.wizard.proved == (proved(1),)


def test_a_second_door_opened_later_is_asked_to_be_shut() -> None:
    rounds = begun()
    rounds.bank.pull("01")
    rounds.until(Phrase.SHUT)
    rounds.bank.pull("03")
    rounds.turn(3)
    assert rounds.view.said == (
        Said(Phrase.SHUT, "01"),
        Said(Phrase.SHUT_SIGNALS, "01", wires=("left/1/3",)),
    )

    rounds.bank.shut()
    rounds.until(Phrase.WHICH_IS_OPEN)

    assert rounds.bank.pulses == ["left/1/1"]


def test_an_installer_may_take_half_an_hour_for_every_step() -> None:
    rounds = begun(2)
    for door in names(2):
        rounds.until(Phrase.OPEN)
        rounds.seconds(1800)
        rounds.bank.pull(door)
        rounds.seconds(1800)
        rounds.bank.shut()
        rounds.until(Phrase.WHICH_IS_OPEN)
        rounds.seconds(1800)
        rounds.read()
        rounds.seconds(1800)
        rounds.bank.shut()

    assert rounds.wizard.is_over
    assert rounds.wizard.proof.faults == ()


def test_a_hint_comes_when_nothing_happens_for_long() -> None:
    rounds = begun()
    assert [one.phrase for one in rounds.view.said if isinstance(one, Said)] == [Phrase.OPEN]

    rounds.seconds(25)

    assert [one.phrase for one in rounds.view.said if isinstance(one, Said)] == [Phrase.OPEN, Phrase.OPEN_HINT]


def test_a_door_that_is_opened_and_shut_at_once_is_asked_for_again() -> None:
    rounds = begun()
    rounds.bank.pull("01")
    rounds.turn(2)
    rounds.bank.shut()
    rounds.seconds(5)

    assert rounds.phrase is Phrase.OPEN


def test_a_single_odd_reading_is_not_believed() -> None:
    rounds = begun()
    for _ in range(20):
        rounds.bank.pull("01")
        rounds.turn()
        rounds.bank.shut()
        rounds.turn()

    assert rounds.phrase is Phrase.OPEN
    assert rounds.view.choices == (Choice.NOTHING_HAPPENS, Choice.NO_KEY)


def test_the_turn_of_a_key_is_not_taken_for_a_door_without_a_reed() -> None:
    rounds = begun(reeds=4)
    reed, rounds.bank.doors["01"].reed = rounds.bank.doors["01"].reed, None
    rounds.bank.pull("01")
    rounds.seconds(3)
    assert rounds.phrase is Phrase.KEEP_OPEN
    rounds.bank.doors["01"].reed = reed

    rounds.until(Phrase.SHUT)
    rounds.bank.shut()
    rounds.read()

    assert rounds.wizard.proved[0].inputs == {Bit("left", 1, 0), Pin("reeds/0")}


def test_a_reed_that_comes_while_it_is_missed_ends_the_question() -> None:
    rounds = begun(reeds=4)
    reed, rounds.bank.doors["01"].reed = rounds.bank.doors["01"].reed, None
    rounds.bank.pull("01")
    rounds.until(Phrase.LACKS_REED)
    rounds.bank.doors["01"].reed = reed

    rounds.until(Phrase.SHUT)


def test_a_door_without_a_reed_is_one_when_the_installer_says_so() -> None:
    rounds = begun(reeds=3)
    rounds.bank.doors["01"].reed = None
    rounds.bank.pull("01")
    rounds.until(Phrase.LACKS_REED)
    rounds.press(Choice.HAS_NONE)
    rounds.bank.shut()
    rounds.read()

    assert rounds.wizard.proved == (proved(1),)


def test_an_answer_that_the_screen_does_not_offer_is_passed_over() -> None:
    rounds = begun()
    for choice in Choice:
        if choice not in {Choice.NOTHING_HAPPENS, Choice.NO_KEY}:
            rounds.press(choice)

    assert rounds.phrase is Phrase.OPEN
