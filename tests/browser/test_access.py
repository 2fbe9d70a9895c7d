"""For everybody: names, languages, contrast, narrow screens, screen readers."""

from enum import StrEnum

import pytest

from device.logic.lamp import Look
from sim.acts import words
from sim.control_room.mischief import Wrongness
from tests.browser.desk import Desk

# Ink on ground; the last figure is what WCAG 2.2 AA asks for.
_PAIRS = [
    *((ink, ground, 4.5) for ink in ("ink", "soft", "accent", "alarm", "warn") for ground in ("paper", "surface")),
    *(
        (ink, ground, 4.5)
        for ink, ground in (
            ("ink", "sunk"),
            ("soft", "sunk"),
            ("soft", "tag"),
            ("ink", "tag"),
            ("warn", "tag"),
            ("alarm", "tag"),
        )
    ),
    *(
        (ink, ground, 4.5)
        for ink, ground in (
            ("accent-ink", "accent"),
            ("accent", "accent-wash"),
            ("warn", "warn-wash"),
            ("alarm", "alarm-wash"),
            ("good", "surface"),
            ("ink", "mark"),
        )
    ),
    *((ink, ground, 4.5) for ink, ground in (("sign-ink", "sign"), ("ink", "under"), ("under-soft", "under"))),
    *(
        (ink, ground, 3.0)
        for ink, ground in (("edge", "surface"), ("edge", "paper"), ("loop", "under"), ("loop", "wall"))
    ),
]


STATES: dict[str, type[StrEnum]] = {
    "contact": words.ContactState,
    "network": words.NetworkState,
    "disk": words.DiskState,
    "broker": words.BrokerState,
    "mood": words.RoomState,
    "wirefault": words.WireFault,
    "time": words.Time,
    "leg": words.Leg,
    "answered": words.Disposal,
    "lie": Wrongness,
    "lamp": Look,
}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def weak_pairs(desk: Desk, pairs: list[tuple[str, str, float]]) -> dict[str, float]:
    """Ink on ground, where the contrast on the page that is open is less than wanted."""
    colours = desk.probe("tokens", sorted({name for pair in pairs for name in pair[:2]}))
    return {
        f"{ink} on {ground}": round(found, 2)
        for ink, ground, wanted in pairs
        if (found := contrast(colours[ink], colours[ground])) < wanted
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_ink_can_be_read_on_every_ground_it_stands_on(desk: Desk, theme: str) -> None:
    desk.open(theme=theme)

    assert weak_pairs(desk, _PAIRS) == {}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_control_has_a_name_and_is_large_enough(desk: Desk, language: str) -> None:
    desk.open(language)
    desk.click(".big-button")
    desk.until(lambda: desk.all(".messages li"))
    desk.click("[data-act=faults]")
    desk.probe("unfold")

    assert desk.probe("nameless") == []
    assert desk.probe("small") == []
    assert desk.probe("doubleIds") == []
    assert desk.probe("dangling") == []


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_phone_never_scrolls_sideways_and_shows_the_button_at_once(desk: Desk, language: str, width: int) -> None:
    desk.open(language, width=width, height=780)
    assert desk.probe("sideways") == 0
    assert desk.run("return document.querySelector('.big-button > svg').getBoundingClientRect().bottom < innerHeight")

    desk.click(".big-button")
    desk.until(lambda: desk.all(".messages li"))
    assert desk.probe("sideways") == 0

    desk.click("[data-act=faults]")
    assert desk.probe("sideways") == 0
    desk.click("[data-act=close-faults]")

    desk.click(".messages [data-act=inspect]")
    desk.until(lambda: desk.all("[data-checks=browser] li"))
    assert (
        desk.run("const body = document.querySelector('.envelope-body'); return body.scrollWidth - body.clientWidth")
        == 0
    )


def test_the_language_can_be_changed_and_is_remembered(desk: Desk) -> None:
    desk.click("[data-language=ko]")

    assert desk.text(".big-button .name") == "카운터 비상벨"
    assert desk.focused().get_attribute("data-language") == "ko"
    desk.reload()
    assert desk.attribute("html", "lang") == "ko"
    assert desk.text(".room h2") == "관제실"


def test_both_languages_have_the_same_words(desk: Desk) -> None:
    english, korean = desk.probe("books")

    assert set(english) == set(korean)


def test_day_and_night_can_be_changed_and_are_remembered(desk: Desk) -> None:
    desk.click("[data-act=theme]")
    assert desk.attribute("html", "data-theme") == "dark"

    desk.reload()

    assert desk.attribute("html", "data-theme") == "dark"
    assert desk.pressed("[data-act=theme]")


def test_what_has_happened_is_said_aloud_once(desk: Desk) -> None:
    assert desk.attribute("main > [role=status]", "aria-live") == "polite"

    desk.click(".big-button")

    desk.until(lambda: "The control room has it" in desk.text("main > [role=status]"))


def test_nothing_is_asked_of_anybody_else(desk: Desk) -> None:
    assert desk.probe("foreign") == []


def test_motion_stops_for_those_who_asked_for_that(desk: Desk) -> None:
    assert desk.run("return matchMedia('(prefers-reduced-motion: reduce)').matches")
    assert desk.run("return getComputedStyle(document.querySelector('.cap-top')).transitionDuration") == "0s"


def test_all_states_of_the_acts_have_words(desk: Desk) -> None:
    wanted = [f"{group}.{state.value}" for group, states in STATES.items() for state in states]
    wanted.remove("lamp.healthy")  # the other lamp's

    assert desk.probe("unknownWords", wanted) == []


def test_a_first_visit_follows_the_browser_and_the_system(desk: Desk) -> None:
    cdp = desk.driver.execute_cdp_cmd
    agent = desk.run("return navigator.userAgent")
    cdp("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": "ko-KR"})
    cdp("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    try:
        desk.run("localStorage.clear()")
        desk.reload()
        assert desk.attribute("html", "lang") == "ko"
        assert desk.attribute("html", "data-theme") == "dark"
    finally:
        cdp("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": "en-US"})
        cdp("Emulation.setEmulatedMedia", {"features": []})
