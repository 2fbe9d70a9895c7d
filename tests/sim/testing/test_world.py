"""Virtual worlds as tests speak of them."""

from collections.abc import Callable, Iterator

import pytest

from sim.testing.errors import Unplayable
from sim.testing.store import Store
from sim.testing.world import World
from sim.world.setup import StoreSetup, WorldSetup

BUTTON, PHONE = "counter-button", "hotline"


@pytest.fixture
def world() -> Iterator[World]:
    with World(WorldSetup()) as made:
        yield made


_WHAT_HANDS_DO: dict[str, tuple[Callable[[Store], None], str]] = {
    "lift": (Store.lift, "alarm.hotline raised"),
    "hold": (lambda store: store.hold(BUTTON), "alarm.holdup raised"),
    "chatter": (lambda store: store.chatter(BUTTON, edges=2_000), "trouble.chatter raised"),
    "cut_wire": (lambda store: store.cut_wire(PHONE), "alarm.hotline raised"),
    "short_wire": (lambda store: store.short_wire(BUTTON), "trouble.line raised"),
    "unplug": (Store.unplug, "system.started reported"),
    "restart": (Store.restart, "system.stopped reported"),
    "disk": (lambda store: store.disk("corrupt"), "system.started reported"),
    "jump_clock": (lambda store: store.jump_clock("-2h"), "trouble.clock reported"),
}


@pytest.mark.parametrize("deed", _WHAT_HANDS_DO)
def test_what_hands_do_is_told(deed: str, world: World) -> None:
    do, told = _WHAT_HANDS_DO[deed]

    do(world.store)
    world.run_for("20s")

    assert told in [f"{event.what} {event.phase}" for event in world.store.told()]


def test_what_is_lifted_mended_and_plugged_in_again_is_restored(world: World) -> None:
    store = world.store
    store.lift()
    store.short_wire(BUTTON)
    world.run_for("30s")

    store.hang_up()
    store.mend_wire(BUTTON)
    world.run_for("30s")

    ends = {event.what for event in store.told() if event.phase == "restored"}
    assert ends == {"alarm.hotline", "trouble.line"}
    assert world.control_room.zones()[PHONE] == "restored"


def test_power_cut_is_seen_as_offline(world: World) -> None:
    world.store.power_off()
    world.run_until(lambda: world.control_room.presence() == "offline", within="20s")
    assert not world.store.is_on
    assert world.store.lamp == "dark"

    world.store.power_on()
    world.run_until(lambda: world.control_room.presence() == "online", within="20s")
    world.run_until(lambda: len(world.control_room.events("system.started")) == 2, within="2s")


def test_battery_carries_a_store_as_long_as_it_lasts() -> None:
    setup = WorldSetup(stores=(StoreSetup(battery_ns=3_600 * 10**9, lamps=False),))
    with World(setup) as world:
        world.store.unplug()
        world.run_for("59m")
        assert world.store.is_on
        world.run_for("2m")
        assert not world.store.is_on

        world.store.plug_in()
        world.run_for("10s")
        assert world.store.is_on


def test_people_in_the_control_room_are_seen_at_the_counter(world: World) -> None:
    room = world.control_room
    world.store.press(BUTTON)
    world.run_for("2s")
    looks = []
    for answer in (room.acknowledge, room.dispatch, room.on_scene, room.close):
        answer()
        world.run_for("2s")
        looks.append(world.store.lamp)

    assert looks == ["received", "help", "help", "dark"]


def test_alarm_can_be_answered_by_itself_and_by_its_id(world: World) -> None:
    world.store.press(BUTTON)
    world.run_for("2s")
    world.store.press("panic-bell")
    world.run_for("2s")
    first, second = world.control_room.alarms()

    world.control_room.dispatch(first)
    world.control_room.acknowledge(str(second.place))
    world.run_for("2s")

    assert [alarm.answer for alarm in world.control_room.alarms()] == ["dispatched", "acknowledged"]


def test_rejected_alarm_is_a_fault_at_the_counter(world: World) -> None:
    world.store.press(BUTTON)
    world.run_for("2s")

    world.control_room.reject("not ours")
    world.run_for("2s")

    assert world.control_room.alarms()[0].reason == "not ours"


@pytest.mark.parametrize("event", ["0000-x", "00000001c6ece4ff-999"])
def test_event_that_has_not_arrived_cannot_be_answered(event: str, world: World) -> None:
    with pytest.raises(Unplayable, match=f"the control room has no event {event} of store-0042"):
        world.control_room.close(event)


def test_time_stops_when_it_is_so(world: World) -> None:
    world.store.press(BUTTON)

    world.run_until(world.control_room.alarms, within="1m")

    assert 10.02 < world.now_s < 10.1


def test_time_stops_in_the_end_if_it_never_is_so(world: World) -> None:
    with pytest.raises(AssertionError, match="30s have passed, and it is not so"):
        world.run_until(lambda: False, within="30s")

    assert world.now_s == 40


def test_rule_that_is_broken_fails_the_check(world: World) -> None:
    world.simulated.stores["store-0042"].witness.faults.append((0, "again", "something was sent twice"))

    with pytest.raises(AssertionError, match="store-0042: again: something was sent twice"):
        world.check()


def _transcript(seed: int) -> list[str]:
    with World(WorldSetup(seed=seed)) as world:
        world.store.press(BUTTON)
        world.run_for("1m")
        return world.transcript()


def test_same_seed_is_the_same_world() -> None:
    assert _transcript(1) == _transcript(1)
    assert _transcript(1) != _transcript(2)


def test_transcript_ends_with_what_was_last(world: World) -> None:
    world.store.press(BUTTON)
    world.run_for("1m")

    assert world.transcript(last=3) == world.transcript()[-3:]
