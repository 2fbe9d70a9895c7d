"""A line for somebody who waits, at a real pty."""

import threading
import time

import pytest

from drivers.clock import SystemClock
from drivers.lockbus.blocking import BlockingLine
from drivers.locks import xor8a
from drivers.locks.bus import AFTERMATH_NS
from drivers.locks.family import Family
from drivers.locks.frames import BoardState, FrameFault, QueryBoard, Refusal, Unlock, UnlockAck
from drivers.locks.line import LATE_NS
from drivers.locks.port import PortError
from tests.drivers.lockbus.board_thread import BoardThread
from tests.drivers.lockbus.pty_wire import PtyWire
from tests.drivers.locks.boards import MS, Boards, cooling

STATE = b"\xff\xff\xfe"
REPLY_MS = 60
ASKED = QueryBoard(1)


def one_board() -> Boards:
    return Boards(Family.XOR8A, {1: STATE})


def line_of(wire: PtyWire) -> BlockingLine:
    return BlockingLine(str(wire.path), 9_600, SystemClock(), reply_ms=REPLY_MS, pulse_ms=100, latency_ms=0)


@pytest.mark.parametrize("echoes", [False, True])
def test_a_question_has_its_answer(wire: PtyWire, echoes: bool) -> None:
    boards = one_board()
    boards.echoes = echoes

    with BoardThread(wire, boards), line_of(wire) as line:
        assert line.echoes is None
        assert line.ask(ASKED, xor8a) == BoardState(1, STATE)
        assert line.echoes is echoes
        assert line.ask(ASKED, xor8a, patient=True) == BoardState(1, STATE)

    assert boards.heard == [ASKED, ASKED]


def test_silence_is_none_and_the_board_is_let_alone_until_no_answer_can_come_any_more(wire: PtyWire) -> None:
    boards = one_board()
    boards.twist = lambda *_: []

    with BoardThread(wire, boards), line_of(wire) as line:
        began_ns = time.monotonic_ns()
        assert line.ask(ASKED, xor8a) is None
        boards.twist = lambda *_: None
        assert line.ask(ASKED, xor8a) == BoardState(1, STATE)

    assert time.monotonic_ns() - began_ns >= LATE_NS


def test_a_late_answer_is_not_the_answer_to_the_next_question(wire: PtyWire) -> None:
    boards = one_board()
    late = bytes.fromhex("80 01 00 00 02 33 B0")
    boards.twist = lambda *_: [((REPLY_MS + 40) * MS, late)]

    with BoardThread(wire, boards), line_of(wire) as line:
        assert line.ask(ASKED, xor8a) is None
        boards.twist = lambda *_: None
        assert line.ask(ASKED, xor8a) == BoardState(1, STATE)


def test_a_fault_is_named(wire: PtyWire) -> None:
    boards = one_board()
    boards.twist = lambda _, answer: [(0, answer[:-1] + b"\0")]

    with BoardThread(wire, boards), line_of(wire) as line:
        assert line.ask(ASKED, xor8a) is FrameFault.CHECKSUM


def test_who_is_patient_hears_a_second_board(wire: PtyWire) -> None:
    boards = one_board()
    boards.twist = lambda _, answer: [(0, answer), (20 * MS, answer)]

    with BoardThread(wire, boards), line_of(wire) as line:
        assert line.ask(ASKED, xor8a, patient=True) is FrameFault.COLLISION


def test_a_pulse_is_asked_for_once_and_after_the_adapter_is_known(wire: PtyWire) -> None:
    boards = one_board()
    boards.echoes = True

    with BoardThread(wire, boards), line_of(wire) as line:
        assert line.ask(Unlock(1, 1), xor8a) == UnlockAck(1, 1, raw=False)

    assert boards.heard == [ASKED, Unlock(1, 1)]


def test_behind_a_pulse_nothing_is_asked_until_its_coil_is_dead(wire: PtyWire) -> None:
    boards = one_board()
    boards.twist = lambda request, answer: [(0, answer)] if isinstance(request, Unlock) else None

    with BoardThread(wire, boards), line_of(wire) as line:
        began_ns = time.monotonic_ns()
        line.ask(Unlock(1, 1), xor8a)
        line.ask(ASKED, xor8a)

    assert time.monotonic_ns() - began_ns >= 100 * MS + AFTERMATH_NS


def test_a_pulse_that_is_declined_is_told(wire: PtyWire) -> None:
    boards = one_board()
    boards.twist = lambda request, _: [(0, cooling(Family.XOR8A, request))] if isinstance(request, Unlock) else None

    with BoardThread(wire, boards), line_of(wire) as line:
        assert line.ask(Unlock(1, 1), xor8a) == Refusal(1, 2)


def test_without_knowing_the_adapter_no_pulse_is_sent(wire: PtyWire) -> None:
    boards = one_board()
    boards.twist = lambda *_: [(0, b"\0\1\2")]

    with (
        BoardThread(wire, boards),
        line_of(wire) as line,
        pytest.raises(PortError, match="whether the adapter echoes") as caught,
    ):
        line.ask(Unlock(1, 1), xor8a)

    assert caught.value.left_bytes == 0
    assert boards.pulses == []


def test_a_line_that_is_never_silent_is_not_asked(wire: PtyWire) -> None:
    is_over = threading.Event()

    def babble() -> None:
        while not is_over.wait(0.001):
            wire.give(b"\x55")

    babbler = threading.Thread(target=babble)
    # With this latency a pause of the babbler is not taken for silence.
    with BlockingLine(str(wire.path), 9_600, SystemClock(), latency_ms=400) as line:
        babbler.start()
        try:
            with pytest.raises(PortError, match="never silent"):
                line.ask(ASKED, xor8a)
        finally:
            is_over.set()
            babbler.join()

    assert wire.take() == b""


def test_a_port_that_has_gone_is_an_error_and_is_opened_anew_with_the_next_question(wire: PtyWire) -> None:
    with line_of(wire) as line:
        wire.unplug()
        with pytest.raises(PortError, match="ENOENT"):
            line.ask(ASKED, xor8a)

        wire.plug_in()
        with BoardThread(wire, one_board()):
            assert line.ask(ASKED, xor8a) == BoardState(1, STATE)


def test_what_the_family_does_not_have_is_refused_before_anything_is_sent(wire: PtyWire) -> None:
    with line_of(wire) as line, pytest.raises(ValueError, match="allowed is 1–32"):
        line.ask(QueryBoard(0), xor8a)

    assert wire.take() == b""
