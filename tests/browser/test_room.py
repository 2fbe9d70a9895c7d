"""The person in the control room."""

import pytest

from tests.browser.desk import Desk

FIRST = ".messages > li:first-child"


@pytest.fixture
def alarmed(desk: Desk) -> Desk:
    """With a fresh alarm on the screen."""
    before = desk.attribute(FIRST, "data-event")
    desk.click(".big-button")
    desk.until(lambda: desk.attribute(FIRST, "data-event") not in (None, before))
    desk.until(lambda: "has it" in desk.headline)
    return desk


@pytest.mark.parametrize(
    ("state", "headline"),
    [
        ("acknowledged", "has seen it"),
        ("dispatched", "Help is coming"),
        ("on_scene", "Help has arrived"),
        ("closed", "It is over"),
        ("rejected", "turned it away"),
    ],
)
def test_every_answer_reaches_the_clerk(alarmed: Desk, state: str, headline: str) -> None:
    alarmed.click(f"{FIRST} [data-state={state}]")

    alarmed.until(lambda: headline in alarmed.headline)
    assert alarmed.pressed(f"{FIRST} [data-state={state}]")


def test_store_and_delay_stand_with_the_alarm(alarmed: Desk) -> None:
    where = alarmed.text(f"{FIRST} .where")

    assert alarmed.text(".sign") in where
    assert " ms" in where


def test_what_is_no_alarm_is_shown_on_request(desk: Desk) -> None:
    assert not desk.all(".messages [data-class=system]")

    desk.click("[data-act=all]")

    desk.until(lambda: desk.all(".messages [data-class=system]"))


def test_the_chart_has_two_dots_per_alarm_and_says_so_in_words(alarmed: Desk) -> None:
    alarmed.until(lambda: alarmed.all(".plot circle.receipt"))

    assert len(alarmed.all(".plot circle.receipt")) == len(alarmed.all(".plot circle.verified"))
    assert alarmed.attribute(".plot", "aria-label") == alarmed.text("figcaption")
    assert "Receipt" in alarmed.text("figcaption") or "receipt" in alarmed.text("figcaption")
