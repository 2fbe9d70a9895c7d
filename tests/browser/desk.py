"""A browser before the panel, in the words of somebody who sits there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

LIMIT_S = 15.0
POLL_S = 0.03
_PROBES = Path(__file__).with_name("probes.js").read_text(encoding="utf-8")
Found = TypeVar("Found")


class Desk:
    """One tab. `store`: the one that is looked at first."""

    def __init__(self, driver: WebDriver, url: str, store: str) -> None:
        self.driver = driver
        self.url = url
        self.store = store
        self._opened_as: tuple[str, str, int, int] | None = None

    def open(self, language: str = "en", theme: str = "light", width: int = 1280, height: int = 900) -> None:
        """The page as a browser with these wishes shows it."""
        self._opened_as = None
        self.size(width, height)
        if not self.driver.current_url.startswith(self.url):
            self.driver.get(self.url)
        store = "for (const [key, value] of Object.entries(arguments[0])) localStorage.setItem(`ansim.${key}`, value)"
        self.run(store, {"language": language, "theme": theme})
        self.reload()
        self._opened_as = (language, theme, width, height)

    def settle(self) -> None:
        """In English, by day, on a desk, with nothing open. A page that is so already is not loaded again."""
        is_here = self.driver.current_url.startswith(self.url)
        looks = (self.attribute("html", "lang"), self.attribute("html", "data-theme")) if is_here else None
        if self._opened_as == ("en", "light", 1280, 900) and looks == ("en", "light"):
            self.probe("settle", self.store)
        else:
            self.open()

    def reload(self) -> None:
        self.driver.get("about:blank")
        self.driver.get(f"{self.url}/#{self.store}")
        self.until(lambda: self.shown("main"))

    def size(self, width: int, height: int) -> None:
        """Of the page, not of the window."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def probe(self, name: str, *arguments: object) -> Any:
        """One of tests/browser/probes.js."""
        return self.run(f"return ({_PROBES})[arguments[0]](...[...arguments].slice(1))", name, *arguments)

    def complaints(self) -> list[str]:
        """What the browser has logged since the last question."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]  # selenium's own

    def find(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        return str(self.find(css).get_property("textContent"))

    def shown(self, css: str) -> bool:
        found = self.all(css)
        return bool(found) and found[0].is_displayed()

    def attribute(self, css: str, name: str) -> str | None:
        """As it stands in the page; None if it does not."""
        value = self.run("return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null", css, name)
        return None if value is None else str(value)

    def pressed(self, css: str) -> bool:
        return self.attribute(css, "aria-pressed") == "true"

    def click(self, css: str) -> None:
        """Waits until it is there."""
        self.until(lambda: self.shown(css))
        element = self.find(css)
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def hold(self, css: str) -> None:
        """The pointer goes down on it, and stays."""
        ActionChains(self.driver, duration=0).move_to_element(self.find(css)).click_and_hold().perform()

    def let_go(self) -> None:
        ActionChains(self.driver, duration=0).release().perform()

    def key(self, *keys: str) -> None:
        """To whatever has the focus."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def focus(self, css: str) -> None:
        self.run("document.querySelector(arguments[0]).focus()", css)

    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    def until(self, holds: Callable[[], Found]) -> Found:
        """Wait for a condition on the page."""
        wait: WebDriverWait[WebDriver] = WebDriverWait(self.driver, LIMIT_S, POLL_S, (StaleElementReferenceException,))
        return wait.until(lambda _: holds())

    @property
    def headline(self) -> str:
        return self.text(".headline")
