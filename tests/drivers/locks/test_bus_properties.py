"""What holds on a line of lock boards whatever is heard on it."""

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.lock_ports import BoardRead, BoardSilent, LockFact, PulseBegan, PulseEnd, PulseOver
from drivers.locks.board_watch import FAILURES
from drivers.locks.family import Family
from drivers.locks.frames import BoardState, QueryBoard, Refusal, Report, Request, Unlock, UnlockAck
from drivers.locks.line import LATE_NS
from drivers.locks.port import PortError
from tests.drivers.locks.board_side import answer_kerong, answer_modbus, answer_xor8a
from tests.drivers.locks.boards import MS, Boards, Said
from tests.drivers.locks.rig import LOCKS, SHUT, ListWire, Rig, rig, settings

# Seconds of a line's life each, in some hundred steps, on a machine that may have other things to do.
LONG = hypothesis.settings(max_examples=30, deadline=None)
FAMILIES = pytest.mark.parametrize("family", Family)

# Boards 1 and 2 are configured; what others say is heard too.
NUMBERS = st.integers(1, 3)
DELAYS = st.integers(0, 40).map(lambda steps: steps * 8 * MS)


def states(widths: st.SearchStrategy[int]) -> st.SearchStrategy[BoardState]:
    """Whose a state is can be seen in it: the two lowest locks are the number of the board."""
    return st.builds(
        lambda board, rest, width: BoardState(board, bytes([4 * rest + board] + [rest] * (width - 1))),
        NUMBERS,
        st.integers(0, 63),
        widths,
    )


def frames(family: Family) -> st.SearchStrategy[bytes]:
    """What boards of this family may say, and what hardly sounds like it."""
    noise = st.one_of(st.binary(min_size=1, max_size=20), st.just(b"\x55" * 300))
    match family:
        case Family.XOR8A:
            acks = st.builds(UnlockAck, NUMBERS, NUMBERS, st.booleans())
            reports = st.builds(Report, NUMBERS, NUMBERS, st.booleans())
            return st.one_of(noise, st.one_of(acks, reports, states(st.integers(3, 4))).map(answer_xor8a))
        case Family.KERONG_CU16:
            said = states(st.just(2)).map(lambda state: BoardState(state.board, state.feedback, b"\1\2"))
            return st.one_of(noise, st.builds(answer_kerong, said, st.sampled_from([0x35, 0x36])))
        case Family.MODBUS_RELAY:
            replies = st.one_of(
                states(st.just(1)),
                st.builds(lambda board, lock: UnlockAck(board, lock, None), NUMBERS, NUMBERS),
                st.builds(Refusal, NUMBERS, st.integers(1, 8)),
            )
            return st.one_of(noise, replies.map(lambda reply: answer_modbus(reply, 300)))


class Liars:
    """Instead of an answer: some runs of bytes, each after its time, drawn anew for every question."""

    def __init__(self, family: Family, data: st.DataObject) -> None:
        self._said = st.lists(st.tuples(DELAYS, frames(family)), max_size=3)
        self._right = st.booleans()
        self._data = data

    def __call__(self, request: Request, answer: bytes) -> Said:
        right = [(3 * MS, answer)] if self._data.draw(self._right) else []
        return right + self._data.draw(self._said)


@FAMILIES
@LONG
@given(data=st.data(), echoes=st.booleans())
def test_no_bytes_tell_anything_of_a_board_that_was_not_asked_just_before(
    family: Family, data: st.DataObject, echoes: bool
) -> None:
    line = rig(family)
    line.boards.states = {number: bytes([number]) + SHUT[family][1:] for number in (1, 2)}
    line.boards.echoes = echoes
    line.boards.twist = Liars(family, data)

    line.run(3_000)

    for fact in line.of(BoardRead):
        at_ns, frame = [(at_ns, frame) for at_ns, frame in line.sent if at_ns < fact.at_ns][-1]
        assert asks(family, frame, fact.board)
        # An answer that has begun in time is heard to its end, all 256 bytes of it.
        assert fact.at_ns - at_ns < 700 * MS
        assert fact.locked % 4 == fact.board
        assert fact.locked < 1 << LOCKS[family]


@FAMILIES
@LONG
@given(data=st.data(), echoes=st.booleans(), orders=st.lists(st.integers(0, 3_000), max_size=4))
def test_a_pulse_is_written_once_at_most_whatever_is_heard(
    family: Family, data: st.DataObject, echoes: bool, orders: list[int]
) -> None:
    line = rig(family)
    line.boards.echoes = echoes
    line.boards.twist = Liars(family, data)
    locks = [f"left/{1 + number % 2}/{1 + number}" for number in range(len(orders))]

    for lock, pause_ms in zip(locks, orders, strict=True):
        line.run(pause_ms)
        line.order(lock)
    line.run_until(lambda: not line.bus.is_pulsing)

    written = [f"left/{unlock.board}/{unlock.lock}" for unlock in line.boards.pulses if isinstance(unlock, Unlock)]
    assert len(set(written)) == len(written)
    assert set(written) <= set(locks)
    assert written == [fact.lock for fact in line.of(PulseBegan)]
    assert sorted(fact.lock for fact in line.of(PulseOver)) == sorted(locks)
    for over in line.of(PulseOver):
        assert (over.end is PulseEnd.NOT_SENT) is (over.lock not in written)
    assert none_overlap(line.facts)


