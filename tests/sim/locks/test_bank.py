"""A whole bank: acts, cables, noise, and what is true."""

from pathlib import Path
from random import Random

import pytest

from drivers.gpio import GpioInputs
from drivers.locks import kerong_cu16, xor8a
from drivers.locks.frames import Codec, QueryBoard, Unlock
from drivers.locks.modbus_relay import ModbusRelay
from drivers.ports import Edge, Fact
from drivers.ports import Pull as Resistor
from sim.acts.bank import (
    Adapter,
    BankAct,
    Cable,
    CoilNoise,
    Force,
    Inspect,
    LockBoard,
    Mechanism,
    OpenAll,
    Pull,
    Shut,
    Trip,
    Untrip,
)
from sim.acts.bank import Unlock as UnlockOrder
from sim.acts.words import AdapterState, Breaks, CableEnd, CableState, LockBoardState, MechanismState, OnOff
from sim.board.board import Board
from sim.locks.bank import SimBank
from sim.locks.compartment import Cause
from sim.locks.header_reeds import HeaderReeds
from sim.locks.setup import BoardSetup, BusSetup, DoorSetup, Family, bank_of
from sim.locks.wiring import CableName
from tests.sim.locks.bank_bench import MS, SMALL_BUS, BankBench, S, opened, release, unlocked

LATCH, REED, LOCK = CableEnd.LATCH, CableEnd.REED, CableEnd.LOCK


# ---------------------------------------------------------------- at the doors


def test_lock_that_is_released_opens_its_door_and_the_truth_knows_when_and_why(bench: BankBench) -> None:
    begun_ns = bench.time.clock.monotonic_ns()

    release(bench, 2, 1)

    assert opened(bench) == ["04"]
    (opening,), (current,) = bench.bank.truth.openings, bench.bank.truth.currents
    assert (opening.door, opening.cause) == ("04", Cause.PULSE)
    assert begun_ns < current.at_ns < opening.at_ns
    assert current.ended_ns == current.at_ns + 300 * MS
    assert bench.reeds == {"reeds/1": True, "reeds/2": True, "reeds/3": True, "reeds/4": False}


def test_reed_bounces_for_a_millisecond_at_most(bench: BankBench) -> None:
    lengths = []
    for _ in range(50):
        begun_ns, before = bench.time.clock.monotonic_ns(), len(bench.reed_changes)
        bench.bank.perform(Force(door="01"))
        bench.bank.perform(Shut(door="02"))
        bench.time.run_for(S)
        changes = bench.reed_changes[before:]
        assert [pin for _, pin, _ in changes] == ["reeds/1"] * len(changes)
        assert len(changes) % 2 == 1
        assert not bench.reeds["reeds/1"]
        lengths.append(changes[-1][0] - begun_ns)
        bench.bank.perform(Shut(door="01"))
        bench.time.run_for(S)
    assert 0 < max(lengths) <= MS


def test_hands_at_the_doors(bench: BankBench) -> None:
    bank = bench.bank

    bank.perform(Pull(door="01"))
    assert opened(bench) == []
    bank.perform(Force(door="01"))
    bank.perform(Force(door="02", breaks=Breaks.STRIKE))
    assert opened(bench) == ["01", "02"]
    assert unlocked(bench) == [1, *range(4, 9)]
    bank.perform(Trip(door="01"))
    bank.perform(Shut(door="01"))
    bank.perform(Shut(door="02"))
    assert opened(bench) == ["01"]
    assert unlocked(bench) == [*range(4, 9)]
    bank.perform(Untrip(door="01"))
    assert unlocked(bench) == [1, *range(4, 9)]
    bank.perform(Untrip(door="02"))
    bank.perform(Shut(door="01"))
    assert opened(bench) == []
    assert unlocked(bench) == [*range(4, 9)]


def test_faults_at_the_doors(bench: BankBench) -> None:
    bank = bench.bank
    bank.perform(Mechanism(door="01", state=MechanismState.JAMMED))
    bank.perform(Cable(door="02", sensor=LOCK, state=CableState.CUT))
    bank.perform(Cable(door="03", sensor=LATCH, state=CableState.CUT))
    bank.perform(Cable(door="04", sensor=REED, state=CableState.STUCK))

    for board, lock in ((1, 1), (1, 2), (2, 1)):
        release(bench, board, lock)

    assert opened(bench) == ["04"]
    assert unlocked(bench) == [3, *range(4, 9)]
    assert bench.reeds["reeds/4"]


