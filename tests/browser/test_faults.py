"""Everything that can be broken can be broken here, is shown, and is mended by one button."""

from collections.abc import Callable
from enum import StrEnum

import pytest

from sim.acts.words import BrokerState, ContactState, DiskState, NetworkState, RoomState
from sim.control_room.mischief import Wrongness
from tests.browser.demo import Demo, World
from tests.browser.desk import Desk


@pytest.fixture
def drawer(desk: Desk) -> Desk:
    """With the faults open, and every group unfolded."""
    if desk.attribute("[data-act=faults]", "aria-expanded") != "true":
        desk.click("[data-act=faults]")
    desk.probe("unfold")
    return desk


def first(world: World) -> World:
    store: World = world["stores"][0]
    return store


def zone(world: World, name: str = "counter-button") -> World:
    return next(zone for zone in first(world)["zones"] if zone["name"] == name)


Holds = Callable[[World], bool]
Switches = list[tuple[str, Holds]]


def contact(state: str) -> tuple[str, Holds]:
    return f"[data-act=contact] [data-state={state}]", lambda world: zone(world)["contact"] == state


def wire(leg: str, state: str) -> tuple[str, Holds]:
    switch = f"[data-act=wire][data-leg={leg}] [data-state={state}]"
    return switch, lambda world: zone(world)["wires"][leg] == state


def disk(state: str) -> tuple[str, Holds]:
    return f"[data-act=disk] [data-state={state}]", lambda world: first(world)["disk"]["state"] == state


def network(state: str) -> tuple[str, Holds]:
    switch = f".group [data-act=network][data-broker='1'] [data-state={state}]"
    return switch, lambda world: first(world)["networks"][0]["state"] == state


def broker(state: str) -> tuple[str, Holds]:
    switch = f"[data-act=broker][data-broker='1'] [data-state={state}]"
    return switch, lambda world: world["brokers"][0]["state"] == state


def room(state: str) -> tuple[str, Holds]:
    return f"[data-act=room] [data-state={state}]", lambda world: world["room"]["state"] == state


def lie(kind: str) -> tuple[str, Holds]:
    switch = f"[data-act=lie] [data-state={kind}]"
    return switch, lambda world: (world["room"]["state"], world["room"]["lie"]) == ("lying", kind)


def but(words: type[StrEnum], *others: StrEnum) -> list[str]:
    """Every word of a kind but these."""
    return [word.value for word in words if word not in others]


GROUPS: dict[str, Switches] = {
    "contact": [contact(state) for state in but(ContactState, ContactState.GOOD)],
    "wire": [wire(leg, state) for leg in ("open", "closed") for state in ("cut", "shorted")] + [wire("common", "cut")],
    "disk": [disk(state) for state in but(DiskState, DiskState.GOOD, DiskState.CORRUPT)],
    "network": [network(state) for state in but(NetworkState, NetworkState.UP)],
    "broker": [broker(state) for state in but(BrokerState, BrokerState.UP)],
    "room": [room(state) for state in but(RoomState, RoomState.PROMPT, RoomState.LYING)],
    "lies": [lie(kind) for kind in but(Wrongness)],
    "clock": [
        ("[data-act=clock] [data-state=unsynced]", lambda world: not first(world)["clock"]["synced"]),
        ("[data-act=drift] [data-state='1000']", lambda world: first(world)["clock"]["drift_ppm"] == 1000),
        ("[data-act=clock] [data-state=unset]", lambda world: first(world)["clock"]["off_ms"] < -1e12),
    ],
    "supply": [
        ("[data-act=battery] [data-state='40']", lambda world: first(world)["battery_percent"] == 40),
        ("[data-act=mains] [data-state=off]", lambda world: first(world)["mains"] == "off"),
        ("[data-act=power] [data-state=off]", lambda world: first(world)["power"] == "off"),
    ],
}


