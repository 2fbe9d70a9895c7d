"""One line of lock boards on which answers go wrong."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from drivers.lock_ports import BoardRead, BoardSilent, BusDown, BusUp, PulseEnd, PulseOver
from drivers.locks.frames import BoardState, QueryBoard, Report
from drivers.locks.line import LATE_NS
from drivers.locks.port import PortError
from tests.drivers.locks.board_side import answer_xor8a
from tests.drivers.locks.boards import MS, Said, when
from tests.drivers.locks.rig import REPLY_MS, START_NS, rig

ALL_24 = (1 << 24) - 1
OTHER_STATE = answer_xor8a(BoardState(1, b"\0\0\0"))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (lambda _: [], "no answer"),
        (lambda answer: [(3 * MS, answer[:-1])], "length"),
        (lambda answer: [(3 * MS, answer[:-1] + bytes([answer[-1] ^ 1]))], "collision"),
        (lambda answer: [(3 * MS, answer + answer)], "collision"),
        (lambda answer: [(3 * MS, bytes([0x55, 0xAA]) * 40)], "collision"),
        (lambda _: [(3 * MS, answer_xor8a(BoardState(2, b"\0\0\0")))], "board"),
        (lambda _: [(3 * MS, bytes.fromhex("8A 01 01 00 8A"))], "command"),
        (lambda _: [(3 * MS, bytes.fromhex("80 01 01 00 80"))], "length"),
    ],
)
def test_three_questions_without_an_answer_and_nothing_is_known_of_a_board(
    said: Callable[[bytes], Said], why: str
) -> None:
    line = rig()
    line.run(1_000)

    line.boards.twist = when(QueryBoard, 1, said)
    line.run(10_000)

    (silent,) = line.of(BoardSilent)
    assert (silent.bus, silent.board, silent.why) == ("left", 1, why)
    assert silent.at_ns < START_NS + 4_000 * MS
    assert line.boards.heard.count(QueryBoard(2)) > 30
    assert all(fact.locked == ALL_24 for fact in line.of(BoardRead))


def test_two_failures_are_not_yet_silence() -> None:
    line = rig(boards=1)
    line.run(1_000)
    asked = line.boards.heard.count(QueryBoard(1))

    line.boards.twist = lambda *_: []
    line.run_until(lambda: line.boards.heard.count(QueryBoard(1)) == asked + 2)
    line.boards.twist = lambda *_: None
    line.run(10_000)

    assert line.of(BoardSilent) == []


def test_a_board_that_is_heard_again_is_told_twice() -> None:
    line = rig()
    line.boards.twist = when(QueryBoard, 1, lambda _: [])
    line.run(20_000)
    assert [fact.board for fact in line.of(BoardRead)] == [2, 2]

    line.boards.twist = lambda *_: None
    told = line.run(10_000)

    assert [fact.board for fact in told if isinstance(fact, BoardRead)] == [1, 1]
    assert len(line.of(BoardSilent)) == 1


def test_boards_that_are_absent_do_not_starve_the_one_that_is_there() -> None:
    line = rig(boards=5)
    line.boards.states = {3: line.boards.states[3]}
    line.run(10_000)
    before = line.boards.heard.count(QueryBoard(3))

    line.run(60_000)

    assert sorted(fact.board for fact in line.of(BoardSilent)) == [1, 2, 4, 5]
    # Four a second were asked for.
    assert line.boards.heard.count(QueryBoard(3)) - before > 180


@pytest.mark.parametrize("garbage", [b"\0", b"\xff\x00", bytes.fromhex("8A 01 FF")])
@pytest.mark.parametrize("pause_ms", [0, 20])
def test_garbage_before_an_answer_does_no_harm(garbage: bytes, pause_ms: int) -> None:
    line = rig(boards=1)

    line.boards.twist = lambda _, answer: (
        [(3 * MS, garbage), ((12 + pause_ms) * MS, answer)] if pause_ms else [(3 * MS, garbage + answer)]
    )
    line.run(5_000)

    assert len(line.of(BoardRead)) == 2
    assert line.of(BoardSilent) == []


@pytest.mark.parametrize(("feedback", "is_read"), [("FF FF", False), ("FF FF FF", True), ("FF FF FF 00", True)])
def test_an_answer_may_be_longer_than_the_board_has_locks_but_not_shorter(feedback: str, is_read: bool) -> None:
    line = rig(boards=1)
    line.boards.states[1] = bytes.fromhex(feedback)

    line.run(5_000)

    assert [fact.locked for fact in line.of(BoardRead)] == [ALL_24] * (2 if is_read else 0)
    assert [fact.why for fact in line.of(BoardSilent)] == ([] if is_read else ["length"])


def test_an_answer_that_changes_its_length_is_not_believed_before_silence() -> None:
    line = rig(boards=1)
    line.run(1_000)

    line.boards.states[1] = bytes(7)
    facts = line.run(10_000)

    kinds = [type(fact) for fact in facts]
    assert kinds == [BoardSilent, BoardRead, BoardRead]


def test_after_a_question_that_is_left_open_the_board_is_let_alone_and_the_port_opened_anew() -> None:
    line = rig(boards=2)
    line.run(1_000)
    openings = line.port.openings
    line.boards.twist = when(QueryBoard, 1, lambda _: [])

    line.run_until(lambda: line.port.openings > openings)
    line.boards.twist = lambda *_: None
    line.run(2_000)

    frames = [at_ns for at_ns, frame in line.sent if frame[1] == 1]
    gaps_ns = [after - before for before, after in pairwise(frames)]
    rest_ns = REPLY_MS * MS + LATE_NS
    assert rest_ns <= max(gaps_ns) < rest_ns + 10 * MS
    assert line.port.openings == openings + 1


@pytest.mark.parametrize("late_ms", [1, 150, 450, 720])
@pytest.mark.parametrize("reply_ms", [50, 250, 1_500, 5_000])
def test_a_late_answer_answers_nothing(reply_ms: int, late_ms: int) -> None:
    line = rig(boards=1, reply_ms=reply_ms)
    line.run(1_000)

    line.boards.twist = lambda *_: [((reply_ms + late_ms) * MS, OTHER_STATE)]
    line.run(40_000)

    assert all(fact.locked == ALL_24 for fact in line.of(BoardRead))
    assert [fact.why for fact in line.of(BoardSilent)] == ["no answer"]


def test_a_port_that_is_opened_anew_makes_no_answer_come_earlier() -> None:
    line = rig(boards=1, reply_ms=1_500)
    line.run(1_000)
    asked = len(line.sent)
    line.boards.twist = lambda *_: [(1_400 * MS, OTHER_STATE)]
    line.run_until(lambda: len(line.sent) > asked)

    line.port.broken = PortError("EIO")
    line.boards.twist = lambda _, answer: [(1_400 * MS, answer)]
    facts = line.run(10_000)

    assert [type(fact) for fact in facts] == [BusDown, BusUp, BoardRead, BoardRead]
    assert all(fact.locked == ALL_24 for fact in line.of(BoardRead))


@pytest.mark.parametrize("pause_ms", [10, 30, 80, 200])
def test_two_boards_with_one_number_are_noticed_by_the_second_answer_and_not_pulsed(pause_ms: int) -> None:
    line = rig(boards=1)
    line.run(1_000)

    line.boards.twist = when(QueryBoard, 1, lambda answer: [(3 * MS, answer), ((10 + pause_ms) * MS, OTHER_STATE)])
    line.run(5_000)
    line.order("left/1/1")
    line.run(1_000)

    assert [fact.why for fact in line.of(BoardSilent)] == ["collision"]
    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.NOT_SENT]
    assert line.boards.pulses == []


def test_two_boards_that_fall_silent_are_still_two_until_one_is_heard_well() -> None:
    line = rig(boards=1)
    line.boards.twist = when(QueryBoard, 1, lambda answer: [(3 * MS, answer + answer)])
    line.run(5_000)
    line.boards.twist = when(QueryBoard, 1, lambda _: [])
    line.run(60_000)

    line.order("left/1/1")
    line.run(5_000)
    line.boards.twist = lambda *_: None
    line.run(10_000)
    line.order("left/1/1")
    line.run(5_000)

    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.NOT_SENT, PulseEnd.ACKNOWLEDGED]


def test_when_the_second_board_is_gone_the_first_is_heard_again() -> None:
    line = rig(boards=1)
    line.boards.twist = when(QueryBoard, 1, lambda answer: [(3 * MS, answer), (40 * MS, OTHER_STATE)])
    line.run(5_000)

    line.boards.twist = lambda *_: None
    told = line.run(5_000)

    assert [type(fact) for fact in told] == [BoardRead, BoardRead]


@pytest.mark.parametrize("header", [0x81, 0x82])
def test_a_report_is_not_believed_but_the_board_is_read_at_once(header: int) -> None:
    line = rig(boards=2)
    line.run(1_060)
    body = bytes([header, 2, 1, 0])
    line.say(body + bytes([header ^ 2 ^ 1]))

    before = len(line.sent)
    facts = line.run(40)

    assert facts == []
    assert [frame[1] for _, frame in line.sent[before:]] == [2]


@pytest.mark.parametrize("place", ["before", "behind", "apart"])
def test_a_report_amid_a_question_does_not_spoil_the_answer(place: str) -> None:
    line = rig(boards=1)
    report = answer_xor8a(Report(1, 2, raw=False))
    line.boards.twist = lambda _, answer: {
        "before": [(3 * MS, report + answer)],
        "behind": [(3 * MS, answer + report)],
        "apart": [(3 * MS, report), (30 * MS, answer)],
    }[place]

    line.run(5_000)

    assert [fact.locked for fact in line.of(BoardRead)] == [ALL_24] * 2
    assert line.of(BoardSilent) == []


def test_a_line_that_is_never_silent_makes_its_boards_silent_and_no_pulse_is_sent_into_it() -> None:
    line = rig(boards=1)
    line.run(1_000)
    for number in range(5_000):
        line.say(b"\x55", in_ms=2 * number)
    line.run(10)

    line.order("left/1/1")
    line.run(9_900)

    assert [fact.why for fact in line.of(BoardSilent)] == ["collision"]
    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.NOT_SENT]
    assert line.boards.pulses == []


TURNED = {
    "every lock says the opposite": ("FF 0F 00", "00 F0 FF"),
    "the bytes come the other way round": ("FF 0F 00", "00 0F FF"),
}


@pytest.mark.parametrize(("was", "now"), TURNED.values(), ids=TURNED)
def test_a_board_that_turns_over_is_not_believed_before_silence(was: str, now: str) -> None:
    line = rig(boards=1)
    line.boards.states[1] = bytes.fromhex(was)
    line.run(1_000)

    line.boards.states[1] = bytes.fromhex(now)
    silent, *read = line.run(10_000)

    assert isinstance(silent, BoardSilent)
    assert silent.why == "turned"
    locked = int.from_bytes(bytes.fromhex(now), "little")
    assert [fact.locked for fact in read if isinstance(fact, BoardRead)] == [locked, locked]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("FF FF FF", "00 00 00"),
        ("00 00 00", "FF FF FF"),
        ("FF 0F 00", "00 00 00"),
        ("FF 0F 00", "01 F0 FF"),
        ("FF FF FE", "FE FF FF"),
    ],
)
def test_doors_that_may_have_moved_are_told_however_many_they_are(was: str, now: str) -> None:
    line = rig(boards=1)
    line.boards.states[1] = bytes.fromhex(was)
    line.run(1_000)

    line.boards.states[1] = bytes.fromhex(now)
    read = line.run(1_000)

    assert [type(fact) for fact in read] == [BoardRead, BoardRead]
