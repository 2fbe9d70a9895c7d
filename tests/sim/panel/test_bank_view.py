"""What the panel knows of a bank: how doors stand, what is said of them, and what came of commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from device.config.load import load
from device.config.map import load_map
from device.logic.event import Phase
from device.logic.units import MS, S
from drivers.ports import Message, Place
from sim.acts.bank import Adapter, BankAct, Cable, LockBoard, Mechanism, Pull, Unlock
from sim.acts.words import AdapterState, CableEnd, CableState, LockBoardState, MechanismState
from sim.bank_site import COLUMNS
from sim.control_room.commands import Written
from sim.control_room.values import DeviceClock, EventStatus, VerifiedEvent
from sim.panel.bank_view import COMMANDS, BankView
from sim.panel.times import Times
from sim.site import Place as Site
from sim.site import make_site

TIMES = Times(1_000 * S)


@pytest.fixture
def view(tmp_path: Path) -> BankView:
    config = load(make_site(tmp_path, [1883], place=Site("bank-0007", is_bank=True)).config)
    assert config.bank is not None
    return BankView(config, load_map(config.bank.map, config), COLUMNS)


def _world(view: BankView, *, key_is_on: bool = False) -> Any:
    return json.loads(json.dumps(view.world(TIMES, key_is_on=key_is_on)))


def _door(view: BankView, name: str) -> Any:
    return next(door for door in _world(view)["doors"] if door["name"] == name)


def _event(type_: str, subject: str, **detail: object) -> VerifiedEvent:
    return VerifiedEvent(
        device="bank-0007",
        place=Place("0000000100000001", 1),
        type=f"ansim.{type_}",
        phase=Phase.REPORTED,
        status=EventStatus.ACTUAL,
        subject=subject,
        time="2026-11-28T10:00:00Z",
        time_ns=0,
        prev=None,
        clock=DeviceClock("boot", 0, synced=True),
        digest="",
        kid="",
        envelope=b"",
        detail_json=json.dumps(detail),
    )


def _ask(view: BankView, jti: str = "a", door: str | None = "07", command: str = "door.unlock") -> None:
    view.asked(Written(jti, command, door, (Message("t", b""),)), "good", 5 * S)


def test_a_new_bank_is_shut_and_nobody_has_said_anything_of_it(view: BankView) -> None:
    world = _world(view)

    assert world["columns"] == [list(column) for column in COLUMNS]
    assert len(world["doors"]) == 24
    assert _door(view, "07") == {
        "name": "07",
        "state": None,
        "since_ms": None,
        "revision": None,
        "open": False,
        "moved_ms": None,
        "hook": "engaged",
        "strike": "whole",
        "mechanism": "good",
        "swapped_with": None,
        "cables": {"latch": "whole", "reed": None, "lock": "whole"},
        "fits_person": False,
    }
    assert _door(view, "23")["fits_person"]
    assert _door(view, "23")["cables"]["reed"] == "whole"
    assert world["buses"] == [
        {
            "name": "left",
            "adapter": "in",
            "noise": "off",
            "boards": [{"number": 1, "state": "well"}, {"number": 2, "state": "well"}],
        }
    ]
    assert (world["key"], world["commands"]) == ("off", [])
    assert _world(view, key_is_on=True)["key"] == "on"


def test_what_is_true_and_what_is_said_of_a_door_are_two_things(view: BankView) -> None:
    view.stands({"07": "closed"}, 3 * S)
    view.saw({"07": [True, False]}, 4 * S)

    door = _door(view, "07")
    assert (door["open"], door["hook"], door["state"], door["since_ms"]) == (True, "free", "closed", 1_003_000)


def test_a_leaf_has_moved_when_it_was_seen_to(view: BankView) -> None:
    view.saw({"07": [True, False], "08": [False, False]}, 4 * S)
    view.saw({"07": [True, True], "08": [False, True]}, 5 * S)
    assert (_door(view, "07")["moved_ms"], _door(view, "08")["moved_ms"]) == (1_004_000, None)

    view.saw({"07": [False, True]}, 6 * S)
    assert _door(view, "07")["moved_ms"] == 1_006_000


def test_a_state_lasts_since_it_was_said_first(view: BankView) -> None:
    view.stands({"07": "closed"}, 3 * S)
    view.stands({"07": "closed"}, 4 * S)
    assert _door(view, "07")["since_ms"] == 1_003_000

    view.stands({}, 5 * S)
    assert (_door(view, "07")["state"], _door(view, "07")["since_ms"]) == (None, 1_005_000)


def test_faults_are_shown_where_they_are(view: BankView) -> None:
    for done in (
        Mechanism(door="07", state=MechanismState.JAMMED),
        Cable(door="07", sensor=CableEnd.LATCH, state=CableState.CUT),
        LockBoard(bus="left", board=2, state=LockBoardState.MUTE),
        Adapter(bus="left", state=AdapterState.ECHO),
    ):
        view.conditions.note(done)

    assert (_door(view, "07")["mechanism"], _door(view, "07")["cables"]["latch"]) == ("jammed", "cut")
    (bus,) = _world(view)["buses"]
    assert (bus["adapter"], bus["boards"][1]["state"]) == ("echo", "mute")


def test_an_outcome_goes_to_its_command(view: BankView) -> None:
    _ask(view, "a")
    _ask(view, "b", "08")

    view.told(
        _event("command.done", "a", command="door.unlock", door="07", result="opened", after_ms=412, revision=9), 6 * S
    )

    second, first = _world(view)["commands"]
    assert (first["jti"], first["outcome"], first["result"], first["after_ms"]) == ("a", "done", "opened", 412)
    assert (second["jti"], second["outcome"]) == ("b", None)
    assert _door(view, "07")["revision"] == 9


def test_the_first_outcome_counts(view: BankView) -> None:
    _ask(view)

    view.told(_event("command.refused", "a", reason="expired"), 6 * S)
    view.told(_event("command.refused", "a", reason="seen before"), 7 * S)

    (command,) = _world(view)["commands"]
    assert (command["outcome"], command["reason"]) == ("refused", "expired")


@pytest.mark.parametrize(
    ("detail", "result"),
    [
        ({"doors": {"opened": 24}, "not_opened": []}, "opened"),
        ({"doors": {"opened": 23, "jammed": 1}, "not_opened": ["07"]}, "some-open"),
        ({"state": "closed"}, "closed"),
        ({"doors": {"07": ["closed", 3]}}, None),
        ({"result": ["opened"]}, None),
    ],
)
def test_an_outcome_of_the_whole_bank_is_said_in_one_word(
    view: BankView, detail: dict[str, object], result: str | None
) -> None:
    _ask(view, door=None)

    view.told(_event("command.done", "a", **detail), 6 * S)

    assert _world(view)["commands"][0]["result"] == result


def test_doors_that_did_not_open_with_all_others_are_named(view: BankView) -> None:
    _ask(view, door=None)
    assert (_world(view)["commands"][0]["not_opened"], _world(view)["commands"][0]["told_ms"]) == ([], None)

    view.told(_event("command.done", "a", doors={"opened": 22, "jammed": 2}, not_opened=["23", "24"]), 9 * S)

    command = _world(view)["commands"][0]
    assert (command["not_opened"], command["told_ms"]) == (["23", "24"], 1_009_000)


def test_the_newest_commands_are_kept(view: BankView) -> None:
    for number in range(COMMANDS + 5):
        _ask(view, str(number))

    commands = _world(view)["commands"]
    assert [command["jti"] for command in commands[:2]] == [str(COMMANDS + 4), str(COMMANDS + 3)]
    assert len(commands) == COMMANDS


def test_events_of_doors_tell_their_revision(view: BankView) -> None:
    view.told(_event("door.opened", "07", revision=1_048_577), 6 * S)

    assert _door(view, "07")["revision"] == 1_048_577


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Pull(door="99"), "99"),
        (Unlock(door="nine"), "nine"),
        (Adapter(bus="right", state=AdapterState.OUT), "right"),
        (LockBoard(bus="left", board=3, state=LockBoardState.MUTE), "1–2"),
        (Cable(door="07", sensor=CableEnd.REED, state=CableState.CUT), "no such cable"),
    ],
)
def test_what_is_not_there_is_refused(view: BankView, asked: BankAct, said: str) -> None:
    assert said in str(view.refuses(asked))


@pytest.mark.parametrize(
    "asked",
    [
        Pull(door="07"),
        Unlock(door="24"),
        LockBoard(bus="left", board=2, state=LockBoardState.LATE, delay_ns=MS),
        Cable(door="23", sensor=CableEnd.REED, state=CableState.CUT),
    ],
)
def test_what_is_there_is_not_refused(view: BankView, asked: BankAct) -> None:
    assert view.refuses(asked) is None