@FAMILIES
@LONG
@given(data=st.data(), wishes=st.lists(st.sampled_from(["pulse", "reread", "break"]), max_size=12))
def test_what_is_due_is_done_when_it_is_due(family: Family, data: st.DataObject, wishes: list[str]) -> None:
    """The rig sees to it: a line that is due and does nothing would be stepped for ever."""
    line = rig(family, reply_ms=data.draw(st.sampled_from([50, 250, 1_500])))
    line.boards.twist = Liars(family, data)

    for wish in wishes:
        line.run(data.draw(st.integers(0, 60)) * 8)
        match wish:
            case "pulse":
                line.order(f"left/{data.draw(st.integers(1, 2))}/1")
            case "reread":
                line.bus.reread()
            case _:
                line.port.broken = PortError("EIO")
    line.run(10_000)

    assert not line.bus.is_pulsing


@FAMILIES
@LONG
@given(data=st.data(), boards=st.integers(1, 2), reply_ms=st.sampled_from([50, 250, 1_500, 5_000]))
def test_no_answer_is_taken_for_the_answer_to_a_later_question(
    family: Family, data: st.DataObject, boards: int, reply_ms: int
) -> None:
    """Each answer says of which question it is; it comes in time or late, when others may have been asked."""
    longest_ms = reply_ms + LATE_NS // MS
    asked: dict[int, int] = dict.fromkeys(range(1, boards + 1), 0)
    questions: list[tuple[int, int]] = []

    def number(request: Request, _: bytes) -> Said:
        if not isinstance(request, QueryBoard):
            return []
        asked[request.board] = (asked[request.board] + 1) % 128
        questions.append((request.board, asked[request.board]))
        frame_ms = 20
        delay_ns = data.draw(st.integers(0, longest_ms - frame_ms)) * MS
        return [(delay_ns, state_of(family, request.board, asked[request.board]))]

    there = Boards(family, dict.fromkeys(asked, SHUT[family]), number)
    line = Rig(there, ListWire(), settings(family, boards, reply_ms=reply_ms))

    seen = 0
    for _ in range(40):
        line.run(longest_ms // 10)
        told = line.of(BoardRead)
        for fact in told[seen:]:
            asked_ns = [at_ns for at_ns, frame in line.sent if asks(family, frame, fact.board) and at_ns < fact.at_ns]
            counts = [count for board, count in questions if board == fact.board]
            assert fact.locked == counts[len(asked_ns) - 1]
        seen = len(told)


@LONG
@given(data=st.data())
def test_a_board_is_silent_only_after_three_failures_and_heard_only_by_an_answer(data: st.DataObject) -> None:
    line = rig(boards=1)
    fates: list[bool] = []

    def perhaps(_: Request, answer: bytes) -> Said:
        fates.append(data.draw(st.booleans()))
        return [(3 * MS, answer)] if fates[-1] else []

    line.boards.twist = perhaps
    line.run(15_000)

    expected = 0
    failures = 0
    for is_answered in fates[:-1] if line.sent[-1][0] > line.now_ns - 300 * MS else fates:
        failures = 0 if is_answered else failures + 1
        expected += failures == FAILURES
    assert len(line.of(BoardSilent)) == expected


def none_overlap(facts: list[LockFact]) -> bool:
    live = 0
    for fact in facts:
        if isinstance(fact, PulseBegan):
            live += 1
            if live > 1:
                return False
        elif isinstance(fact, PulseOver) and fact.end is not PulseEnd.NOT_SENT:
            live -= 1
    return live == 0


def state_of(family: Family, board: int, count: int) -> bytes:
    match family:
        case Family.XOR8A:
            return answer_xor8a(BoardState(board, bytes([count, 0, 0])))
        case Family.KERONG_CU16:
            return answer_kerong(BoardState(board, bytes([count, 0]), b"\0\0"))
        case Family.MODBUS_RELAY:
            return answer_modbus(BoardState(board, bytes([count])), 300)


def asks(family: Family, frame: bytes, board: int) -> bool:
    """Whether it is a question for the state of this board."""
    match family:
        case Family.XOR8A:
            return frame[:2] == bytes([0x80, board])
        case Family.KERONG_CU16:
            return frame[1:3] == bytes([board << 4, 0x30])
        case Family.MODBUS_RELAY:
            return frame[:2] == bytes([board, 2])
