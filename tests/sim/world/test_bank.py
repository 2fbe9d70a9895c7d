"""A bank in virtual time: the real driver over a real pty, acts and orders, and what outlives the device's power."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest

from device.config.keys import specs
from device.logic.units import MS, S
from drivers.locks.family import Family
from sim.acts.bank import Adapter, BankAct, Force, Inspect, LockBoard, OpenAll, Pull, Shut, Unlock
from sim.acts.model import Power, Room, Swap
from sim.acts.words import AdapterState, Breaks, CableEnd, CommandState, LockBoardState, OnOff, RoomState
from sim.world.bank import WorldBank
from sim.world.invariants import SETTLE_NS, breaches
from sim.world.setup import BANK_ZONES, BUS, DEVICE, KEY, BankSetup, StoreSetup, WorldSetup
from sim.world.store import Store
from sim.world.world import World

_ACTS = (*get_args(BankAct),)


def _world(**bank: Any) -> World:
    setup = StoreSetup(zones=BANK_ZONES, bank=BankSetup(**{"doors": 8, "reeds": 2, "large": 1} | bank), lamps=False)
    world = World(WorldSetup(stores=(setup,)))
    world.start()
    world.run_for(15)
    return world


@pytest.fixture
def world() -> Iterator[World]:
    with _world() as made:
        yield made


def _store(world: World) -> Store:
    return world.stores[DEVICE]


def _bank(world: World) -> WorldBank:
    bank = _store(world).bank
    assert bank is not None
    return bank


def _told(world: World, what: str) -> list[str]:
    return [told.subject for told in _store(world).told if told.what == what and told.phase.value != "restored"]


@pytest.mark.parametrize("family", list(Family))
def test_door_is_released_on_boards_of_every_family(family: Family) -> None:
    with _world(family=family, doors=20) as world:
        world.perform(Unlock(door="17"))
        world.run_for(5)

        assert _told(world, "door.opened") == ["17"]
        assert [told.detail["result"] for told in _store(world).told if told.what == "command.done"] == ["opened"]


def test_doors_are_spread_evenly_over_the_boards() -> None:
    assert (BankSetup().boards, BankSetup(doors=100).boards) == (2, 5)
    assert BankSetup(doors=16, family=Family.MODBUS_RELAY).boards == 2
    with _world(doors=24) as world:
        assert {_bank(world).places[name] for name in ("12", "13")} == {(1, 12), (2, 1)}
        assert _bank(world).lock_of("24") == "left/2/12"


def test_first_board_of_a_family_that_counts_from_zero_is_zero() -> None:
    with _world(family=Family.KERONG_CU16) as world:
        assert _bank(world).lock_of("01") == "left/0/1"


def test_door_stays_as_it_is_while_the_device_has_no_power(world: World) -> None:
    world.perform(Force(door="03"))
    world.perform(Power(state=OnOff.OFF))
    world.run_for(10)
    assert _bank(world).sim.is_open("03")

    world.perform(Power(state=OnOff.ON))
    world.run_for(5)

    assert _told(world, "alarm.found_open") == ["03"]


def test_restart_in_good_order_opens_the_port_again(world: World) -> None:
    _store(world).restart()
    world.run_for(5)
    world.perform(Force(door="03"))
    world.run_for(2)

    assert _told(world, "trouble.bus") == []
    assert _told(world, "alarm.forced") == ["03"]


def test_unplugged_adapter_is_noticed_at_once(world: World) -> None:
    world.perform(Adapter(bus=BUS, state=AdapterState.OUT))

    world.run_for(0.01)
    assert _told(world, "trouble.bus") == [BUS]


def test_order_is_lost_while_nobody_is_in_the_control_room(world: World) -> None:
    world.perform(Room(state=RoomState.AWAY))
    world.perform(Unlock(door="03"))
    world.run_for(5)

    assert _store(world).witness.orders == []
    assert not _bank(world).sim.is_open("03")


@pytest.mark.parametrize("state", list(CommandState))
def test_order_of_every_kind_is_judged_right(world: World, state: CommandState) -> None:
    world.perform(Unlock(door="03", state=state))
    world.run_for(15)

    opens = state in (CommandState.GOOD, CommandState.REPLAYED)
    assert _bank(world).sim.is_open("03") is opens
    assert len(_bank(world).sim.truth.currents) == int(opens)


def test_exchanged_cables_of_two_locks_are_put_right_by_mending(world: World) -> None:
    world.perform(Swap(zone="03", other="04"))
    world.perform(Unlock(door="03"))
    world.run_for(5)
    assert _told(world, "alarm.wrong_door") == ["04"]

    world.mend()
    world.run_for(60)
    world.perform(Unlock(door="03"))
    world.run_for(5)

    assert _bank(world).sim.is_open("03")


def test_mended_bank_is_shut_and_at_rest(world: World) -> None:
    world.perform(Force(door="03", breaks=Breaks.STRIKE))
    world.perform(LockBoard(bus=BUS, board=1, state=LockBoardState.ABSENT))
    world.run_for(10)

    world.mend()
    world.run_for(SETTLE_NS / S)

    assert breaches(world) == []
    assert not any(_bank(world).sim.is_open(door) for door in _bank(world).setup.names)


def _act(kind: type[Any]) -> BankAct:
    given = {"door": "03", "bus": BUS, "board": 1, "sensor": CableEnd.LATCH}
    keys: dict[str, Any] = {}
    for spec in specs(kind):
        if spec.required:
            kinds = getattr(spec.kind, "words", None)
            keys[spec.attribute] = given.get(spec.attribute) or Random(7).choice(list(kinds or ()))
    made: BankAct = kind(**keys)
    return made


@pytest.mark.parametrize("kind", _ACTS)
def test_every_act_of_a_bank_can_be_done_and_mended(world: World, kind: type[Any]) -> None:
    act = _act(kind)
    assert world.refuses(act) is None
    world.perform(act)
    world.run_for(20)
    world.mend()
    world.run_for(SETTLE_NS / S)

    assert breaches(world) == []


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (Pull(door="9"), 'door = "9": the bank has "01"'),
        (Unlock(door="09"), 'door = "09": the bank has "01"'),
        (Inspect(door="x"), 'door = "x": the bank has'),
        (LockBoard(bus=BUS, board=2, state=LockBoardState.WELL), "board = 2: left has 1–1"),
        (Swap(zone="01", other=KEY), 'zone = "01"'),
    ],
)
def test_what_a_bank_does_not_have_is_refused(world: World, act: Any, refusal: str) -> None:
    assert refusal in (world.refuses(act) or "")


def test_order_for_all_doors_names_none(world: World) -> None:
    assert world.refuses(OpenAll()) is None
    assert world.refuses(Inspect()) is None


def test_nothing_is_left_of_a_bank_that_is_closed() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with _world() as world:
        folder = Path(_bank(world).sim.ports[BUS].path).parent
        world.perform(Unlock(door="03"))
        world.run_for(0.1)
    assert not folder.exists()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_one_seed_is_one_day_of_a_bank() -> None:
    def lines() -> list[str]:
        with _world() as world:
            for door in ("01", "05"):
                world.perform(Unlock(door=door))
                world.run_for(3)
                world.perform(Shut(door=door))
            world.perform(Force(door="07"))
            world.run_for(0.4)
            return list(world.chronicle.lines())

    assert lines() == lines()


def test_board_that_lies_is_no_false_alarm_of_the_agent(world: World) -> None:
    world.perform(LockBoard(bus=BUS, board=1, state=LockBoardState.INVERTED))
    world.run_for(20)
    assert "alarm.found_open" in {told.what for told in _store(world).told}

    world.mend()
    world.run_for(SETTLE_NS / S)

    assert breaches(world) == []


def test_judge_knows_a_short_reading_from_an_opening(world: World) -> None:
    signal = _bank(world).sim.doors["03"].latch
    signal.disturb(on=True)
    world.run_for(40 * MS / S)
    signal.disturb(on=False)
    world.run_for(5)

    (span,) = _bank(world).sight["03"].spans
    assert span.until(0) - span.from_ns == 40 * MS
    assert breaches(world) == []