@pytest.mark.parametrize("group", GROUPS)
def test_switches_put_faults_in_force_and_mending_ends_them(drawer: Desk, demo: Demo, group: str) -> None:
    for switch, holds in GROUPS[group]:
        drawer.click(switch)
        demo.until(holds)
        drawer.until(lambda switch=switch: drawer.pressed(switch))  # type: ignore[misc]  # bound now
    assert not drawer.all(".in-force [data-none]")

    drawer.click("[data-act=mend]")

    demo.until(lambda world: not any(holds(world) for _, holds in GROUPS[group]))
    drawer.until(lambda: drawer.all(".in-force [data-none]"))


def test_a_clock_that_jumped_is_said_and_set_right(drawer: Desk, demo: Demo) -> None:
    drawer.click("[data-act=jump] [data-state='-5m']")
    demo.until(lambda world: first(world)["clock"]["off_ms"] < -200_000)

    drawer.click("[data-act=mend]")

    demo.until(lambda world: first(world)["clock"]["off_ms"] == 0)


def test_all_at_once_are_mended_by_one_button(drawer: Desk, demo: Demo) -> None:
    switches = (
        "[data-act=wire][data-leg=common] [data-state=cut]",
        "[data-act=disk] [data-state=full]",
        "[data-act=lie] [data-state=key]",
        "[data-act=drift] [data-state='50']",
    )
    for switch in switches:
        drawer.click(switch)
    drawer.until(lambda: len(drawer.all(".in-force li")) == len(switches))
    assert drawer.text("[data-act=faults] .count") == str(len(switches))

    drawer.click("[data-act=mend]")

    drawer.until(lambda: drawer.all(".in-force [data-none]"))
    assert demo.world()["room"]["state"] == "prompt"


@pytest.mark.parametrize("act", ["restart", "brownout"])
def test_a_device_that_starts_anew_says_so(drawer: Desk, demo: Demo, act: str) -> None:
    def starts(world: World) -> set[str]:
        return {each["id"] for each in first(world)["journeys"] if each["type"] == "ansim.system.started"}

    before = starts(demo.world())

    drawer.click(f"[data-act={act}]")

    demo.until(lambda world: bool(starts(world) - before))


def test_a_disk_that_cannot_be_read_any_more_is_told_and_put_aside(drawer: Desk, demo: Demo) -> None:
    drawer.click("[data-act=disk] [data-state=corrupt]")
    drawer.click(".control-row [data-act=press]")

    demo.until(lambda world: any(each["type"] == "ansim.trouble.storage" for each in first(world)["journeys"]))
    demo.until(lambda world: "storage" not in first(world)["troubles"])


def test_a_single_press_flutter_and_interference_are_done_once(drawer: Desk, demo: Demo) -> None:
    for act in ("glitch", "chatter", "press"):
        drawer.click(f".control-row [data-act={act}]")

    demo.until(lambda world: any(journey["type"] == "ansim.alarm.holdup" for journey in first(world)["journeys"]))
    assert not drawer.shown(".banner")


def test_two_wires_that_were_exchanged_are_put_right(drawer: Desk, demo: Demo) -> None:
    drawer.probe("pickZone", "panic-bell")
    drawer.click("[data-act=swap] [data-state=tamper]")
    demo.until(lambda world: zone(world, "panic-bell")["swapped_with"] == "tamper")
    drawer.until(lambda: drawer.pressed("[data-act=swap] [data-state=tamper]"))

    drawer.click("[data-act=mend]")

    demo.until(lambda world: zone(world, "panic-bell")["swapped_with"] is None)


def test_what_the_simulator_refuses_is_said(drawer: Desk) -> None:
    drawer.probe("nonsense")

    drawer.until(lambda: drawer.shown(".banner"))
    assert "nonsense" in drawer.text(".banner")
    # The browser itself logs an answer of 422.
    assert all("422" in line for line in drawer.complaints())


def test_escape_closes_the_drawer_and_gives_the_focus_back(drawer: Desk) -> None:
    drawer.focus("[data-act=mend]" if drawer.find("[data-act=mend]").is_enabled() else "#faults-title")
    drawer.key("\ue00c")

    drawer.until(lambda: not drawer.shown("#faults"))
    assert drawer.focused().get_attribute("data-act") == "faults"
