"""What lasts at a locker bank beyond the power of its board."""

from sim.acts.bank import Adapter, BankAct, Cable, CoilNoise, Force, LockBoard, Mechanism, Shut, Trip
from sim.acts.model import Swap
from sim.acts.words import (
    AdapterState,
    Breaks,
    CableEnd,
    CableState,
    LockBoardState,
    MechanismState,
    OnOff,
)
from sim.board.bank_conditions import BankConditions
from sim.board.conditions import Conditions
from sim.board.lines import decode_order, encode


def _after(*done: BankAct) -> BankConditions:
    conditions = BankConditions(("01", "02"), {"left": 2})
    for act in done:
        conditions.note(act)
    return conditions


def test_nothing_lasts_of_what_was_put_right() -> None:
    conditions = _after(
        Force(door="01", breaks=Breaks.STRIKE),
        Mechanism(door="01", state=MechanismState.JAMMED),
        Mechanism(door="01", state=MechanismState.GOOD),
        Cable(door="02", sensor=CableEnd.LATCH, state=CableState.CUT),
        Cable(door="02", sensor=CableEnd.LATCH, state=CableState.WHOLE),
        LockBoard(bus="left", board=2, state=LockBoardState.MUTE),
        LockBoard(bus="left", board=2, state=LockBoardState.WELL),
        Adapter(bus="left", state=AdapterState.OUT),
        Adapter(bus="left", state=AdapterState.IN),
        CoilNoise(bus="left", state=OnOff.ON),
        CoilNoise(bus="left", state=OnOff.OFF),
    )
    conditions.saw("01", is_open=True, is_hooked=False)
    conditions.saw("01", is_open=False, is_hooked=True)

    assert conditions.acts() == []


def test_everything_that_is_broken_is_broken_again() -> None:
    broken: list[BankAct] = [
        Mechanism(door="01", state=MechanismState.RESHUT),
        Cable(door="01", sensor=CableEnd.LOCK, state=CableState.STUCK),
        LockBoard(bus="left", board=2, state=LockBoardState.LATE, delay_ns=1_000_000),
        Adapter(bus="left", state=AdapterState.ECHO),
        CoilNoise(bus="left", state=OnOff.ON),
    ]

    assert _after(*broken).acts() == broken


def test_doors_stand_as_they_were_last_seen() -> None:
    conditions = _after()
    conditions.saw("01", is_open=True, is_hooked=False)
    conditions.saw("02", is_open=True, is_hooked=True)

    assert conditions.acts() == [Force(door="01"), Force(door="02"), Trip(door="02")]


def test_a_strike_that_was_torn_off_stays_off_whether_the_door_is_open_or_shut() -> None:
    torn = Force(door="01", breaks=Breaks.STRIKE)
    conditions = _after(torn)

    conditions.saw("01", is_open=True, is_hooked=True)
    assert conditions.acts() == [torn]

    conditions.saw("01", is_open=False, is_hooked=True)
    assert conditions.acts() == [torn, Shut(door="01")]


def test_a_door_that_stands_open_keeps_its_strike() -> None:
    conditions = _after()
    conditions.saw("01", is_open=True, is_hooked=False)

    conditions.note(Force(door="01", breaks=Breaks.STRIKE))

    assert not conditions.doors["01"].is_torn


def test_cables_that_are_exchanged_stay_so_until_they_are_exchanged_again() -> None:
    conditions = Conditions((), _after())

    conditions.note(Swap(zone="02", other="01"), 0)

    assert conditions.acts(0) == [Swap(zone="01", other="02")]
    conditions.note(Swap(zone="01", other="02"), 0)
    assert conditions.acts(0) == []


def test_cable_that_is_exchanged_has_no_place_for_a_third_one() -> None:
    conditions = BankConditions(("01", "02", "03"), {})

    conditions.swap("01", "02")

    assert conditions.may_swap("02", "01")
    assert not conditions.may_swap("01", "03")
    assert not conditions.may_swap("03", "01")


def test_a_board_is_told_of_its_bank_in_lines() -> None:
    conditions = Conditions(("tamper",), _after(Mechanism(door="02", state=MechanismState.JAMMED)))

    assert [decode_order(encode(act)) for act in conditions.acts(0)] == conditions.acts(0)
    assert conditions.acts(0) == [Mechanism(door="02", state=MechanismState.JAMMED)]


def test_a_store_without_a_bank_has_nothing_to_note() -> None:
    conditions = Conditions(("tamper",))

    conditions.note(Mechanism(door="02", state=MechanismState.JAMMED), 0)

    assert conditions.acts(0) == []
