"""What is told of events that take long to come about, and of what their detail says."""

from copy import deepcopy

import pytest

from tests.browser.demo import Demo, World, bank_of
from tests.browser.desk import Desk

EVENT = "0000000100000001-9"


def _told(desk: Desk, world: World) -> str:
    told: str = desk.probe("story", world, desk.store, world["now_ms"])
    return told


def _after(lockers: Demo, type_: str, subject: str, phase: str, detail: dict[str, object]) -> World:
    """The world in which this has just happened, and the control room has it."""
    world: World = deepcopy(lockers.world())
    store, now_ms = world["stores"][-1], world["now_ms"]
    steps = {"edge": 0, "receipt": 90}
    journey = {"id": EVENT, "type": f"ansim.{type_}", "phase": phase, "subject": subject, "moved_ms": now_ms}
    store["journeys"].insert(0, {**journey, "by_person": False, "steps": steps, "sent_times": 1, "answer": "received"})
    world["room"]["alarms"].insert(0, {"store": store["device"], "id": EVENT, "detail": detail})
    return world


@pytest.mark.parametrize(
    ("type_", "subject", "detail", "words"),
    [
        ("trouble.latched_open", "23", {}, "hook of door 23 fell"),
        ("trouble.unlatched", "23", {}, "Door 23 is shut, but not latched"),
        ("trouble.unlatched", "23", {"let_go": True}, "hook of door 23 let go"),
        ("trouble.board", "left/2", {"why": "timeout"}, "Lock board 2 is not heard"),
        ("trouble.board", "left/2", {"why": "turned"}, "says the opposite"),
        ("trouble.board", "left/2", {"why": "collision"}, "Two answer as lock board 2"),
        ("trouble.board", "left/2", {"why": "opened_all"}, "opened all its locks"),
        ("alarm.person_inside", "24", {"released_again": True}, "released again at once"),
        ("alarm.person_inside", "24", {"released_again": False}, "not released by itself"),
        ("trouble.mains", "mains", {}, "No mains. "),
        ("alarm.tamper", "tamper", {}, "Cover opened. "),
        ("trouble.message", "mqtt", {}, "Bad message came in. "),
    ],
)
def test_an_event_is_told_by_its_detail(
    bank: Desk, lockers: Demo, type_: str, subject: str, detail: dict[str, object], words: str
) -> None:
    told = _told(bank, _after(lockers, type_, subject, "raised", detail))

    assert words in told
    assert "The control room knows" in told


@pytest.mark.parametrize(
    ("type_", "subject", "words"),
    [
        ("door.key", "key-switch", "The key switch is turned back"),
        ("trouble.board", "left/2", "Lock board 2 is believed again"),
        ("trouble.bus", "left", "line to the lock boards is back"),
        ("trouble.jammed", "13", "Door jammed is over: Door 13"),
    ],
)
def test_what_is_over_is_told(bank: Desk, lockers: Demo, type_: str, subject: str, words: str) -> None:
    assert words in _told(bank, _after(lockers, type_, subject, "restored", {}))


@pytest.mark.parametrize(
    ("reason", "after_ms", "words", "unsaid"),
    [
        ("expired", 30_000, "before the lock could be pulsed", "its time is over."),
        ("expired", None, "its time is over. Nothing was sent", "pulsed"),
        ("not-sent", 400, "nothing could be sent to the lock.", "Nothing was sent to a lock"),
        ("refused", 2_400, "the lock board declines.", "Nothing was sent to a lock"),
        ("too many openings", None, "turn the key switch, or wait", "pulsed"),
    ],
)
def test_a_refusal_says_why_once_and_what_to_do(
    bank: Desk, lockers: Demo, reason: str, after_ms: int | None, words: str, unsaid: str
) -> None:
    world: World = deepcopy(lockers.world())
    command = {"jti": "a", "command": "door.unlock", "door": "07", "state": "good", "at_ms": world["now_ms"]}
    end: World = {"outcome": "refused", "result": None, "reason": reason, "after_ms": after_ms, "not_opened": []}
    bank_of(world)["commands"].insert(0, {**command, **end, "told_ms": world["now_ms"]})

    told = _told(bank, world)

    assert words in told
    assert unsaid not in told
