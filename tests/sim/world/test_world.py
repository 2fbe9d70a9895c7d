"""A world is the same each time, takes every act, and says what it cannot do."""

import subprocess
import sys
from enum import StrEnum
from random import Random
from typing import Any, get_args

import pytest

from device.config.keys import specs
from sim.acts.bank import BankAct, OpenAll, Pull
from sim.acts.model import Act, Broker, Network, Press, Room, StoreAct, Swap, WorldAct
from sim.acts.words import BrokerState, ContactState, DiskState, Disposal, NetworkState, OnOff, RoomState, WireFault
from sim.world.invariants import SETTLE_NS, breaches
from sim.world.setup import BELL, BUTTON, DEVICE, PHONE, StoreSetup, WorldSetup
from sim.world.world import World

_TRANSCRIPT = """
import sys
from sim.acts.model import Broker, Chatter, Network, Press
from sim.acts.words import BrokerState, NetworkState
from sim.world.setup import StoreSetup, WorldSetup
from sim.world.world import World
with World(WorldSetup(seed=int(sys.argv[1]), brokers=2, stores=(StoreSetup(bounce="worn"),))) as world:
    world.start()
    for state in NetworkState:
        world.perform(Network(state=state))
        world.perform(Press(zone="counter-button"))
        world.perform(Chatter(zone="panic-bell"))
        world.run_for(77)
    print("\\n".join(world.chronicle.lines()))
"""


def _transcript(seed: int, hash_seed: str) -> bytes:
    return subprocess.run(
        [sys.executable, "-c", _TRANSCRIPT, str(seed)],
        check=True,
        capture_output=True,
        env={"PYTHONHASHSEED": hash_seed},
        timeout=60,
    ).stdout


def test_one_seed_gives_the_same_transcript_byte_for_byte() -> None:
    first = _transcript(7, "1")

    assert len(first) > 5_000
    assert first == _transcript(7, "2")
    assert first != _transcript(8, "1")


_ACTS = tuple(act for act in (*get_args(StoreAct), *get_args(WorldAct)) if not issubclass(act, BankAct))
_STATES: dict[str, StrEnum] = {
    "Contact": ContactState.DIRTY,
    "Wire": WireFault.CUT,
    "Power": OnOff.OFF,
    "Mains": OnOff.OFF,
    "Disk": DiskState.CORRUPT,
    "Network": NetworkState.FLAPPING,
    "Answer": Disposal.CLOSED,
    "Broker": BrokerState.RESTARTING,
    "Room": RoomState.LYING,
}


def _example(act: type[Any]) -> Act:
    """One with a value for each required argument."""
    values = {"zone": BELL, "other": PHONE, "charge_percent": 10, "state": _STATES.get(act.__name__)}
    made: Act = act(**{spec.attribute: values[spec.attribute] for spec in specs(act) if spec.required})
    return made


@pytest.mark.parametrize("act", _ACTS, ids=lambda act: str(act.__name__))
def test_every_act_can_be_done_and_mended(act: type[Act]) -> None:
    with World() as world:
        world.start()
        world.run_for(5)
        world.perform(Press(zone=BUTTON))
        world.run_for(5)
        world.perform(_example(act))
        world.run_for(30)

        world.mend()
        world.run_for(SETTLE_NS / 1e9)

        assert breaches(world) == []


@pytest.mark.parametrize(
    ("act", "store", "refusal"),
    [
        (Press(zone="back-door"), None, 'zone = "back-door": store-0042 has "counter-button", '),
        (Press(zone=BUTTON), "store-1", 'store = "store-1": one of "store-0042" is allowed'),
        (Swap(zone=BUTTON, other=BELL), None, 'other = "panic-bell": a zone with as many wires as "counter-button"'),
        (Network(state=NetworkState.UP, broker=3), None, "broker = 3: 0–2 is allowed, 0 for all"),
        (Pull(door="01"), None, 'do = "pull": store-0042 has no locker bank'),
        (OpenAll(), None, 'do = "open-all": store-0042 has no locker bank'),
        (Room(state=RoomState.AWAY), DEVICE, 'store = "store-0042": this is done to all stores'),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(act: Act, store: str | None, refusal: str) -> None:
    with World(WorldSetup(brokers=2)) as world:
        told = world.refuses(act, store)

        assert told is not None
        assert told.startswith(refusal)
        with pytest.raises(ValueError, match=r"allowed|has"):
            world.perform(act, store)


def test_a_store_must_be_named_where_there_are_several() -> None:
    with World(WorldSetup(stores=(StoreSetup(), StoreSetup(id="store-0108")))) as world:
        assert world.refuses(Press(zone=BUTTON)) == 'store: missing; one of "store-0042", "store-0108" is required'
        assert world.refuses(Press(zone=BUTTON), "store-0108") is None
        assert world.refuses(Broker(state=BrokerState.DOWN)) is None


def test_stores_do_not_disturb_each_other() -> None:
    with World(WorldSetup(stores=(StoreSetup(), StoreSetup(id="store-0108")))) as world:
        world.start()
        world.perform(Network(state=NetworkState.REFUSED), DEVICE)
        world.perform(Press(zone=BUTTON), "store-0108")
        world.run_for(5)

        assert [event.device for event in world.ledger.events() if event.type == "ansim.alarm.holdup"] == [
            "store-0108"
        ] * 2


@pytest.mark.parametrize("seed", range(8))
def test_chance_breaks_no_rule(seed: int) -> None:
    random = Random(seed)
    with World(WorldSetup(seed=seed, brokers=2)) as world:
        world.start()
        for _ in range(20):
            world.perform(_example(random.choice(_ACTS)))
            world.run_for(random.uniform(0.01, 60))
        world.mend()
        world.run_for(SETTLE_NS / 1e9)

        assert breaches(world) == []
