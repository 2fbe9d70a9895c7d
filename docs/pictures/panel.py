"""Plays short scenes and photographs the panel: `python docs/pictures/panel.py` writes panel-*.png and bank-*.png."""

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
from tests.browser.demo import Demo, World, door_of
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
        Demo(stores=3, banks=1) as demo,
    ):
        world = demo.until(lambda world: all(each["connected"] for each in world["stores"]))
        store, bank = world["stores"][0]["device"], world["stores"][-1]["device"]
        _play(demo)
        _photograph(driver, Desk(driver, demo.url, store), "panel", _lamp_is_lit)
        _play_bank(demo, bank)
        _photograph(driver, Desk(driver, demo.url, bank), "bank", _card_is_open)


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


def _play_bank(demo: Demo, bank: str) -> None:
    """A cable is cut, doors are unlocked, and then the door is forced that the picture is about."""

    def until(name: str, *states: str) -> None:
        demo.until(lambda world: door_of(world, name)["state"] in states)

    demo.until(lambda world: all(door["state"] != "unknown" for door in world["stores"][-1]["bank"]["doors"]))
    demo.act(do="cable", store=bank, door="20", sensor="latch", state="cut")
    until("20", "forced", "sensor-fault")
    demo.act(do="open-all", store=bank)
    for name in ("03", "18"):
        demo.act(do="unlock", store=bank, door=name)
        until(name, "open")
    demo.act(do="unlock", store=bank, door="11", state="unsigned")
    demo.act(do="unlock", store=bank, door="23")
    demo.until(lambda world: door_of(world, "23")["hook"] == "free")
    until("23", "jammed")
    demo.act(do="force", store=bank, door="08")
    until("08", "forced")
    demo.until(lambda world: any(row["subject"] == "08" for row in world["room"]["alarms"]))


def _lamp_is_lit(desk: Desk) -> bool:
    return desk.attribute(".lamp", "data-lit") == "true"


def _card_is_open(desk: Desk) -> bool:
    if desk.attribute("#door-card", "data-open") != "true":
        desk.click(".door[data-door='08']")
    return desk.text("#door-card-title") != ""


def _photograph(driver: WebDriver, desk: Desk, name: str, is_ready: Callable[[Desk], bool]) -> None:
    for size, theme, language in product(SIZES, ("light", "dark"), ("en", "ko")):
        desk.open(language, theme, *SIZES[size])
        desk.until(lambda: is_ready(desk))
        shot: dict[str, Any] = driver.execute_cdp_cmd("Page.captureScreenshot", {})
        convert = shutil.which("convert") or "convert"
        picture = FOLDER / f"{name}-{size}-{theme}-{language}.png"
        picture.write_bytes(b64decode(shot["data"]))
        subprocess.run([convert, picture, "+dither", "-colors", COLOURS, f"png8:{picture}"], check=True)  # noqa: S603 - an own picture
        print(picture.name, picture.stat().st_size // 1024, "KiB")


main()
