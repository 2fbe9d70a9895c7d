"""Several stores, several tabs, and a page that comes back in the middle of things."""

from selenium.webdriver.common.keys import Keys

from tests.browser.demo import Demo
from tests.browser.desk import Desk
from tests.browser.stand_in import StandIn


def test_arrow_keys_go_from_store_to_store(desk: Desk) -> None:
    first = desk.text(".sign")
    desk.focus(".site[aria-selected=true]")

    desk.key(Keys.ARROW_RIGHT)
    desk.until(lambda: desk.text(".sign") != first)
    assert desk.focused().get_attribute("aria-selected") == "true"

    desk.key(Keys.ARROW_RIGHT)
    desk.until(lambda: desk.text(".sign") == first)


def test_a_press_in_one_store_leaves_the_others_alone(desk: Desk, demo: Demo) -> None:
    desk.click(".site:nth-child(2)")
    desk.click(".big-button")

    desk.until(lambda: "has it" in desk.headline)
    alarm = demo.world()["room"]["alarms"][0]
    assert alarm["store"] == demo.world()["stores"][1]["device"]


def test_two_tabs_agree(desk: Desk) -> None:
    driver = desk.driver
    here = driver.current_window_handle
    driver.switch_to.new_window("tab")
    other = driver.current_window_handle
    try:
        desk.reload()
        driver.switch_to.window(here)
        desk.click(".cutter")
        driver.switch_to.window(other)
        desk.until(lambda: desk.pressed(".cutter"))

        desk.click(".cutter")
        driver.switch_to.window(here)
        desk.until(lambda: not desk.pressed(".cutter"))
    finally:
        driver.switch_to.window(other)
        driver.close()
        driver.switch_to.window(here)


def test_a_reload_in_the_middle_of_an_alarm_shows_all_of_it(desk: Desk, demo: Demo) -> None:
    demo.act(do="room", state="silent")
    desk.click(".big-button")
    desk.until(lambda: desk.attribute(".line [data-step=verified]", "data-reached") == "true")

    desk.reload()

    desk.until(lambda: desk.attribute(".lamp", "data-look") == "sending")
    assert desk.attribute(".line [data-step=verified]", "data-reached") == "true"
    assert desk.attribute(".line [data-step=receipt]", "data-reached") == "false"

    demo.act(do="room", state="prompt")
    desk.until(lambda: desk.attribute(".line [data-step=receipt]", "data-reached") == "true")


def test_the_store_that_was_looked_at_is_still_there_after_a_reload(desk: Desk) -> None:
    desk.click(".site:nth-child(2)")
    second = desk.text(".sign")

    desk.driver.refresh()

    desk.until(lambda: desk.shown("main") and desk.text(".sign") == second)


def test_the_scenario_so_far_can_be_saved(desk: Desk) -> None:
    desk.click(".big-button")
    link = desk.find("[data-act=scenario]")

    assert link.get_attribute("download") == "scenario.toml"
    text = desk.run("return fetch(arguments[0].href).then(answer => answer.text())", link)
    assert "[[step]]" in text
    assert "counter-button" in text


def test_the_example_for_curl_is_a_request_that_works(desk: Desk) -> None:
    command = desk.text(".take pre code:only-child + *, .take:last-child pre")
    body = command[command.index("{") : command.rindex("}") + 1]

    assert desk.probe("post", body) == 200


def test_a_simulator_that_is_gone_is_said_and_found_again_by_itself(desk: Desk, demo: Demo) -> None:
    world = demo.world()
    with StandIn(world) as first:
        page = Desk(desk.driver, first.url, desk.store)
        page.open()
        assert not page.shown(".banner")
    page.until(lambda: page.shown(".banner"))
    assert "simulator is not there" in page.text(".banner")

    with StandIn(world, first.port):
        page.until(lambda: not page.shown(".banner"))
        desk.open()
    assert all("ERR_" in line for line in desk.complaints())
