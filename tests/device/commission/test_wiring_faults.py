"""Every way in which a bank is wired wrongly ends with a map that is right, or with a refusal that names the wire."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from device.commission.faults import Fault, Flaw
from device.commission.plan import Proved
from device.commission.proof import Crossing
from device.commission.signals import Bit, Input, Pin, Silence
from device.commission.view import Choice, Phrase
from drivers.lock_ports import PulseEnd
from drivers.locks.wiring import ByteOrder, Polarity
from tests.device.commission.bank import Compartment, FakeBank, plan_of
from tests.device.commission.rounds import Rounds


@dataclass(frozen=True)
class Miswired:
    """One bank: how it is built and spoilt, and the faults that are allowed to be left."""

    name: str
    rewire: Callable[[FakeBank], None]
    faults: tuple[tuple[Flaw, str | None, tuple[str, ...]], ...] = ()
    crossings: tuple[Crossing, ...] = ()
    doors: int = 6
    bytes_each: int = 1
    boards: int = 1
    reeds: int = 0
    order: ByteOrder = ByteOrder.LOW_FIRST

    def __str__(self) -> str:
        return self.name


def exchange(first: str, second: str, *wires: str) -> Callable[[FakeBank], None]:
    return lambda bank: bank.exchange(first, second, *wires)


def stuck(one: Input, *, high: bool) -> Callable[[FakeBank], None]:
    return lambda bank: bank.stuck.update({one: high})


def with_door(name: str, change: Callable[[Compartment], None]) -> Callable[[FakeBank], None]:
    return lambda bank: change(bank.doors[name])


def invert_all(bank: FakeBank) -> None:
    for door in bank.doors.values():
        door.latch_set_when_shut = False


def invert(name: str) -> Callable[[FakeBank], None]:
    def change(bank: FakeBank) -> None:
        bank.doors[name].latch_set_when_shut = False

    return change


def cut_drive(name: str) -> Callable[[FakeBank], None]:
    return lambda bank: bank.doors[name].drive.clear()


def third_opens_fifth_too(bank: FakeBank) -> None:
    bank.doors["05"].drive.add("left/1/3")


def third_opens_fifth_unseen(bank: FakeBank) -> None:
    bank.doors["05"].drive.add("left/1/3")
    bank.doors["05"].latch = None


def no_magnet(bank: FakeBank) -> None:
    bank.stuck[Pin("reeds/2")] = False


def ring_of_three(bank: FakeBank) -> None:
    bank.exchange("02", "03", "drive")
    bank.exchange("03", "04", "drive")


BANKS = [
    Miswired("as it should be", lambda bank: None),
    Miswired("two cables exchanged", exchange("02", "05", "drive", "latch")),
    Miswired("two reeds exchanged", exchange("02", "05", "reed"), reeds=6),
    Miswired(
        "feedback exchanged",
        exchange("02", "05", "latch"),
        crossings=(Crossing("02", "left/1/2", "left/1/5"), Crossing("05", "left/1/5", "left/1/2")),
    ),
    Miswired(
        "drives exchanged",
        exchange("01", "02", "drive"),
        crossings=(Crossing("01", "left/1/2", "left/1/1"), Crossing("02", "left/1/1", "left/1/2")),
    ),
    Miswired(
        "three drives exchanged in a ring",
        ring_of_three,
        crossings=(
            Crossing("02", "left/1/3", "left/1/2"),
            Crossing("03", "left/1/4", "left/1/3"),
            Crossing("04", "left/1/2", "left/1/4"),
        ),
    ),
    Miswired(
        "drives exchanged between boards, bytes the other way round",
        exchange("02", "20", "drive"),
        crossings=(Crossing("02", "left/1/20", "left/1/2"), Crossing("20", "left/1/2", "left/1/20")),
        doors=24,
        bytes_each=3,
        order=ByteOrder.LOW_LAST,
    ),
    Miswired("byte order reversed", lambda bank: None, doors=16, bytes_each=2, order=ByteOrder.LOW_LAST),
    Miswired("every feedback inverted", invert_all),
    Miswired(
        "feedback cut",
        stuck(Bit("left", 1, 2), high=False),
        faults=((Flaw.READS_OPEN, "03", ("left/1/3?",)),),
    ),
    Miswired(
        "feedback stuck",
        stuck(Bit("left", 1, 2), high=True),
        faults=((Flaw.READS_SHUT, "03", ("left/1/3?",)),),
    ),
    Miswired(
        "first feedback cut",
        stuck(Bit("left", 1, 0), high=False),
        faults=((Flaw.NO_SIGNAL, "01", ("left/1/1?",)),),
    ),
    Miswired(
        "feedback cut, with reeds",
        stuck(Bit("left", 1, 2), high=False),
        faults=((Flaw.NO_LATCH, "03", ("left/1/3?",)),),
        reeds=6,
    ),
    Miswired("reed without a magnet", no_magnet, faults=((Flaw.NO_REED, "03", ()),), reeds=6),
    Miswired("drive cut", cut_drive("03"), faults=((Flaw.NOTHING_MOVED, "03", ("left/1/3",)),)),
    Miswired("last drive cut", cut_drive("06"), faults=((Flaw.NOTHING_MOVED, "06", ("left/1/6",)),)),
    Miswired(
        "jammed",
        with_door("03", lambda door: setattr(door, "is_jammed", True)),
        faults=((Flaw.NOTHING_MOVED, "03", ("left/1/3",)),),
    ),
    Miswired("one feedback inverted", invert("03"), faults=((Flaw.INVERTED, "03", ("left/1/3",)),)),
    Miswired("the first feedback inverted", invert("01"), faults=((Flaw.INVERTED, "01", ("left/1/1",)),)),
    Miswired("the second feedback inverted", invert("02"), faults=((Flaw.INVERTED, "02", ("left/1/2",)),)),
    Miswired("the last feedback inverted", invert("06"), faults=((Flaw.INVERTED, "06", ("left/1/6",)),)),
    Miswired(
        "one pulse opens two doors",
        third_opens_fifth_too,
        faults=((Flaw.OPENS_TWO, "03", ("left/1/3", "left/1/5")),),
    ),
    Miswired(
        "one pulse opens two doors and only eyes see it",
        third_opens_fifth_unseen,
        faults=((Flaw.OPENS_TWO, "03", ("left/1/3",)), (Flaw.READS_OPEN, "05", ("left/1/5?",))),
    ),
    Miswired(
        "a board that cools down for ever",
        lambda bank: bank.ends.update({"left/1/3": [PulseEnd.REFUSED] * 9}),
        faults=((Flaw.BOARD_REFUSES, "03", ("left/1/3",)),),
    ),
]


@pytest.mark.parametrize("bank", BANKS, ids=str)
def test_a_right_map_or_a_refusal_that_names_the_wire(bank: Miswired) -> None:
    fake = FakeBank(plan_of(bank.doors, boards=bank.boards, bytes_each=bank.bytes_each, reeds=bank.reeds), bank.order)
    bank.rewire(fake)
    rounds = Rounds(fake)

    rounds.walk()

    proof = rounds.wizard.proof
    assert tuple((fault.flaw, fault.door, fault.wires) for fault in proof.faults) == bank.faults
    assert proof.crossings == bank.crossings
    refused = {door for _, door, _ in bank.faults}
    assert {one.door for one in rounds.wizard.proved} == set(fake.plan.doors) - refused
    for one in rounds.wizard.proved:
        assert is_true(one, fake)


def is_true(one: Proved, bank: FakeBank) -> bool:
    door = bank.doors[one.door]
    opened_by = {name for name, other in bank.doors.items() if one.lock in other.drive}
    return (
        opened_by == {one.door}
        and (one.latch, one.reed) == (door.latch, door.reed)
        and (one.latch is None or one.latch_set_when_shut is door.latch_set_when_shut)
    )


@pytest.mark.parametrize("order", list(ByteOrder))
@pytest.mark.parametrize("is_set_when_shut", [True, False])
def test_order_and_polarity_of_a_board_are_learned(order: ByteOrder, is_set_when_shut: bool) -> None:
    bank = FakeBank(plan_of(24, bytes_each=3), order)
    if not is_set_when_shut:
        invert_all(bank)
    rounds = Rounds(bank)

    rounds.walk()

    (board,) = rounds.wizard.proof.boards
    assert board.order is order
    assert board.polarity is (Polarity.SET_WHEN_LOCKED if is_set_when_shut else Polarity.SET_WHEN_OPEN)
    assert len(bank.pulses) == 24, "no door but the one on the screen was opened"


def test_two_boards_on_one_address_are_named_and_end_it_when_the_installer_says_so() -> None:
    bank = FakeBank(plan_of(4))
    bank.silent_while_open["03"] = Silence("left/1", "checksum", garbled=True)
    rounds = Rounds(bank)

    installer = rounds.walk()

    assert installer.faults == [Fault(Flaw.GARBLED, ("left/1",), why="checksum")]
    assert rounds.wizard.proof.faults[0] == installer.faults[0]
    assert [one.door for one in rounds.wizard.proved] == ["01", "02"]


def test_a_header_reed_that_no_door_moves_is_named() -> None:
    plan = plan_of(2)
    plan = type(plan)(plan.doors, plan.boards, header_reeds=("GPIO5", "GPIO6", "GPIO12"))
    rounds = Rounds(FakeBank(plan))

    rounds.walk()

    assert rounds.wizard.proof.faults == (Fault(Flaw.FREE_REED, ("GPIO12",)),)


def test_locks_without_feedback_are_found_by_the_reeds() -> None:
    plan = type(plan_of(1))(
        ("01", "02", "03"), relays=("GPIO16", "GPIO20", "GPIO21"), header_reeds=("GPIO5", "GPIO6", "GPIO12")
    )
    bank = FakeBank(plan)
    bank.exchange("01", "03", "drive")
    rounds = Rounds(bank)

    rounds.walk()

    assert rounds.wizard.proof.faults == ()
    assert {one.door: one.lock for one in rounds.wizard.proved} == {"01": "GPIO21", "02": "GPIO20", "03": "GPIO16"}
    assert all(one.latch is None for one in rounds.wizard.proved)


def test_a_drive_on_a_channel_of_its_own_is_found_when_the_installer_lets_it_search() -> None:
    plan = plan_of(3)
    bank = FakeBank(plan)
    bank.doors["02"].drive = {"left/1/7"}
    rounds = Rounds(bank)
    rounds.begin()
    rounds.prove("01")

    rounds.until(Phrase.OPEN)
    bank.pull("02")
    rounds.until(Phrase.SHUT)
    bank.shut()
    rounds.until(Flaw.NOTHING_MOVED)
    rounds.turn()
    rounds.press(Choice.SEARCH)
    for _ in range(400):
        rounds.turn()
        if rounds.phrase is Phrase.OTHER_OPENED:
            bank.shut()
    rounds.read()

    assert rounds.wizard.proved[1] == Proved("02", "left/1/7", Bit("left", 1, 1))
    assert rounds.wizard.proof.crossings == (Crossing("02", "left/1/7", "left/1/2"),)
