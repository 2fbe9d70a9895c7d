"""A locker bank for everybody: names, keys, narrow screens, words that do not depend on colour."""

from copy import deepcopy
from itertools import cycle

import pytest
from selenium.webdriver.common.keys import Keys

from device.logic.bank.judge import Reason
from device.logic.bank.release import ReleaseResult
from device.logic.bank.states import DoorState
from device.logic.kinds import BANK_CODES
from sim.acts import words
from tests.browser.demo import Demo, World, bank_of, door_of
from tests.browser.desk import Desk
from tests.browser.stand_in import StandIn
from tests.browser.test_access import weak_pairs

_PAIRS = [
    *((ink, ground, 4.5) for ink, ground in (("surface", "alarm"), ("accent", "accent-wash"), ("soft", "tag"))),
    *((ink, ground, 4.5) for ink, ground in (("ink", "tag"), ("warn", "warn-wash"), ("soft", "sunk"))),
    *(
        (ink, ground, 3.0)
        for ink, ground in (("leaf-edge", "hollow"), ("leaf", "cabinet"), ("leaf", "hollow"), ("picked", "cabinet"))
    ),
    ("good", "surface", 4.5),
]
STATES = {
    "mechanism": words.MechanismState,
    "cable": words.CableEnd,
    "cablestate": words.CableState,
    "board": words.LockBoardState,
    "adapter": words.AdapterState,
    "wrong": words.CommandState,
    "door.state": DoorState,
    "door.means": DoorState,
}


def _every_state(lockers: Demo) -> World:
    """Doors in every state that there is, some of them ajar, all of them broken."""
    world: World = deepcopy(lockers.world())
    for door, state in zip(bank_of(world)["doors"], cycle(DoorState), strict=False):
        door.update(state=state.value, since_ms=0, open="open" in state.value, mechanism="jammed")
    return world


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_ink_can_be_read_on_every_ground_it_stands_on(bank: Desk, theme: str) -> None:
    bank.open(theme=theme)

    assert weak_pairs(bank, _PAIRS) == {}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_control_has_a_name_and_is_large_enough(bank: Desk, language: str) -> None:
    bank.open(language)
    bank.click(".door[data-door='23']")
    bank.probe("unfold")

    assert bank.probe("nameless") == []
    assert bank.probe("small") == []
    assert bank.probe("doubleIds") == []
    assert bank.probe("dangling") == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_state_of_a_door_can_be_read_on_it(bank: Desk, lockers: Demo, language: str) -> None:
    with StandIn(_every_state(lockers)) as stand_in:
        page = Desk(bank.driver, stand_in.url, bank.store)
        for width, height in ((360, 780), (390, 844), (820, 1180), (1280, 900)):
            page.open(language, width=width, height=height)

            assert page.probe("sideways") == 0, width
            assert page.probe("overflowing", ".door-word") == [], width
            assert page.probe("overflowing", ".service .tag > *") == [], width
        bank.open()
    bank.complaints()  # of a stream that has ended


@pytest.mark.parametrize("width", [360, 390])
def test_all_doors_of_a_phone_are_as_large_as_a_thumb(bank: Desk, width: int) -> None:
    bank.open(width=width, height=780)

    small = [name for name, wide, high in bank.probe("doors") if wide < 44 or high < 44]

    assert small == []


def test_on_a_phone_the_card_is_a_sheet_that_leaves_its_door_in_sight(bank: Desk) -> None:
    bank.open(width=360, height=780)
    bank.click(".door[data-door='22']")
    bank.until(lambda: bank.shown("#door-card"))

    assert bank.probe("sideways") == 0
    top = "return document.querySelector(arguments[0]).getBoundingClientRect()[arguments[1]]"
    assert bank.run(top, ".door[data-door='22']", "top") >= 0
    assert bank.run(top, ".door[data-door='22']", "bottom") <= bank.run(top, "#door-card", "top")
    assert bank.focused().get_attribute("id") == "door-card-title"

    bank.key(Keys.ESCAPE)
    bank.until(lambda: not bank.shown("#door-card"))
    assert bank.focused().get_attribute("data-door") == "22"


def test_no_two_states_have_one_picture_and_none_is_a_colour_alone(bank: Desk) -> None:
    icons = bank.probe("icons", [state.value for state in DoorState])

    assert len({icon for icon, _ in icons}) == len(DoorState)
    bank.until(lambda: bank.text(".door[data-door='01'] .door-word") != "")


def test_the_name_of_a_door_says_how_it_stands_and_what_is_said_of_it(bank: Desk, lockers: Demo) -> None:
    lockers.act(do="cable", store=bank.store, door="07", sensor="latch", state="stuck")
    lockers.act(do="force", store=bank.store, door="07")
    bank.until(lambda: bank.attribute(".door[data-door='07']", "data-open") == "true")

    name = str(bank.attribute(".door[data-door='07']", "aria-label"))

    assert all(
        words in name for words in ("Door 07", "stands open", "the agent says: closed", "hook switch", "shorted")
    )


