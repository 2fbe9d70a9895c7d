"""Cables in each other's places, and boards with each other's number."""

from pathlib import Path

import pytest

from sim.acts.bank import Force, LockBoard
from sim.acts.words import Breaks, CableEnd, LockBoardState
from sim.locks.setup import BoardSetup, BusSetup, DoorSetup, Family
from sim.locks.wiring import CableName
from tests.sim.locks.bank_bench import BankBench, opened, release, unlocked

LATCH, REED, LOCK = CableEnd.LATCH, CableEnd.REED, CableEnd.LOCK


def test_exchanged_coils_open_each_others_doors(bench: BankBench) -> None:
    bench.bank.swap("01", "04")

    release(bench, 1, 1)

    assert opened(bench) == ["04"]


def test_exchanged_latches_speak_for_each_other(bench: BankBench) -> None:
    bench.bank.exchange(CableName("01", LATCH), CableName("02", LATCH))

    bench.bank.perform(Force(door="01"))

    assert unlocked(bench) == [2, *range(4, 9)]


def test_latch_and_reed_can_be_exchanged(bench: BankBench) -> None:
    bench.bank.exchange(CableName("01", LATCH), CableName("02", REED))

    bench.bank.perform(Force(door="01", breaks=Breaks.STRIKE))
    assert unlocked(bench) == [*range(4, 9)]
    bench.bank.perform(Force(door="02", breaks=Breaks.STRIKE))

    assert unlocked(bench) == [1, *range(4, 9)]
    assert bench.reeds["reeds/2"]


def test_cables_exchanged_twice_are_right_again(bench: BankBench) -> None:
    for _ in range(2):
        bench.bank.exchange(CableName("01", LOCK), CableName("02", LOCK))
        bench.bank.exchange(CableName("01", REED), CableName("02", REED))

    release(bench, 1, 1)

    assert opened(bench) == ["01"]
    assert not bench.reeds["reeds/1"]
    assert bench.reeds["reeds/2"]


def test_coil_does_not_fit_where_a_contact_was(bench: BankBench) -> None:
    with pytest.raises(ValueError, match="the lock of 01 and that to the latch of 02 do not fit"):
        bench.bank.exchange(CableName("01", LOCK), CableName("02", LATCH))


@pytest.mark.parametrize(
    ("doors", "fault"),
    [
        ([DoorSetup("01", "left/3/1")], "left/3/1: there is no such lock"),
        ([DoorSetup("01", None, "left/1/9")], "left/1/9: there is no such lock"),
        ([DoorSetup("01", None, "right/1/1")], "right/1/1: there is no such lock"),
        ([DoorSetup("01", "left/1/1"), DoorSetup("02", "left/1/1")], "the lock of 01 and to the lock of 02 end at one"),
    ],
)
def test_cable_must_have_a_place_of_its_own(tmp_path: Path, doors: list[DoorSetup], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        BankBench(tmp_path, doors)
    assert list(tmp_path.iterdir()) == []


def test_two_boards_with_one_number_open_two_doors(tmp_path: Path) -> None:
    bus = BusSetup("left", Family.XOR8A, (BoardSetup(8), BoardSetup(8, number=1)))
    bench = BankBench(tmp_path, buses=[bus])

    release(bench, 1, 1)

    assert opened(bench) == ["01", "04"]
    bench.close()


@pytest.mark.parametrize(("twin", "lock", "doors"), [(2, 1, ["01", "04"]), (1, 1, [])])
def test_board_that_is_set_as_another_one_obeys_what_is_meant_for_that(
    bench: BankBench, twin: int, lock: int, doors: list[str]
) -> None:
    bench.bank.perform(LockBoard(bus="left", board=twin, state=LockBoardState.TWIN))

    release(bench, 1, lock)

    assert opened(bench) == doors
    bench.bank.perform(LockBoard(bus="left", board=twin, state=LockBoardState.WELL))
    assert unlocked(bench, 2) == [*([1] if doors else []), *range(2, 9)]


def test_board_that_is_alone_has_nobody_to_be_set_as(tmp_path: Path) -> None:
    bus = BusSetup("left", Family.XOR8A, (BoardSetup(8),))
    bench = BankBench(tmp_path, [DoorSetup("01", "left/1/1", "left/1/1")], [bus])
    bench.bank.perform(LockBoard(bus="left", board=1, state=LockBoardState.TWIN))

    release(bench, 1, 1)

    assert opened(bench) == ["01"]
    bench.close()
