"""What the installer may do, and in which order things happen to him."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from device.commission.faults import Fault, Flaw
from device.commission.signals import Bit, Silence
from device.commission.view import Choice, Phrase, Said
from device.logic.units import S
from drivers.lock_ports import PulseEnd
from drivers.locks.wiring import ByteOrder
from tests.device.commission.bank import FakeBank, names, plan_of
from tests.device.commission.rounds import Rounds, begun, proved


def test_the_boards_that_were_found_are_shown_first() -> None:
    rounds = Rounds(FakeBank(plan_of(4)))
    rounds.turn(2)

    assert rounds.view.said == (Said(Phrase.FOUND, wires=("left/1 (8)",)), Said(Phrase.SHUT_ALL))


def test_nothing_is_asked_before_every_input_was_read_twice() -> None:
    rounds = Rounds(FakeBank(plan_of(4)))
    rounds.turn()
    rounds.press(Choice.ALL_SHUT)

    assert rounds.view.choices == ()
    assert rounds.phrase is Phrase.FOUND


def test_a_door_is_opened_shut_released_and_looked_at() -> None:
    rounds = begun()
    rounds.bank.pull("01")
    rounds.until(Phrase.SHUT)
    rounds.bank.shut("01")
    rounds.until(Phrase.RELEASING)
    assert rounds.bank.pulses == []
    rounds.until(Phrase.WHICH_IS_OPEN)
    assert rounds.bank.open_doors() == ["01"]
    assert not rounds.wizard.proved

    rounds.read("01")

    assert rounds.wizard.proved == (proved(1),)


def test_the_number_of_the_door_is_always_there() -> None:
    rounds = begun()
    rounds.prove("01")
    rounds.until(Phrase.OPEN)

    view = rounds.view
    assert (view.door, view.number, view.of, view.done) == ("02", 2, 4, 1)


def test_a_door_that_was_released_has_to_be_shut_before_the_next() -> None:
    rounds = begun()
    rounds.bank.pull("01")
    rounds.until(Phrase.SHUT)
    rounds.bank.shut("01")
    rounds.read()
    rounds.seconds(60)

    assert rounds.view.said == (Said(Phrase.SHUT_DOORS, "02", ("01",)),)


def test_doors_of_an_earlier_run_are_not_asked_again() -> None:
    rounds = begun(4, proved=(proved(1), proved(3)))

    rounds.prove("02")
    rounds.prove("04")
    rounds.turn(2)

    assert rounds.wizard.is_over
    assert rounds.wizard.proof.faults == ()


def test_an_open_door_that_is_proved_is_asked_to_be_shut_when_the_work_goes_on() -> None:
    rounds = Rounds(FakeBank(plan_of(4)), (proved(1),))
    rounds.bank.pull("01")
    rounds.turn(2)
    rounds.press(Choice.ALL_SHUT)
    rounds.turn()

    assert rounds.view.said == (Said(Phrase.SHUT_DOORS, "02", ("01",)),)


def test_a_proved_door_that_reads_open_and_is_shut_is_asked_again() -> None:
    rounds = Rounds(FakeBank(plan_of(2)), (proved(1),))
    rounds.bank.stuck[Bit("left", 1, 0)] = False
    rounds.turn(2)
    rounds.press(Choice.ALL_SHUT)
    rounds.turn()
    rounds.press(Choice.ASK_AGAIN)
    assert not rounds.wizard.proved

    installer = rounds.walk()

    assert [fault.flaw for fault in installer.faults] == [Flaw.READS_OPEN]
    assert [one.door for one in rounds.wizard.proved] == ["02"]


def test_one_refusal_of_a_board_is_waited_out() -> None:
    rounds = begun()
    rounds.bank.ends["left/1/1"] = [PulseEnd.REFUSED]

    rounds.prove("01")

    assert rounds.bank.pulses == ["left/1/1", "left/1/1"]
    assert rounds.wizard.proved == (proved(1),)


def test_a_pulse_without_an_answer_counts_by_what_it_moves() -> None:
    rounds = begun()
    rounds.bank.ends["left/1/1"] = [PulseEnd.UNANSWERED]

    rounds.prove("01")

    assert rounds.wizard.proved == (proved(1),)


def test_a_pulse_that_was_not_sent_is_a_fault() -> None:
    rounds = begun()
    rounds.bank.ends["left/1/1"] = [PulseEnd.NOT_SENT]
    rounds.bank.pull("01")
    rounds.until(Phrase.SHUT)
    rounds.bank.shut()
    rounds.until(Flaw.NOT_SENT)

    assert rounds.view.said == (Fault(Flaw.NOT_SENT, ("left/1/1",), "01"),)


def test_a_coil_is_never_pulsed_more_than_three_times_in_half_a_minute() -> None:
    rounds = begun()
    pulsed_ns: list[int] = []
    for _ in range(5):
        rounds.bank.pull("01")
        rounds.until(Phrase.SHUT)
        rounds.bank.shut()
        rounds.until(Phrase.WATCHING)
        pulsed_ns.append(rounds.now_ns)
        rounds.read("02")
        rounds.bank.shut()
        rounds.press(Choice.AGAIN)
        rounds.until(Phrase.OPEN)

    assert all(later - earlier >= 2 * S for earlier, later in pairwise(pulsed_ns))
    assert all(later - earlier >= 30 * S for earlier, later in zip(pulsed_ns, pulsed_ns[3:], strict=False))


def test_a_board_that_falls_silent_is_told_and_the_work_goes_on_when_it_is_back() -> None:
    rounds = begun()
    rounds.bank.pull("01")
    rounds.until(Phrase.SHUT)
    rounds.bank.silent = (Silence("left/1", "no answer"),)
    rounds.turn(2)
    assert rounds.phrase is Phrase.SHUT
    rounds.turn()
    assert rounds.view.said == (Fault(Flaw.SILENT, ("left/1",), why="no answer"),)
    assert rounds.view.door == "01"

    rounds.bank.silent = ()
    rounds.bank.shut()
    rounds.until(Phrase.WHICH_IS_OPEN)

    assert rounds.bank.pulses == ["left/1/1"]


def test_nothing_is_pulsed_while_a_board_is_silent() -> None:
    rounds = begun()
    rounds.bank.pull("01")
    rounds.until(Phrase.SHUT)
    rounds.bank.shut()
    rounds.until(Phrase.RELEASING)
    rounds.bank.silent = (Silence("left/1", "no answer"),)
    rounds.seconds(30)

    assert rounds.bank.pulses == []


def test_a_door_that_is_left_is_not_proved_and_the_next_is_asked_for() -> None:
    rounds = begun(3)
    rounds.bank.stuck[Bit("left", 1, 0)] = True
    rounds.press(Choice.NOTHING_HAPPENS)
    rounds.press(Choice.LEAVE)
    rounds.prove("02")
    rounds.prove("03")
    rounds.turn(2)

    assert rounds.wizard.is_over
    assert [fault.door for fault in rounds.wizard.proof.faults] == ["01"]
    assert rounds.phrase is Phrase.NOT_FINISHED


def test_a_wire_that_is_mended_on_the_spot_is_proved_on_the_spot() -> None:
    rounds = begun(3, inverted="01")
    for door in names(3):
        rounds.prove(door)
    rounds.until(Flaw.INVERTED)
    assert rounds.view.said == (Fault(Flaw.INVERTED, ("left/1/1",), "01"),)

    rounds.bank.doors["01"].latch_set_when_shut = True
    rounds.press(Choice.AGAIN)
    rounds.turn(3)
    rounds.press(Choice.IS_SHUT)
    rounds.prove("01")
    rounds.turn(2)

    assert rounds.wizard.is_over
    assert rounds.wizard.proof.faults == ()


def test_two_doors_that_contradict_each_other_leave_both_in_doubt() -> None:
    rounds = begun(2, inverted="01")
    rounds.prove("01")
    rounds.prove("02")
    rounds.until(Flaw.INVERTED)

    assert rounds.view.said == (Fault(Flaw.INVERTED, ("left/1/1?",), "01"),)


@settings(max_examples=25, deadline=None)
@example(
    # The first three that tell anything speak for the wrong order of bytes.
    drives=[0, 8, 3, 2, 9, 5, 6, 7, 1, 4],
    latches=[8, 0, 2, 3, 1, 5, 6, 7, 4, 9],
    reeds=list(range(10)),
    order=ByteOrder.LOW_FIRST,
)
@given(
    drives=st.permutations(range(10)),
    latches=st.permutations(range(10)),
    reeds=st.permutations(range(10)),
    order=st.sampled_from(ByteOrder),
)
def test_whatever_wires_are_exchanged_the_map_is_as_they_are(
    drives: list[int], latches: list[int], reeds: list[int], order: ByteOrder
) -> None:
    bank = FakeBank(plan_of(10, bytes_each=2, reeds=10), order)
    parts = [(door.drive, door.latch, door.reed) for door in bank.doors.values()]
    for door, drive, latch, reed in zip(bank.doors.values(), drives, latches, reeds, strict=True):
        door.drive, door.latch, door.reed = parts[drive][0], parts[latch][1], parts[reed][2]
    rounds = Rounds(bank)

    rounds.walk(tries=3)

    assert rounds.wizard.proof.faults == ()
    for one in rounds.wizard.proved:
        door = bank.doors[one.door]
        assert ({one.lock}, one.latch, one.reed) == (door.drive, door.latch, door.reed)
