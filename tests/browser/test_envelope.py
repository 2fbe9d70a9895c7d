"""The inspector: the browser judges for itself."""

import hashlib
from base64 import urlsafe_b64encode

import pytest

from tests.browser.desk import Desk

OWN = "[data-checks=browser]"


@pytest.fixture
def opened(desk: Desk) -> Desk:
    """On the envelope of a fresh alarm that has its receipt."""
    desk.click(".big-button")
    desk.until(lambda: "has it" in desk.headline)
    desk.click(".journey > .heading [data-act=inspect]")
    desk.until(lambda: desk.all(f"{OWN} li"))
    return desk


def verdicts(desk: Desk, checks: str) -> dict[str, str]:
    told: dict[str, str] = desk.probe("verdicts", checks)
    return told


def test_browser_and_control_room_agree_that_it_is_good(opened: Desk) -> None:
    assert verdicts(opened, OWN) == {"signature": "ok", "digest": "ok", "kid": "ok", "receipt": "ok"}
    assert set(verdicts(opened, "[data-checks=room]").values()) == {"ok"}


def test_one_changed_letter_breaks_the_signature_and_can_be_taken_back(opened: Desk) -> None:
    opened.click("[data-act=change-letter]")
    opened.until(lambda: verdicts(opened, OWN)["signature"] == "bad")
    assert verdicts(opened, OWN) == {"signature": "bad", "digest": "bad", "kid": "ok", "receipt": "bad"}
    assert opened.text("mark") == "x"

    opened.click("[data-act=change-letter]")
    opened.until(lambda: verdicts(opened, OWN)["signature"] == "ok")


def test_the_digest_is_that_of_the_bytes_that_were_sent(opened: Desk) -> None:
    jws = opened.text("details .long")

    expected = urlsafe_b64encode(hashlib.sha256(jws.encode()).digest()).rstrip(b"=").decode()
    assert expected == opened.text("[data-part=digest]")


def test_escape_closes_it_and_gives_the_focus_back(opened: Desk) -> None:
    opened.key("\ue00c")

    opened.until(lambda: not opened.shown("dialog"))
    assert opened.focused().get_attribute("data-act") == "inspect"


def test_an_event_that_nobody_knows_is_said(desk: Desk) -> None:
    desk.probe("inspect", desk.store, "0000000000000000-1")

    desk.until(lambda: "does not have this event" in desk.text("dialog"))
    # The browser itself logs an answer of 404.
    assert all("404" in line for line in desk.complaints())


def test_a_browser_that_cannot_judge_says_so(desk: Desk) -> None:
    desk.click(".big-button")
    desk.until(lambda: "has it" in desk.headline)
    unable = "crypto.subtle.importKey = () => Promise.reject(new DOMException('no', 'NotSupportedError'))"
    desk.run(unable)

    desk.click(".journey > .heading [data-act=inspect]")

    desk.until(lambda: verdicts(desk, OWN).get("signature") == "unknown")
    assert "cannot verify Ed25519" in desk.text(f"{OWN} [data-check=signature]")
    desk.open()