def test_arrow_keys_go_from_door_to_door_and_enter_opens_the_card(bank: Desk) -> None:
    bank.focus(".door[data-door='01']")
    for key, name in (
        (Keys.ARROW_DOWN, "02"),
        (Keys.ARROW_RIGHT, "08"),
        (Keys.ARROW_RIGHT, "14"),
        (Keys.END, "24"),
        (Keys.ARROW_UP, "22"),
        (Keys.HOME, "01"),
    ):
        bank.key(key)
        assert bank.focused().get_attribute("data-door") == name

    bank.key(Keys.ENTER)
    bank.until(lambda: bank.attribute("#door-card", "data-open") == "true")
    assert bank.attribute(".door[data-door='01']", "aria-expanded") == "true"
    assert bank.focused().get_attribute("id") == "door-card-title"
    bank.key(Keys.TAB, Keys.TAB)
    assert bank.focused().get_attribute("data-act") == "unlock"
    bank.focus("#door-card [data-act=unlock]")
    bank.key(Keys.ENTER)
    bank.until(lambda: bank.attribute(".door[data-door='01']", "data-open") == "true")

    bank.key(Keys.ESCAPE)
    bank.until(lambda: bank.attribute("#door-card", "data-open") == "false")
    assert bank.focused().get_attribute("data-door") == "01"


def test_escape_on_a_door_closes_the_card_too(bank: Desk) -> None:
    bank.click(".door[data-door='02']")
    bank.until(lambda: bank.attribute("#door-card", "data-open") == "true")
    assert bank.focused().get_attribute("data-door") == "02"

    bank.key(Keys.ESCAPE)

    bank.until(lambda: bank.attribute("#door-card", "data-open") == "false")
    assert bank.focused().get_attribute("data-door") == "02"


@pytest.mark.parametrize(("width", "height", "drawer"), [(640, 450, False), (1280, 700, True)])
def test_a_card_below_the_doors_comes_into_sight(bank: Desk, width: int, height: int, drawer: bool) -> None:
    bank.open(width=width, height=height)
    if drawer:
        bank.click("[data-act=faults]")
    bank.click(".door[data-door='05']")

    top = "return document.querySelector(arguments[0]).getBoundingClientRect().top"
    bank.until(lambda: 0 <= bank.run(top, "#door-card") < height - 100)
    assert bank.run(top, "#door-card [data-act=unlock]") < height


def test_on_a_phone_the_chosen_tab_is_in_sight_and_no_button_lies_on_a_door(bank: Desk) -> None:
    bank.open(width=360, height=780)

    left, right = bank.run(
        "const {left, right} = document.querySelector('.site[aria-selected=true]').getBoundingClientRect();"
        "return [left, right]"
    )
    assert 0 <= left < right <= 360
    assert [bank.probe("underThumb", f".door[data-door='{name}']") for name in ("22", "24")] == ["22", "24"]
    assert bank.shown("[data-act=faults]")
    assert bank.probe("sideways") == 0


def test_a_reload_keeps_the_door_that_was_picked(bank: Desk) -> None:
    bank.open()
    bank.click(".door[data-door='07']")
    bank.until(lambda: bank.attribute("#door-card", "data-open") == "true")

    bank.driver.refresh()

    bank.until(lambda: bank.shown("main") and bank.text("#door-card-title") == "Door 07")
    assert bank.attribute("#door-card", "data-open") == "true"
    bank.click("[data-act=close-door]")
    bank.driver.refresh()
    bank.until(lambda: bank.shown("main") and bank.attribute("#door-card", "data-open") == "false")


def test_the_other_door_can_be_chosen_by_keyboard_and_on_a_phone(bank: Desk, lockers: Demo) -> None:
    bank.open(width=360, height=780)
    bank.click(".door[data-door='01']")
    bank.probe("unfold")
    bank.focus("#door-card [data-act=swap]")

    bank.key(Keys.ARROW_DOWN)

    bank.until(lambda: door_of(lockers.world(), "01")["swapped_with"] == "02")
    assert bank.probe("sideways") == 0
    bank.focus("#door-card [data-act=untrip]")
    bank.key(Keys.ENTER)
    bank.until(lambda: "out of reach" in bank.text("#door-card .doings .door-note"))


def test_tab_reaches_everything_at_the_bank_and_shows_where_it_is(bank: Desk) -> None:
    bank.open()
    bank.click(".door[data-door='01']")
    bank.focus(".site[aria-selected=true]")
    missing = {
        ".door[data-door='01']",
        ".bank-flap",
        ".bank-key",
        ".bank-panic",
        "[data-act=open-all]",
        "[data-act=unlock]",
        "[data-act=pull]",
        "[data-act=strike]",
        "[data-act=untrip]",
        ".door-card summary",
        ".bank-whole summary",
    }
    for _ in range(40):
        bank.key(Keys.TAB)
        here = bank.focused()
        missing -= {css for css in missing if bank.run("return arguments[0].matches(arguments[1])", here, css)}
        assert bank.probe("outlined", here) or here.tag_name == "body"
    assert missing == set()


def test_all_words_of_device_and_acts_are_known(bank: Desk) -> None:
    wanted = [f"{group}.{state.value}" for group, states in STATES.items() for state in states]
    wanted += [f"type.{type_}" for type_ in BANK_CODES]
    unlikely = {Reason.UNKNOWN_COMMAND, Reason.BAD_ARGUMENTS, Reason.UNKNOWN_DOOR, Reason.NO_LOCK}
    wanted += [f"reason.{reason.value}" for reason in Reason if reason not in unlikely]
    unsent = {ReleaseResult.UNKNOWN, ReleaseResult.EXPIRED, ReleaseResult.REFUSED, ReleaseResult.NOT_SENT}
    wanted += [f"{'reason' if result in unsent else 'result'}.{result.value}" for result in ReleaseResult]

    assert bank.probe("unknownWords", wanted) == []


def test_what_happens_to_a_door_is_said_aloud(bank: Desk) -> None:
    bank.click(".door[data-door='06']")
    bank.click("#door-card [data-act=force]")

    bank.until(lambda: "Door 06 was forced" in bank.text("main > [role=status]"))