# ---------------------------------------------------------------- behind them


def test_adapter_that_echoes_gives_back_what_was_sent(bench: BankBench) -> None:
    port, query = bench.open(), xor8a.encode(QueryBoard(1))
    bench.bank.perform(Adapter(bus="left", state=AdapterState.ECHO))

    assert bench.ask(port, query).startswith(query)
    bench.bank.perform(Adapter(bus="left", state=AdapterState.IN))

    assert len(bench.ask(port, query)) == 7


def test_adapter_goes_and_comes(bench: BankBench) -> None:
    path = bench.bank.ports["left"].path

    bench.bank.perform(Adapter(bus="left", state=AdapterState.OUT))
    assert not path.exists()
    bench.bank.perform(Adapter(bus="left", state=AdapterState.IN))

    assert path.exists()


def test_board_that_is_absent_does_not_silence_the_other(bench: BankBench) -> None:
    port = bench.open()
    bench.bank.perform(LockBoard(bus="left", board=1, state=LockBoardState.ABSENT))

    assert bench.ask(port, xor8a.encode(QueryBoard(1))) == b""
    assert len(bench.ask(port, xor8a.encode(QueryBoard(2)))) == 7


def test_coil_disturbs_every_other_input_of_its_bus_and_opens_nothing(tmp_path: Path) -> None:
    other = BusSetup("right", Family.XOR8A, (BoardSetup(8),))
    doors = [DoorSetup(f"0{n}", f"left/1/{n}", f"left/1/{n}", f"reeds/{n}") for n in (1, 2, 3)]
    doors.append(DoorSetup("04", "right/1/1", "right/1/1", "reeds/4"))
    bench = BankBench(tmp_path, doors, [SMALL_BUS, other])
    bench.bank.perform(CoilNoise(bus="left", state=OnOff.ON))
    before, latches = len(bench.reed_changes), [bench.bank.doors[door].latch for door in ("02", "03")]
    heard: list[bool] = []
    for latch in latches:
        board, latch.listener = latch.listener, lambda latch=latch: heard.append(latch.closed)
        assert board is not None

    release(bench, 1, 1)

    noisy = {pin for _, pin, _ in bench.reed_changes[before:]}
    assert noisy == {"reeds/1", "reeds/2", "reeds/3"}
    assert heard.count(False) == heard.count(True) == 4
    end_ns = bench.bank.truth.currents[0].ended_ns
    assert end_ns is not None
    # A disturbance, and the reed's own bounce.
    assert max(at_ns for at_ns, _, _ in bench.reed_changes) <= end_ns + 101 * MS
    assert [bench.reeds[f"reeds/{n}"] for n in (1, 2, 3, 4)] == [False, True, True, True]
    assert opened(bench) == ["01"]
    bench.bank.perform(CoilNoise(bus="left", state=OnOff.OFF))
    before = len(bench.reed_changes)
    release(bench, 1, 1)
    assert bench.reed_changes[before:] == []
    bench.close()


# ---------------------------------------------------------------- every kind of bank


@pytest.mark.parametrize(
    ("family", "locks", "number", "codec"),
    [
        (Family.XOR8A, 24, 1, xor8a),
        (Family.KERONG_CU16, 16, 0, kerong_cu16),
        (Family.MODBUS_RELAY, 8, 1, ModbusRelay(300)),
    ],
)
def test_bank_of_any_family_opens_the_door_that_is_meant(
    tmp_path: Path, family: Family, locks: int, number: int, codec: Codec
) -> None:
    bus, doors = bank_of("right", family, 3, locks)
    bench = BankBench(tmp_path, doors, [bus])
    port = bench.open("right")

    answer = bench.ask(port, codec.encode(Unlock(number + 1, 2)))

    assert answer != b""
    assert opened(bench) == [f"{locks + 2:02}"]
    bench.close()


def test_relay_on_a_pin_opens_its_door(tmp_path: Path) -> None:
    bench = BankBench(tmp_path, [DoorSetup("01", "GPIO16", None, "GPIO5")], [])

    bench.bank.set_relay("GPIO16", on=True)
    bench.time.run_for(300 * MS)
    bench.bank.set_relay("GPIO16", on=False)
    bench.bank.set_relay("GPIO17", on=True)

    assert opened(bench) == ["01"]
    assert bench.bank.truth.live == set()
    bench.close()


