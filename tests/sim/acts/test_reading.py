"""Acts, read and written."""

from typing import Any

import pytest

from device.config.reading import Faulty, Reading
from sim.acts.bank import Cable, Inspect, LockBoard, OpenAll, Unlock
from sim.acts.model import Act, Clock, Network, Press, Room
from sim.acts.reading import ACTS, describe_act, needs_store, read_act, write_act
from sim.acts.words import CableEnd, CableState, CommandState, LockBoardState, NetworkState, RoomState, Time


def _read(written: dict[str, Any]) -> Act:
    arguments = {key: value for key, value in written.items() if key != "do"}
    return read_act(written["do"], arguments, "step[1]", Reading("night.toml"))


@pytest.mark.parametrize(
    ("written", "act"),
    [
        ({"do": "press", "zone": "hotline", "for": "10s"}, Press(zone="hotline", for_ns=10_000_000_000)),
        ({"do": "network", "state": "slow", "broker": 2, "delay": "1s"},
         Network(state=NetworkState.SLOW, broker=2, delay_ns=1_000_000_000)),
        ({"do": "clock", "state": "unset", "jump": "-3h"}, Clock(state=Time.UNSET, jump_ns=-10_800_000_000_000)),
        ({"do": "room", "state": "silent"}, Room(state=RoomState.SILENT)),
        ({"do": "cable", "door": "01", "sensor": "reed", "state": "stuck"},
         Cable(door="01", sensor=CableEnd.REED, state=CableState.STUCK)),
        ({"do": "lock-board", "bus": "left", "board": 2, "state": "late", "delay": "2s"},
         LockBoard(bus="left", board=2, state=LockBoardState.LATE, delay_ns=2_000_000_000)),
        ({"do": "unlock", "door": "07", "state": "other-revision"},
         Unlock(door="07", state=CommandState.OTHER_REVISION)),
        ({"do": "inspect"}, Inspect()),
        ({"do": "open-all"}, OpenAll()),
    ],
)  # fmt: skip
def test_what_is_read_is_written_the_same(written: dict[str, Any], act: Act) -> None:
    assert _read(written) == act
    assert write_act(act) == written


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ({"do": "pres"}, 'step[1].do = "pres": one of "press", '),
        ({"do": 3}, 'step[1].do = 3: one of "press", '),
        ({"do": "press"}, "step[1].zone: missing; the name of a zone of that store is required"),
        ({"do": "press", "zone": "x", "fur": "1s"}, 'step[1].fur = "1s": unknown key; did you mean "for"?'),
        ({"do": "chatter", "zone": "x", "edges": 3}, "step[1].edges = 3: an even number is allowed"),
        (
            {"do": "lock-board", "bus": "left", "board": 0, "state": "well"},
            "step[1].board = 0: an integer 1–247 (boards of the bus as they are wired, from 1) is allowed",
        ),
        ({"do": "openall"}, 'step[1].do = "openall": one of "press", '),
        ({"do": "network", "state": "blak"}, 'step[1].state = "blak": one of "up", "refused", "black"'),
    ],
)
def test_bad_acts_are_one_line_that_says_what_is_allowed(written: dict[str, Any], fault: str) -> None:
    reading = Reading("night.toml")

    with pytest.raises(Faulty):
        read_act(written["do"], {key: value for key, value in written.items() if key != "do"}, "step[1]", reading)

    assert len(reading.faults) == 1
    assert reading.faults[0].startswith(f"night.toml: {fault}")


def test_only_brokers_and_the_room_belong_to_all_stores() -> None:
    assert {word for word, act in ACTS.items() if not needs_store(act)} == {"broker", "room"}


def test_a_transcript_says_what_is_not_as_by_default() -> None:
    assert describe_act(Press(zone="hotline", for_ns=10_000_000_000)) == "press, zone hotline, for 10s"
