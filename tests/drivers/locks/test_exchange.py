"""One question to a lock board and what comes of it."""

import pytest

from drivers.locks import xor8a
from drivers.locks.exchange import Answered, Exchange, Spoilt, Timing, Unanswered
from drivers.locks.frames import BoardState, FrameFault, QueryBoard, Request, Unlock, UnlockAck
from tests.drivers.locks.board_side import answer_xor8a

MS = 1_000_000
WAIT_NS = 250 * MS
TIMING = Timing(9_600, 0)
ASKED = QueryBoard(1)
QUERY = xor8a.encode(ASKED)
STATE = BoardState(1, b"\1\2\3")
ANSWER = answer_xor8a(STATE)
# Request and answer take 5.2 ms and 7.3 ms on the line, the silence behind them 5 ms.
UNTIL_NS = TIMING.wire_ns(5) + WAIT_NS


def exchange(request: Request = ASKED, *, echoes: bool | None = False, patient: bool = False) -> Exchange:
    begun = Exchange(xor8a, request, TIMING, echoes=echoes, wait_ns=WAIT_NS, patient=patient)
    begun.begin(0)
    return begun


def let_go(it: Exchange, *runs: tuple[int, bytes]) -> Exchange:
    """Runs at their times, then silence until there is an outcome."""
    for at_ns, data in runs:
        while it.outcome is None and it.due_ns() < at_ns:
            it.tick(it.due_ns())
        it.feed(data, at_ns)
    while it.outcome is None:
        it.tick(it.due_ns())
    return it


def test_an_answer_counts_when_silence_has_followed_it() -> None:
    it = exchange()

    it.feed(ANSWER, 20 * MS)
    assert it.outcome is None
    it.tick(25 * MS)

    assert it.outcome == Answered(STATE, 20 * MS)
    assert it.echoes is False


def test_silence_lasts_as_long_as_an_answer_may_take() -> None:
    it = exchange()

    it.tick(UNTIL_NS - 1)
    assert it.outcome is None
    it.tick(UNTIL_NS)

    assert it.outcome == Unanswered(UNTIL_NS)


def test_an_answer_that_has_begun_in_time_is_heard_to_its_end() -> None:
    it = let_go(exchange(), (UNTIL_NS - 1 * MS, ANSWER[:3]), (UNTIL_NS + 3 * MS, ANSWER[3:]))

    assert it.outcome == Answered(STATE, UNTIL_NS + 3 * MS)


def test_a_line_that_does_not_fall_silent_is_given_up() -> None:
    it = exchange()

    at_ns = 0
    while it.outcome is None:
        at_ns += MS
        it.feed(b"\x55", at_ns)
        it.tick(at_ns)

    assert it.outcome == Spoilt(FrameFault.COLLISION, at_ns)
    assert at_ns < 1_000 * MS


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (ANSWER[:-1], FrameFault.LENGTH),
        (ANSWER[:-1] + b"\0", FrameFault.CHECKSUM),
        (b"\0\1", FrameFault.HEADER),
        (ANSWER + ANSWER, FrameFault.COLLISION),
        (ANSWER + answer_xor8a(BoardState(1, b"\7\7\7")), FrameFault.COLLISION),
        (bytes.fromhex("80 01 FF FF FF FF FF FF FF FF"), FrameFault.COLLISION),
        (b"\x55" * 257, FrameFault.COLLISION),
        (bytes.fromhex("8A 01 00 11 9A"), FrameFault.OPENED_ALL),
    ],
)
def test_what_is_no_answer_is_named_and_ends_with_the_time_of_an_answer(said: bytes, fault: FrameFault) -> None:
    it = let_go(exchange(), (30 * MS, said))

    assert it.outcome == Spoilt(fault, UNTIL_NS)
    assert it.strays == [said if len(said) < 256 else said[:256]]


def test_after_garbage_an_answer_still_counts() -> None:
    it = let_go(exchange(), (20 * MS, b"\0\1"), (60 * MS, ANSWER))

    assert it.outcome == Answered(STATE, 60 * MS)
    assert it.strays == [b"\0\1"]


def test_a_report_is_no_fault() -> None:
    it = let_go(exchange(), (20 * MS, bytes.fromhex("82 01 01 00 82")))

    assert it.outcome == Unanswered(UNTIL_NS)
    assert len(it.strays) == 1


@pytest.mark.parametrize("pause_ns", [0, 40 * MS])
def test_a_question_finds_out_that_the_adapter_echoes(pause_ns: int) -> None:
    runs = [(6 * MS, QUERY), (6 * MS + pause_ns, ANSWER)] if pause_ns else [(6 * MS, QUERY + ANSWER)]
    it = let_go(exchange(echoes=None), *runs)

    assert it.outcome == Answered(STATE, 6 * MS + pause_ns)
    assert it.echoes is True


def test_an_echo_alone_is_no_answer_but_tells_the_adapter() -> None:
    it = let_go(exchange(echoes=None), (6 * MS, QUERY))

    assert it.outcome == Unanswered(UNTIL_NS)
    assert it.echoes is True


def test_silence_tells_that_the_adapter_does_not_echo() -> None:
    assert let_go(exchange(echoes=None)).echoes is False


def test_garbage_tells_nothing_of_the_adapter() -> None:
    assert let_go(exchange(echoes=None), (6 * MS, b"\0\1")).echoes is None


def test_an_echo_that_does_not_come_or_is_spoilt_may_be_another_adapter() -> None:
    it = let_go(exchange(echoes=True), (20 * MS, ANSWER))

    assert it.outcome == Spoilt(FrameFault.COLLISION, UNTIL_NS)
    assert it.echoes is None


def test_no_pulse_is_asked_for_before_the_adapter_is_known() -> None:
    with pytest.raises(ValueError, match="echo"):
        exchange(Unlock(1, 1), echoes=None)


def test_on_an_adapter_that_echoes_only_what_follows_is_an_acknowledgement() -> None:
    unlock = xor8a.encode(Unlock(1, 1))

    alone = let_go(exchange(Unlock(1, 1), echoes=True), (6 * MS, unlock))
    both = let_go(exchange(Unlock(1, 1), echoes=True), (6 * MS, unlock), (12 * MS, unlock))

    assert alone.outcome == Unanswered(UNTIL_NS)
    assert both.outcome == Answered(UnlockAck(1, 1, raw=True), 12 * MS)


def test_who_is_patient_hears_the_second_board() -> None:
    once = let_go(exchange(patient=True), (20 * MS, ANSWER))
    twice = let_go(exchange(patient=True), (20 * MS, ANSWER), (120 * MS, ANSWER))

    assert once.outcome == Answered(STATE, 20 * MS)
    assert twice.outcome == Spoilt(FrameFault.COLLISION, UNTIL_NS)


def test_what_comes_behind_an_answer_is_kept() -> None:
    it = exchange()
    it.feed(ANSWER, 20 * MS)

    it.feed(ANSWER, 60 * MS)

    assert it.outcome == Answered(STATE, 20 * MS)
    assert it.rest() == ANSWER