def test_reed_on_the_header_is_heard_by_the_real_driver(tmp_path: Path) -> None:
    bench = BankBench(tmp_path, [], [])
    board, facts = Board(bench.time.schedule, bench.time.clock), list[Fact]()
    bank = SimBank(
        [DoorSetup("01", None, None, "GPIO5")],
        [],
        tmp_path,
        bench.after,
        bench.time.clock.monotonic_ns,
        Random(1),
        HeaderReeds(board).set,
    )
    inputs = GpioInputs(board, facts.append, bench.time.clock)
    inputs.watch("GPIO5", Resistor.UP)

    bank.perform(Force(door="01"))
    bench.time.run_for(S)

    levels = [fact.high for fact in facts if isinstance(fact, Edge)]
    assert (levels[0], levels[-1]) == (False, True)
    inputs.close()
    board.close()
    bank.close()


# ---------------------------------------------------------------- all of it


FAULTS: list[BankAct] = [
    Force(door="01", breaks=Breaks.STRIKE),
    Force(door="02"),
    Trip(door="02"),
    Mechanism(door="03", state=MechanismState.JAMMED),
    Cable(door="04", sensor=LOCK, state=CableState.CUT),
    Cable(door="04", sensor=REED, state=CableState.CUT),
    Cable(door="03", sensor=LATCH, state=CableState.STUCK),
    LockBoard(bus="left", board=1, state=LockBoardState.MUTE),
    CoilNoise(bus="left", state=OnOff.ON),
    Adapter(bus="left", state=AdapterState.OUT),
]


def test_bank_that_is_mended_is_as_at_the_start(bench: BankBench) -> None:
    bench.bank.exchange(CableName("01", LOCK), CableName("02", LOCK))
    bench.bank.exchange(CableName("02", LOCK), CableName("03", LOCK))
    for fault in FAULTS:
        bench.bank.perform(fault)

    bench.bank.mend()
    bench.time.run_for(S)

    assert opened(bench) == []
    assert set(bench.reeds.values()) == {True}
    assert unlocked(bench) == [*range(4, 9)]
    for door, (board, lock) in zip(bench.bank.doors, ((1, 1), (1, 2), (1, 3), (2, 1)), strict=True):
        before = len(bench.bank.truth.openings)
        release(bench, board, lock)
        assert [opening.door for opening in bench.bank.truth.openings[before:]] == [door]


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (Pull(door="99"), 'door = "99": the bank has "01", "02", "03", "04"'),
        (Adapter(bus="up", state=AdapterState.IN), 'bus = "up": the bank has "left"'),
        (LockBoard(bus="left", board=3, state=LockBoardState.WELL), "board = 3: left has 1–2"),
        (UnlockOrder(door="01"), "a command is given by the control room"),
        (Inspect(), "a command is given by the control room"),
        (OpenAll(), "a command is given by the control room"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(bench: BankBench, asked: BankAct, refusal: str) -> None:
    assert bench.bank.refuses(asked) == refusal
    with pytest.raises(ValueError, match=r"the bank has|left has|control room"):
        bench.bank.perform(asked)


def test_door_without_a_reed_has_no_cable_to_cut(tmp_path: Path) -> None:
    bench = BankBench(tmp_path, [DoorSetup("01", "left/1/1", "left/1/1")])

    refusal = bench.bank.refuses(Cable(door="01", sensor=REED, state=CableState.CUT))

    assert refusal == 'sensor = "reed": 01 has no such cable'
    bench.close()


def test_one_seed_gives_one_night(tmp_path: Path) -> None:
    def night(folder: Path) -> list[object]:
        bench = BankBench(folder)
        bench.bank.perform(CoilNoise(bus="left", state=OnOff.ON))
        bench.bank.perform(LockBoard(bus="left", board=1, state=LockBoardState.GARBAGE))
        port = bench.open()
        heard = [bench.ask(port, xor8a.encode(request)) for request in (QueryBoard(1), Unlock(1, 2), QueryBoard(2))]
        told: list[object] = [*heard, *bench.reed_changes, *bench.bank.truth.openings, *bench.bank.truth.currents]
        bench.close()
        return told

    for name in ("one", "two"):
        (tmp_path / name).mkdir()

    assert night(tmp_path / "one") == night(tmp_path / "two")
