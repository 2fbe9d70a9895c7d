"""From what a line, its doors and a subscriber told to times."""

import base64
import json

import pytest

from bench.door_moments import Opening, Wire, by_door, events_heard, floor_told, openings_of
from bench.moments import Line

MS = 1_000_000
QUERY = bytes.fromhex("800100 33b2").hex()
UNLOCK = bytes.fromhex("8a0107119d").hex()


def state(board: int, *open_locks: int) -> str:
    bits = 0xFFFFFF ^ sum(1 << (lock - 1) for lock in open_locks)
    return bytes((0x80, board, *bits.to_bytes(3, "little"), 0x33, 0)).hex()


def wire(*lines: tuple[str, int, str]) -> Wire:
    return Wire([[kind, at_ms * MS, text] for kind, at_ms, text in lines])


def heard(at_ns: int, number: str, what: str, phase: str = "raised", topic: str = "ansim/v1/store/alarm") -> Line:
    event = {"id": number, "type": what, "subject": "007", "data": {"phase": phase}}
    envelope = b"e30." + base64.urlsafe_b64encode(json.dumps(event).encode()).rstrip(b"=") + b".c2ln"
    return ["heard", at_ns, topic, base64.b64encode(envelope).decode()]


def test_exchange_right_before_an_unlock_is_taken_off_from_when_the_command_came() -> None:
    line = wire(("asked", 10, QUERY), ("answered", 30, state(1)), ("asked", 52, UNLOCK), ("answered", 370, "8a"))

    assert line.unlocks_ns == [52 * MS]
    assert line.beyond_ms(18 * MS, 52 * MS, 0) == 52 - 18 - (30 - 18)
    assert line.beyond_ms(18 * MS, 52 * MS, 5 * MS) == 52 - 18 - (35 - 18)


def test_exchange_that_began_after_the_command_is_taken_off_whole_and_none_before_it() -> None:
    line = wire(
        ("asked", 10, QUERY),
        ("answered", 30, state(1)),
        ("asked", 50, QUERY),
        ("answered", 70, state(1)),
        ("asked", 92, UNLOCK),
        ("answered", 410, "8a"),
    )

    assert line.beyond_ms(18 * MS, 92 * MS, 5 * MS) == 92 - 18 - (75 - 50)


def test_unlock_on_a_line_at_rest_has_nothing_taken_off() -> None:
    line = wire(("asked", 10, QUERY), ("answered", 30, state(1)), ("asked", 105, UNLOCK))

    assert line.beyond_ms(100 * MS, 105 * MS, 5 * MS) == 5


def test_slowest_answer_is_one_to_a_question() -> None:
    line = wire(
        ("asked", 10, QUERY),
        ("answered", 31, state(1)),
        ("asked", 50, QUERY),
        ("answered", 75, state(1)),
        ("asked", 92, UNLOCK),
        ("answered", 410, "8a"),
        ("asked", 500, QUERY),
    )

    assert line.slowest_answer_ms() == 25


def test_first_answer_that_tells_a_lock_is_one_of_its_board_after_it_opened() -> None:
    line = wire(
        ("answered", 10, state(1, 7)),
        ("answered", 20, state(2, 7)),
        ("answered", 30, state(1, 8)),
        ("answered", 40, state(1, 7, 8)),
    )

    assert line.first_told_ns(1, 7, 15 * MS) == 40 * MS
    with pytest.raises(ValueError, match="1/9 was never told"):
        line.first_told_ns(1, 9, 0)


def test_event_that_comes_twice_counts_when_it_came_first() -> None:
    lines = [
        heard(5, "e-1", "ansim.alarm.forced"),
        heard(9, "e-1", "ansim.alarm.forced"),
        heard(12, "e-2", "ansim.alarm.forced", "restored"),
        heard(15, "e-3", "ansim.door.opened", "reported"),
        ["heard", 20, "floor/1-7", base64.b64encode(b"opened").decode()],
    ]

    assert events_heard(lines) == {
        ("ansim.alarm.forced", "raised"): {"007": [5]},
        ("ansim.alarm.forced", "restored"): {"007": [12]},
        ("ansim.door.opened", "reported"): {"007": [15]},
    }
    assert floor_told(lines, "opened", {"1-7": "007"}) == {"007": [20]}
    assert floor_told(lines, "closed", {"1-7": "007"}) == {}


def test_openings_are_told_with_their_cause() -> None:
    openings = openings_of([["ready"], ["opening", 5, 9, "007", "forced"], ["opening", 6, None, "008", "pulse"]])

    assert openings == [Opening("007", "forced", 5, 9), Opening("008", "pulse", 6, None)]
    assert by_door((each.door, each.at_ns) for each in openings) == {"007": [5], "008": [6]}
