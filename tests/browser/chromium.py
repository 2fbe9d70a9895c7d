"""Chromium without a screen, that asks nobody anything."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver

INSTALL = "apt install chromium chromium-driver"
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    # A pulse along the wires says nothing to a test.
    "--force-prefers-reduced-motion",
)


def programs() -> tuple[str | None, str | None]:
    """Chromium and its driver, where they are installed."""
    return shutil.which("chromium"), shutil.which("chromedriver")


@contextmanager
def browser(chromium: str, chromedriver: str, profile: Path) -> Iterator[WebDriver]:
    """profile: an empty folder."""
    options = ChromeOptions()
    options.binary_location = chromium
    for option in (*_OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = WebDriver(options, Service(chromedriver))
    try:
        yield driver
    finally:
        driver.quit()
