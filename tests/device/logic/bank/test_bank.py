from device.logic.bank.bank import Bank
from device.logic.bank.settings import BankSettings
from drivers.lock_ports import BoardRead, BoardSilent, BusUp
from drivers.ports import Edge, WallClock
from tests.device.logic.bank.cabinet import BOTH, LATCH, REED, Cabinet


def test_bank_without_doors_has_nothing_to_do() -> None:
    bank = Bank(BankSettings(), 0, 1)
    assert bank.tick(0, WallClock(0, 0, synced=False)) == []
    assert bank.due_ns() is None
    assert (bank.states, bank.pins, bank.all_known) == ({}, frozenset(), True)


def test_bank_wants_the_pins_of_its_reeds() -> None:
    assert Cabinet(BOTH, LATCH, REED).bank.pins == {"GPIO5", "reeds/3"}


def test_facts_of_what_belongs_to_no_door_change_nothing() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    for fact in (
        Edge(0, "GPIO27", True),
        BoardRead(0, "left", 9, 0),
        BoardSilent(0, "nowhere", 1, "no answer"),
        BusUp(0, "nowhere"),
    ):
        cabinet.say(fact)
    assert cabinet.at(9_000).told == []


def test_board_that_only_drives_locks_is_missed_too() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    cabinet.say(BoardSilent(cabinet.now_ns, "left", 2, "no answer"))
    assert cabinet.names() == ["left/2 trouble.board raised"]
    cabinet.say(BoardRead(cabinet.now_ns, "left", 2, 0))
    assert cabinet.names() == ["left/2 trouble.board raised", "left/2 trouble.board restored"]


def test_number_of_changes_changes_with_the_states_and_with_nothing_else() -> None:
    cabinet = Cabinet(BOTH).at(1_000)
    states, changes = cabinet.bank.states, cabinet.bank.changes
    cabinet.at(5_000)
    assert (cabinet.bank.states, cabinet.bank.changes) == (states, changes)
    assert cabinet.bank.states is states
    cabinet.pull("01")
    cabinet.at(7_000)
    assert cabinet.bank.states != states
    assert cabinet.bank.changes != changes


def test_view_tells_everything_that_is_known_of_a_door() -> None:
    cabinet = Cabinet(BOTH, LATCH, REED).at(1_000)
    view = cabinet.bank.view("01")
    assert (view.name, view.state, view.reed, view.latch, view.last) == ("01", "secured", "closed", "locked", "secured")
    assert view.seen_ns == cabinet.now_ns
    assert view.revision == cabinet.bank.revision("01")
    assert (cabinet.bank.view("11").reed, cabinet.bank.view("21").latch) == (None, None)
    nothing = Cabinet(BOTH).bank.view("01")
    assert (nothing.reed, nothing.latch, nothing.last, nothing.seen_ns) == ("unknown", "unknown", None, None)
