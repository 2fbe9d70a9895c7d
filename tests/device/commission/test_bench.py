"""The bank as it is read: bits, contacts, and what is silent."""

import pytest

from device.commission.bench import Bus, Header, RealBench
from device.commission.signals import Bit, Board, Pin, Silence, Snapshot
from drivers.lock_ports import BoardSilent, PulseBegan, PulseEnd, PulseOver
from drivers.locks import xor8a
from drivers.locks.frames import BoardState, Codec, FrameFault, QueryBoard, Refusal, Reply, Request, Unlock, UnlockAck
from drivers.locks.port import PortError
from drivers.ports import Edge

BOARD = Board("left", 1, 1, 8)
Answer = Reply | FrameFault | PortError | None


class Line:
    """Answers what it was told to; `asked` is what it heard."""

    echoes: bool | None = False

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[Request] = []

    def ask(self, request: Request, codec: Codec, *, patient: bool = False) -> Reply | FrameFault | None:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, PortError):
            raise answer
        return answer


def bench_of(*answers: Answer) -> RealBench:
    return RealBench([Bus("left", Line(*answers), xor8a, [BOARD])])


def test_bits_are_told_as_they_come() -> None:
    board = Board("left", 1, 2, 16)
    bench = RealBench([Bus("left", Line(BoardState(1, bytes([0x01, 0x80]))), xor8a, [board])])

    snapshot = bench.read()

    assert snapshot.inputs == {Bit("left", 1, place) for place in range(16)}
    assert snapshot.high == {Bit("left", 1, 0), Bit("left", 1, 15)}


@pytest.mark.parametrize(
    ("answer", "silence"),
    [
        (None, Silence("left/1", "no answer")),
        (FrameFault.CHECKSUM, Silence("left/1", "checksum", garbled=True)),
        (FrameFault.COLLISION, Silence("left/1", "collision", garbled=True)),
        (FrameFault.UNASKED, Silence("left/1", "unasked")),
        (BoardState(1, bytes(3)), Silence("left/1", "length", garbled=True)),
        (Refusal(1, 2), Silence("left/1", "no answer")),
        (PortError("EIO: it has gone"), Silence("left", "EIO: it has gone")),
    ],
)
def test_what_is_no_answer_is_silence(answer: Answer, silence: Silence) -> None:
    assert bench_of(answer).read() == Snapshot(frozenset(), frozenset(), (silence,))


def test_a_line_that_is_lost_is_told_once_and_not_for_every_board() -> None:
    lost = PortError("EIO")
    bench = RealBench([Bus("left", Line(lost, lost), xor8a, [BOARD, Board("left", 2, 1, 8)])])

    assert bench.read().silent == (Silence("left", "EIO"),)


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (UnlockAck(1, 3, raw=False), PulseEnd.ACKNOWLEDGED),
        (Refusal(1, 2), PulseEnd.REFUSED),
        (None, PulseEnd.UNANSWERED),
        (FrameFault.CHECKSUM, PulseEnd.UNANSWERED),
        (PortError("EIO"), PulseEnd.NOT_SENT),
        (PortError("EIO", left_bytes=3), PulseEnd.UNANSWERED),
    ],
)
def test_a_pulse_ends_as_its_board_says(answer: Answer, end: PulseEnd) -> None:
    assert bench_of(answer).pulse("left/1/3") is end


def test_a_pulse_is_asked_for_once() -> None:
    line = Line(None)
    RealBench([Bus("left", line, xor8a, [BOARD])]).pulse("left/1/3")

    assert line.asked == [Unlock(1, 3)]


def test_every_board_is_asked_with_the_question_that_is_used_later() -> None:
    line = Line(BoardState(1, b"\0"))
    RealBench([Bus("left", line, xor8a, [BOARD])]).read()

    assert line.asked == [QueryBoard(1)]


def test_contacts_are_silent_until_all_of_a_chip_were_read() -> None:
    header = Header(frozenset({"reeds/0", "reeds/1", "GPIO5"}))
    header.post(Edge(1, "GPIO5", True))
    header.post(Edge(1, "reeds/0", True))
    assert header.snapshot().silent == (Silence("reeds", "not read yet"),)

    header.post(Edge(2, "reeds/1", False))

    snapshot = header.snapshot()
    assert snapshot.silent == ()
    assert snapshot.inputs == {Pin("reeds/0"), Pin("reeds/1"), Pin("GPIO5")}
    assert snapshot.high == {Pin("reeds/0"), Pin("GPIO5")}


def test_a_chip_that_is_lost_is_silent_until_all_of_it_was_read_again() -> None:
    header = Header(frozenset({"reeds/0", "reeds/1"}))
    for pin in ("reeds/0", "reeds/1"):
        header.post(Edge(1, pin, True))
    header.post(BoardSilent(2, "reeds", 0x20, "no acknowledgement"))
    assert header.snapshot() == Snapshot(frozenset(), frozenset(), (Silence("reeds", "no acknowledgement"),))

    header.post(Edge(3, "reeds/0", True))
    assert header.snapshot().silent
    header.post(Edge(3, "reeds/1", True))

    assert not header.snapshot().silent


def test_pins_of_others_are_passed_over() -> None:
    header = Header(frozenset({"GPIO5"}))
    header.post(Edge(1, "GPIO6", True))
    header.post(Edge(1, "GPIO5", False))

    assert header.snapshot() == Snapshot(frozenset({Pin("GPIO5")}), frozenset())


def test_the_end_of_a_relays_pulse_is_waited_for() -> None:
    header = Header(frozenset({"GPIO5"}))
    header.post(PulseBegan(1, "GPIO16"))
    header.post(Edge(2, "GPIO5", True))
    header.post(PulseOver(3, "GPIO16", PulseEnd.ACKNOWLEDGED))

    assert header.pulse_end() is PulseEnd.ACKNOWLEDGED
    assert header.snapshot().high == {Pin("GPIO5")}
