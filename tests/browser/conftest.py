"""One Chromium for the whole folder, a demo with stores and one with lockers; every test finds them as new."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser.chromium import INSTALL, browser, programs
from tests.browser.demo import Demo
from tests.browser.desk import Desk
from tests.conftest import external


@pytest.fixture(scope="package")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    program, driver = (external(each, INSTALL) for each in programs())
    with browser(program, driver, tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="package")
def demo(chromium: WebDriver) -> Iterator[Demo]:
    """After the browser: without one nothing need be started."""
    with Demo() as running:
        yield running


@pytest.fixture(scope="package")
def seat(demo: Demo, chromium: WebDriver) -> Desk:
    """The one tab that all tests use."""
    return Desk(chromium, demo.url, demo.world()["stores"][0]["device"])


@pytest.fixture
def desk(demo: Demo, seat: Desk) -> Iterator[Desk]:
    """The panel in English, by day, on a desk. Whatever the page complained about fails the test."""
    demo.mend()
    seat.settle()
    yield seat
    assert seat.complaints() == []


@pytest.fixture(scope="package")
def lockers(chromium: WebDriver) -> Iterator[Demo]:
    """A demo with a locker bank."""
    with Demo(stores=1, banks=1) as running:
        running.until(lambda world: all(store["connected"] for store in world["stores"]))
        yield running


@pytest.fixture(scope="package")
def bank_seat(lockers: Demo, chromium: WebDriver) -> Desk:
    """The same tab, before the lockers."""
    return Desk(chromium, lockers.url, lockers.world()["stores"][-1]["device"])


@pytest.fixture
def bank(lockers: Demo, bank_seat: Desk) -> Iterator[Desk]:
    """The lockers in English, by day, on a desk; every door is shut."""
    lockers.mend()
    bank_seat.settle()
    yield bank_seat
    assert bank_seat.complaints() == []
