"""One demo and one Chromium for the whole folder; every test finds both as new."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser.chromium import INSTALL, browser, programs
from tests.browser.demo import Demo
from tests.browser.desk import Desk
from tests.conftest import external


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    program, driver = (external(each, INSTALL) for each in programs())
    with browser(program, driver, tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="session")
def demo(chromium: WebDriver) -> Iterator[Demo]:
    """After the browser: without one nothing need be started."""
    with Demo() as running:
        yield running


@pytest.fixture(scope="session")
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
