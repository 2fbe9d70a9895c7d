"""Commissioning over real ptys, before simulated banks wired in every wrong way: a right map, or the wire by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from device.commission.cli import Options
from device.commission.faults import Flaw
from device.commission.view import Phrase, Said, View
from drivers.locks.wiring import ByteOrder, Polarity
from sim.acts.bank import Adapter, Cable, CoilNoise, LockBoard, Mechanism
from sim.acts.words import AdapterState, CableEnd, CableState, LockBoardState, MechanismState, OnOff
from sim.locks.bank import SimBank
from sim.locks.compartment import Cause, Compartment
from sim.locks.setup import BoardSetup, BusSetup, DoorSetup, Family
from sim.locks.wiring import CableName
from tests.device.commission.sim_rig import SimRig

REEDS = ("GPIO5", "GPIO6", "GPIO12", "GPIO13", "GPIO16", "GPIO19")


@dataclass(frozen=True)
class Bank:
    """How a bank is built, and what is wrong with it. `faults`: what has to be named; none: the map has to be right.

    `wires`: doors whose wires are to be in the map otherwise than in order.
    """

    name: str
    rewire: Callable[[SimBank], None] = lambda bank: None
    faults: frozenset[tuple[Flaw, str]] = frozenset()
    wires: tuple[tuple[str, str, str], ...] = ()
    family: Family = Family.XOR8A
    boards: tuple[BoardSetup, ...] = (BoardSetup(8),)
    has_reeds: bool = False
    odd_contact: str = ""
    springs: bool = True
    count: int = 6

    def __str__(self) -> str:
        return self.name

    def doors(self) -> tuple[DoorSetup, ...]:
        """Door after door, as many on each board as there are boards for."""
        each = -(-self.count // len(self.boards))
        spots = [f"left/{place // each + 1}/{place % each + 1}" for place in range(self.count)]
        return tuple(
            DoorSetup(
                f"{place + 1:02}",
                spot,
                spot,
                REEDS[place] if self.has_reeds else None,
                springs=self.springs,
                latch_closed_when_locked=f"{place + 1:02}" != self.odd_contact,
            )
            for place, spot in enumerate(spots)
        )


def exchange(one: str, other: str, *ends: CableEnd) -> Callable[[SimBank], None]:
    def rewire(bank: SimBank) -> None:
        for end in ends:
            bank.exchange(CableName(one, end), CableName(other, end))

    return rewire


def cable(door: str, end: CableEnd, state: CableState) -> Callable[[SimBank], None]:
    return lambda bank: bank.perform(Cable(door=door, sensor=end, state=state))


def board(place: int, state: LockBoardState) -> Callable[[SimBank], None]:
    return lambda bank: bank.perform(LockBoard(bus="left", board=place, state=state))


class BothCoils(Compartment):
    """Two coils on one wire."""

    def __init__(self, *coils: Compartment) -> None:
        self._coils = coils

    def energise(self, cause: Cause) -> None:
        for coil in self._coils:
            coil.energise(cause)

    def rest(self) -> None:
        for coil in self._coils:
            coil.rest()


def third_lock_opens_fifth_door_too(bank: SimBank) -> None:
    bank.boards["left/1"].outlets[2].plug(BothCoils(bank.doors["03"], bank.doors["05"]))


TWO_BOARDS = (BoardSetup(8), BoardSetup(8))
ONE_ADDRESS = (BoardSetup(8, 1), BoardSetup(8, 1))
THIRD = "left/1/3"

BANKS = [
    Bank("as it should be"),
    Bank("as it should be, with reeds", has_reeds=True),
    Bank("doors without springs, with reeds", has_reeds=True, springs=False),
    Bank("two boards", boards=TWO_BOARDS),
    Bank("CU16", family=Family.KERONG_CU16, boards=(BoardSetup(16, 1),)),
    Bank("Modbus relays", family=Family.MODBUS_RELAY),
    Bank("coils that disturb every input", rewire=lambda bank: bank.perform(CoilNoise(bus="left", state=OnOff.ON))),
    Bank("an adapter that echoes", rewire=lambda bank: bank.perform(Adapter(bus="left", state=AdapterState.ECHO))),
    Bank(
        "Modbus over an adapter that echoes",
        rewire=lambda bank: bank.perform(Adapter(bus="left", state=AdapterState.ECHO)),
        family=Family.MODBUS_RELAY,
    ),
    Bank("a board that tells without being asked", rewire=board(1, LockBoardState.CHATTY)),
    Bank("garbage before every answer", rewire=board(1, LockBoardState.GARBAGE)),
    Bank("feedback inverted on the board", boards=(BoardSetup(8, inverted=True),)),
    Bank("bytes in the other order", boards=(BoardSetup(8, low_last=True),)),
    Bank("bytes in the other order on one board of two", boards=(BoardSetup(8), BoardSetup(8, low_last=True))),
    Bank("both, on a CU16", family=Family.KERONG_CU16, boards=(BoardSetup(16, 1, inverted=True, low_last=True),)),
    Bank(
        "two locks' cables exchanged",
        rewire=exchange("02", "05", CableEnd.LOCK, CableEnd.LATCH),
        wires=(("02", "left/1/5", "left/1/5"), ("05", "left/1/2", "left/1/2")),
    ),
    Bank(
        "feedback exchanged",
        rewire=exchange("02", "05", CableEnd.LATCH),
        wires=(("02", "left/1/2", "left/1/5"), ("05", "left/1/5", "left/1/2")),
    ),
    Bank(
        "drives exchanged",
        rewire=exchange("02", "05", CableEnd.LOCK),
        wires=(("02", "left/1/5", "left/1/2"), ("05", "left/1/2", "left/1/5")),
    ),
    Bank(
        "drives exchanged between boards",
        rewire=exchange("02", "05", CableEnd.LOCK),
        boards=TWO_BOARDS,
        wires=(("02", "left/2/2", "left/1/2"), ("05", "left/1/2", "left/2/2")),
    ),
    Bank("feedback cut", cable("03", CableEnd.LATCH, CableState.CUT), frozenset({(Flaw.READS_OPEN, f"{THIRD}?")})),
    Bank("feedback stuck", cable("03", CableEnd.LATCH, CableState.STUCK), frozenset({(Flaw.READS_SHUT, f"{THIRD}?")})),
    Bank(
        "feedback cut, with reeds",
        cable("03", CableEnd.LATCH, CableState.CUT),
        frozenset({(Flaw.NO_LATCH, f"{THIRD}?")}),
        has_reeds=True,
    ),
    Bank("drive cut", cable("03", CableEnd.LOCK, CableState.CUT), frozenset({(Flaw.NOTHING_MOVED, THIRD)})),
    Bank(
        "a lock that jams",
        lambda bank: bank.perform(Mechanism(door="03", state=MechanismState.JAMMED)),
        frozenset({(Flaw.NOTHING_MOVED, THIRD)}),
    ),
    Bank("one contact the other way", faults=frozenset({(Flaw.INVERTED, THIRD)}), odd_contact="03"),
    Bank("the first contact the other way", faults=frozenset({(Flaw.INVERTED, "left/1/1")}), odd_contact="01"),
    Bank(
        "one pulse opens two doors",
        third_lock_opens_fifth_door_too,
        frozenset({(Flaw.OPENS_TWO, THIRD), (Flaw.OPENS_TWO, "left/1/5")}),
    ),
    Bank(
        "a reed without a magnet",
        cable("03", CableEnd.REED, CableState.STUCK),
        frozenset({(Flaw.NO_REED, "03"), (Flaw.FREE_REED, "GPIO12")}),
        has_reeds=True,
    ),
    Bank("two boards with one address", faults=frozenset({(Flaw.GARBLED, "left/1")}), boards=ONE_ADDRESS),
    Bank(
        "a board that is not there",
        board(2, LockBoardState.ABSENT),
        frozenset({(Flaw.BOARD_MISSING, "left/1")}),
        boards=TWO_BOARDS,
    ),
    Bank(
        "a board that is not there, of a family that tells how many locks it has",
        board(2, LockBoardState.ABSENT),
        frozenset({(Flaw.TOO_FEW_LOCKS, "left/1")}),
        family=Family.MODBUS_RELAY,
        boards=TWO_BOARDS,
        count=10,
    ),
    Bank(
        "a board that cools down for ever", board(1, LockBoardState.COOLDOWN), frozenset({(Flaw.BOARD_REFUSES, THIRD)})
    ),
]


@pytest.fixture
def rig_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Bank], SimRig]]:
    made: list[SimRig] = []

    def make(bank: Bank) -> SimRig:
        bus = BusSetup("left", bank.family, bank.boards)
        made.append(SimRig(tmp_path, monkeypatch, bank.doors(), [bus]))
        bank.rewire(made[-1].bank)
        return made[-1]

    yield make
    for rig in made:
        rig.close()


@pytest.mark.parametrize("bank", BANKS, ids=str)
def test_a_right_map_or_the_wire_by_its_name(bank: Bank, rig_of: Callable[[Bank], SimRig]) -> None:
    rig = rig_of(bank)

    status = rig.run()

    if not bank.faults:
        assert status == 0
        expected = {door.name: (door.lock, door.latch, door.reed) for door in bank.doors()}
        expected |= {name: (lock, latch, expected[name][2]) for name, lock, latch in bank.wires}
        assert rig.wires() == expected
        assert [(one.polarity, one.order) for one in rig.map.boards] == [
            (
                Polarity.SET_WHEN_OPEN if one.inverted else Polarity.SET_WHEN_LOCKED,
                ByteOrder.LOW_LAST if one.low_last else ByteOrder.LOW_FIRST,
            )
            for one in bank.boards
        ]
        return
    assert status == 65
    named = {(fault.flaw, wire) for fault in rig.faults for wire in (*fault.wires, fault.door)}
    assert bank.faults <= named


def until_door(name: str) -> Callable[[View], bool]:
    return lambda view: view.said[0] == Said(Phrase.OPEN, name)


def asked_for(rig: SimRig) -> list[str]:
    """The doors that were to be opened, in order, each once."""
    said = [one for view in rig.views for one in view.said if isinstance(one, Said) and one.phrase is Phrase.OPEN]
    return list(dict.fromkeys(one.door for one in said))


def test_a_run_that_was_stopped_goes_on_where_it_was(rig_of: Callable[[Bank], SimRig]) -> None:
    rig = rig_of(Bank("good"))

    assert rig.run(stop_when=until_door("04")) == 75
    assert not rig.map_path.exists()
    rig.views.clear()

    assert rig.run() == 0
    assert asked_for(rig) == ["04", "05", "06"]
    assert len(rig.wires()) == 6
    assert sorted(file.name for file in rig.map_path.parent.iterdir()) == ["bank.toml", "ports"]


@pytest.mark.parametrize("phrase", [Phrase.SHUT, Phrase.RELEASING, Phrase.WATCHING, Phrase.WHICH_IS_OPEN])
def test_stopped_in_the_middle_of_a_door_only_that_door_is_lost(
    phrase: Phrase, rig_of: Callable[[Bank], SimRig]
) -> None:
    rig = rig_of(Bank("good"))

    assert rig.run(stop_when=lambda view: view.door == "03" and getattr(view.said[0], "phrase", None) is phrase) == 75
    rig.views.clear()

    assert rig.run() == 0
    assert asked_for(rig) == ["03", "04", "05", "06"]


def test_a_mended_wire_is_proved_by_the_next_run_and_no_other(rig_of: Callable[[Bank], SimRig]) -> None:
    rig = rig_of(Bank("feedback cut", cable("03", CableEnd.LATCH, CableState.CUT)))
    assert rig.run() == 65
    rig.bank.mend()
    rig.views.clear()

    assert rig.run() == 0
    assert asked_for(rig) == ["03"]


def test_a_bank_that_is_proved_is_left_alone(
    rig_of: Callable[[Bank], SimRig], capsys: pytest.CaptureFixture[str]
) -> None:
    rig = rig_of(Bank("good"))
    assert rig.run() == 0
    before = rig.map_path.read_text()
    rig.views.clear()

    assert rig.run() == 0

    assert rig.views == []
    assert "--door" in capsys.readouterr().out
    assert rig.map_path.read_text() == before


def test_one_door_is_proved_again_after_a_lock_was_replaced(rig_of: Callable[[Bank], SimRig]) -> None:
    rig = rig_of(Bank("good", has_reeds=True, boards=(BoardSetup(8, inverted=True, low_last=True),)))
    assert rig.run() == 0
    before = rig.wires()
    rig.views.clear()

    assert rig.run(Options(doors=("05",))) == 0

    assert asked_for(rig) == ["05"]
    assert rig.wires() == before


def test_everything_is_proved_again_when_the_installer_wants_it(rig_of: Callable[[Bank], SimRig]) -> None:
    rig = rig_of(Bank("good"))
    assert rig.run() == 0
    rig.views.clear()

    assert rig.run(Options(again=True)) == 0

    assert asked_for(rig) == ["01", "02", "03", "04", "05", "06"]


def test_the_map_stays_in_force_until_a_new_one_is_whole(rig_of: Callable[[Bank], SimRig]) -> None:
    rig = rig_of(Bank("good"))
    assert rig.run() == 0
    before = rig.map_path.read_text()

    assert rig.run(Options(again=True), stop_when=until_door("03")) == 75

    assert rig.map_path.read_text() == before
    rig.views.clear()
    assert rig.run() == 0
    assert asked_for(rig) == ["03", "04", "05", "06"]


def test_a_board_of_the_map_that_does_not_answer_is_named_before_anything_is_asked(
    rig_of: Callable[[Bank], SimRig],
) -> None:
    rig = rig_of(Bank("two boards", boards=TWO_BOARDS))
    assert rig.run() == 0
    rig.bank.perform(LockBoard(bus="left", board=2, state=LockBoardState.ABSENT))

    assert rig.run(Options(doors=("01",))) == 65

    assert [(fault.flaw, fault.wires) for fault in rig.faults] == [(Flaw.SILENT, ("left/2",))]


def test_without_the_adapter_there_is_one_line_and_status_69(
    rig_of: Callable[[Bank], SimRig], capsys: pytest.CaptureFixture[str]
) -> None:
    rig = rig_of(Bank("no adapter", lambda bank: bank.perform(Adapter(bus="left", state=AdapterState.OUT))))

    assert rig.run() == 69

    assert capsys.readouterr().err.startswith("left: 어댑터가 꽂혀 있지 않")


def test_an_adapter_that_is_pulled_out_and_put_back_costs_nothing(rig_of: Callable[[Bank], SimRig]) -> None:
    rig = rig_of(Bank("good"))
    seen: list[View] = []

    def pull_out(view: View) -> bool:
        seen.append(view)
        if view.said[0] == Said(Phrase.OPEN, "03"):
            rig.bank.perform(Adapter(bus="left", state=AdapterState.OUT))
        return False

    assert rig.run(stop_when=pull_out) == 65
    assert [(fault.flaw, fault.wires) for fault in rig.faults][:1] == [(Flaw.SILENT, ("left",))]
    rig.bank.perform(Adapter(bus="left", state=AdapterState.IN))
    rig.views.clear()

    assert rig.run() == 0
    assert asked_for(rig) == ["03", "04", "05", "06"]
