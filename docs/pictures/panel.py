"""Plays a short scene and photographs the panel: `python docs/pictures/panel.py` writes panel-*.png."""

import shutil
import subprocess
import tempfile
from base64 import b64decode
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser.chromium import browser, programs
from tests.browser.demo import Demo, World
from tests.browser.desk import Desk

Holds = Callable[[World], bool]

FOLDER = Path(__file__).parent
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
# Few colours are drawn, so a palette loses nothing that anybody sees.
COLOURS = "256"


def main() -> None:
    chromium, chromedriver = programs()
    if chromium is None or chromedriver is None:
        raise SystemExit("needs: apt install chromium chromium-driver imagemagick")
    with (
        tempfile.TemporaryDirectory() as profile,
        browser(chromium, chromedriver, Path(profile)) as driver,
        Demo(stores=3) as demo,
    ):
        demo.until(lambda world: all(each["connected"] for each in world["stores"]))
        _play(demo)
        desk = Desk(driver, demo.url, demo.world()["stores"][0]["device"])
        for size, theme, language in product(SIZES, ("light", "dark"), ("en", "ko")):
            _photograph(driver, desk, size, theme, language)


def _play(demo: Demo) -> None:
    """A bell in another store, a wire that is cut and mended, and then the press that the picture is about."""
    first, second = (store["device"] for store in demo.world()["stores"][:2])
    demo.act(do="press", store=second, zone="panic-bell")
    demo.until(lambda world: len(world["latency"]) == 1)
    demo.act(do="answer", store=second, state="dispatched")
    for state, phase in (("cut", "raised"), ("whole", "restored")):
        demo.act(do="wire", store=first, zone="counter-button", state=state)
        demo.until(_told("ansim.trouble.line", phase))
    for count in range(2, 10):
        demo.act(do="press", store=first, zone="counter-button")
        demo.until(_pressed(count))
    demo.until(lambda world: world["stores"][0]["lamp"]["look"] == "received" and _all_received(world))


def _pressed(count: int) -> Holds:
    """At least so many alarms have come, and the device has seen the button come to rest."""
    return lambda world: len(world["latency"]) >= count and world["stores"][0]["zones"][0]["state"] == "normal"


def _told(type_: str, phase: str) -> Holds:
    def told(journey: World) -> bool:
        return (journey["type"], journey["phase"]) == (type_, phase) and journey["answer"] is not None

    return lambda world: any(told(journey) for journey in world["stores"][0]["journeys"])


def _all_received(world: World) -> bool:
    return all("receipt" in journey["steps"] for journey in world["stores"][0]["journeys"])


def _photograph(driver: WebDriver, desk: Desk, size: str, theme: str, language: str) -> None:
    width, height = SIZES[size]
    desk.open(language, theme, width, height)
    desk.until(lambda: desk.attribute(".lamp", "data-lit") == "true")
    shot: dict[str, Any] = driver.execute_cdp_cmd("Page.captureScreenshot", {})
    convert = shutil.which("convert") or "convert"
    picture = FOLDER / f"panel-{size}-{theme}-{language}.png"
    picture.write_bytes(b64decode(shot["data"]))
    subprocess.run([convert, picture, "+dither", "-colors", COLOURS, f"png8:{picture}"], check=True)  # noqa: S603 - an own picture
    print(picture.name, picture.stat().st_size // 1024, "KiB")


main()
