"""What a clerk, or fate, does at the counter, and what the page shows of it."""

import pytest

from tests.browser.demo import Demo
from tests.browser.desk import Desk

BUTTON = ".big-button"
STEPS = ("edge", "believed", "signed", "stored", "sent", "broker", "verified", "receipt")


def lamp_says(desk: Desk, look: str) -> bool:
    return desk.attribute(".lamp", "data-look") == look


def test_a_tap_on_the_button_is_an_alarm_that_the_control_room_has(desk: Desk, demo: Demo) -> None:
    desk.click(BUTTON)

    desk.until(lambda: "The control room has it" in desk.headline)
    desk.until(lambda: lamp_says(desk, "received") and desk.attribute(".lamp", "data-lit") == "true")
    assert demo.world()["room"]["alarms"][0]["type"] == "ansim.alarm.holdup"


def test_a_button_that_is_held_stays_held_until_the_pointer_is_up(desk: Desk, demo: Demo) -> None:
    desk.hold(BUTTON)
    desk.until(lambda: desk.pressed(BUTTON))
    demo.until(lambda world: world["stores"][0]["zones"][0]["state"] == "raised")

    desk.let_go()
    desk.until(lambda: not desk.pressed(BUTTON))
    demo.until(lambda world: world["stores"][0]["zones"][0]["state"] == "normal")


def test_every_station_lights_up_with_its_milliseconds(desk: Desk) -> None:
    desk.click(BUTTON)

    for step in STEPS:
        desk.until(lambda step=step: desk.attribute(f".line [data-step={step}]", "data-reached") == "true")  # type: ignore[misc]  # bound now
        assert "ms" in desk.text(f".line [data-step={step}] .ms")


def test_an_earlier_alarm_becomes_a_row_of_the_table(desk: Desk, demo: Demo) -> None:
    desk.click(BUTTON)
    first = demo.until(lambda world: bool(world["latency"]))["stores"][0]["journeys"][0]["id"]
    desk.until(lambda: lamp_says(desk, "received"))

    desk.click(BUTTON)

    desk.until(lambda: desk.shown(f".earlier [data-event='{first}']"))


def test_the_wireless_bell_is_heard(desk: Desk) -> None:
    desk.click(".bell")

    desk.until(lambda: "Panic alarm" in desk.text(".room .what"))


def test_the_handset_becomes_a_call_after_seven_seconds(desk: Desk) -> None:
    desk.click(".phone")
    desk.until(lambda: "off the hook" in desk.headline)
    assert desk.attribute(".ring", "visibility") == "visible"

    desk.until(lambda: desk.attribute(".ring", "data-full") == "true")
    desk.until(lambda: "No-dial phone" in desk.text(".room .what"))

    desk.click(".phone")
    desk.until(lambda: not desk.pressed(".phone"))


def test_a_cut_wire_is_told_and_a_press_is_not_heard(desk: Desk) -> None:
    desk.click(".cutter")
    desk.until(lambda: "Wire fault" in desk.headline)
    assert "wire cut" in desk.text(f"{BUTTON} .state")

    desk.hold(BUTTON)
    desk.until(lambda: "cannot be heard" in desk.headline)
    desk.let_go()

    desk.click(".cutter")
    desk.until(lambda: "Press and hold" in desk.text(f"{BUTTON} .state"))


def test_the_wire_itself_can_be_clicked(desk: Desk) -> None:
    target = desk.find(".wire-target")
    desk.run("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", target)

    desk.until(lambda: desk.pressed(".cutter"))


@pytest.mark.parametrize(
    ("part", "on", "off"),
    [(".device", "alarm", "closed"), (".plug-part", "pulled", "plugged in"), (".router", "cable out", "cable in")],
)
def test_lid_plug_and_router_go_both_ways(desk: Desk, part: str, on: str, off: str) -> None:
    desk.click(part)
    desk.until(lambda: desk.pressed(part) and on in desk.text(f"{part} .state"))

    desk.click(part)
    desk.until(lambda: not desk.pressed(part) and off in desk.text(f"{part} .state"))


def test_an_alarm_without_a_way_out_is_kept_and_arrives_afterwards(desk: Desk) -> None:
    desk.click(".router")
    desk.until(lambda: desk.attribute(".site", "data-link") == "off")
    desk.click(BUTTON)
    desk.until(lambda: "The alarm is kept" in desk.headline)

    desk.click(".router")
    desk.click(".bell")  # a new alarm tries at once, whatever the backoff

    desk.until(lambda: {"Hold-up", "Panic alarm"} <= {element.text for element in desk.all(".room .what")[:2]})


def test_the_clock_says_what_the_device_believes(desk: Desk, demo: Demo) -> None:
    demo.act(do="clock", store=desk.store, jump="1h")
    desk.until(lambda: desk.text("[data-clock]") == "1 h fast")

    demo.act(do="clock", store=desk.store, state="unset")
    desk.until(lambda: desk.text("[data-clock]") == "not set")


def test_lamps_are_lit_from_the_stream(desk: Desk) -> None:
    desk.click(BUTTON)
    desk.until(lambda: desk.attribute(".lamp", "data-lit") == "true")
    desk.until(lambda: lamp_says(desk, "received"))

    desk.click(".message-head + .where + .answers [data-state=dispatched]")

    desk.until(lambda: lamp_says(desk, "help") and desk.attribute(".lamp", "data-lit") == "false")
    desk.until(lambda: desk.attribute(".lamp", "data-lit") == "true")
