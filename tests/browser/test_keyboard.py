"""Nothing needs a pointer."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.demo import Demo
from tests.browser.desk import Desk

REACHED = (
    ".site[aria-selected=true]",
    ".phone",
    ".bell",
    ".device",
    ".router",
    ".plug-part",
    ".big-button",
    ".cutter",
    "[data-act=faults]",
    "[data-act=theme]",
    "[data-language=ko]",
)


def test_tab_reaches_every_control_and_shows_where_it_is(desk: Desk) -> None:
    desk.open()  # the way of the tabulator begins where somebody has clicked last
    missing = set(REACHED)
    for _ in range(40):
        desk.key(Keys.TAB)
        here = desk.focused()
        missing -= {css for css in missing if desk.run("return arguments[0].matches(arguments[1])", here, css)}
        assert desk.probe("outlined", here) or here.tag_name == "body"
    assert missing == set()


def test_tab_reaches_what_stands_last(desk: Desk) -> None:
    desk.focus(".take pre")

    reached = []
    for _ in range(3):
        desk.key(Keys.TAB)
        reached.append(desk.focused().get_attribute("data-act"))

    assert reached == ["scenario", None, "openapi"]


def test_space_holds_the_button_for_as_long_as_it_is_down(desk: Desk, demo: Demo) -> None:
    desk.focus(".big-button")

    ActionChains(desk.driver, duration=0).key_down(Keys.SPACE).perform()
    demo.until(lambda world: world["stores"][0]["zones"][0]["state"] == "raised")
    ActionChains(desk.driver, duration=0).key_up(Keys.SPACE).perform()

    demo.until(lambda world: world["stores"][0]["zones"][0]["state"] == "normal")
    assert desk.run("return scrollY") == 0


def test_enter_presses_and_a_click_without_a_pointer_does_too(desk: Desk, demo: Demo) -> None:
    before = len(demo.world()["latency"])
    desk.focus(".big-button")
    desk.key(Keys.ENTER)
    demo.until(lambda world: len(world["latency"]) > before and not world["stores"][0]["zones"][0]["held"])
    desk.until(
        lambda: not desk.pressed(".big-button") and "pressing" not in str(desk.attribute(".big-button", "class"))
    )

    before = len(demo.world()["latency"])
    desk.run("setTimeout(() => document.querySelector('.big-button').click(), 300)")
    demo.until(lambda world: len(world["latency"]) > before)


def test_wire_phone_and_faults_work_without_a_pointer(desk: Desk) -> None:
    desk.focus(".cutter")
    desk.key(Keys.SPACE)
    desk.until(lambda: desk.pressed(".cutter"))

    desk.focus(".phone")
    desk.key(Keys.ENTER)
    desk.until(lambda: desk.pressed(".phone"))

    desk.focus("[data-act=faults]")
    desk.key(Keys.ENTER)
    desk.until(lambda: desk.shown("#faults"))
    desk.focus("[data-act=mend]")
    desk.key(Keys.ENTER)
    desk.until(lambda: not desk.pressed(".phone") and not desk.pressed(".cutter"))
    desk.click("[data-act=close-faults]")
