"""Pulses on a line on which something is wrong."""

import pytest

from drivers.lock_ports import BoardRead, BoardSilent, PulseBegan, PulseEnd, PulseOver
from drivers.locks.family import Family
from drivers.locks.frames import BoardState, QueryBoard, Unlock
from drivers.locks.line import LATE_NS
from tests.drivers.locks.board_side import answer_kerong, answer_xor8a
from tests.drivers.locks.boards import MS, Said, when
from tests.drivers.locks.rig import PULSE_REPLY_MS, REPLY_MS, rig

ALL_24 = (1 << 24) - 1
OTHER_STATE = answer_xor8a(BoardState(1, b"\0\0\0"))


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("said", [[], [(3 * MS, b"\x55\x55\x55")]])
def test_a_pulse_without_an_answer_is_not_sent_again(family: Family, said: Said) -> None:
    line = rig(family)
    line.boards.twist = when(Unlock, 1, lambda _: said)
    line.run(1_000)

    line.order("left/1/1")
    line.run(10_000)

    assert line.boards.pulses == [Unlock(1, 1)]
    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.UNANSWERED]
    assert len(line.of(PulseBegan)) == 1


def test_an_answer_that_names_every_lock_is_no_acknowledgement() -> None:
    line = rig()
    line.boards.twist = when(Unlock, 1, lambda _: [(3 * MS, bytes.fromhex("8A 01 00 00 8B"))])
    line.run(1_000)

    line.order("left/1/1")
    line.run(5_000)

    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.UNANSWERED]
    assert dict(line.bus.faults)["opened_all"] == 1


def test_on_an_adapter_that_echoes_the_echo_of_a_pulse_is_no_acknowledgement() -> None:
    """Byte for byte it is one: a lock that did not move, or one with the other polarity that did."""
    line = rig()
    line.boards.echoes = True
    line.boards.twist = when(Unlock, 1, lambda _: [])
    line.run(1_000)

    line.order("left/1/1")
    line.run(5_000)

    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.UNANSWERED]


def test_no_pulse_leaves_before_it_is_known_whether_the_adapter_echoes() -> None:
    line = rig()
    line.order("left/1/1")

    line.run(2_000)

    assert line.boards.heard[:2] == [QueryBoard(1), Unlock(1, 1)]
    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.ACKNOWLEDGED]


def test_an_echoing_adapter_with_no_board_behind_it_is_no_board() -> None:
    line = rig(boards=1)
    line.boards.echoes = True
    line.boards.states = {}

    line.run(10_000)

    assert [fact.why for fact in line.of(BoardSilent)] == ["no answer"]
    assert line.of(BoardRead) == []


@pytest.mark.parametrize("echoes", [False, True])
def test_an_adapter_that_begins_or_ceases_to_echo_is_noticed(echoes: bool) -> None:
    line = rig(boards=1)
    line.boards.echoes = echoes
    line.run(1_000)

    line.boards.echoes = not echoes
    line.run(5_000)
    line.boards.twist = when(Unlock, 1, lambda _: [])
    line.order("left/1/1")
    line.run(5_000)

    assert line.of(BoardSilent) == []
    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.UNANSWERED]


def test_a_pulse_waits_until_a_late_answer_can_no_longer_be_taken_for_its_own() -> None:
    line = rig(Family.KERONG_CU16, boards=1)
    line.run(1_000)
    line.boards.twist = lambda *_: []
    line.run_until(lambda: line.port.openings == 2)
    asked_ns = line.sent[-1][0]

    line.order("left/1/1")
    line.run(3_000)

    assert line.of(PulseBegan)[0].at_ns == asked_ns + REPLY_MS * MS + LATE_NS


@pytest.mark.parametrize("late_ms", [1, 100, 720])
def test_a_late_acknowledgement_is_not_taken_for_the_state_that_is_asked_for_next(late_ms: int) -> None:
    """Boards of this family answer both with the same frame."""
    line = rig(Family.KERONG_CU16, boards=2)
    line.run(1_000)
    acknowledgement = answer_kerong(BoardState(1, b"\xfe\xff", b"\0\0"))
    line.boards.twist = when(Unlock, 1, lambda _: [((PULSE_REPLY_MS + late_ms) * MS, acknowledgement)])

    line.order("left/1/1")
    facts = line.run(10_000)

    assert [fact.board for fact in facts if isinstance(fact, BoardRead)] == [2, 2, 1, 1]
    assert all(fact.locked == (1 << 16) - 1 for fact in line.of(BoardRead))


def test_a_pulse_that_could_not_be_sent_in_time_is_never_sent() -> None:
    line = rig(boards=1)
    line.boards.twist = when(Unlock, 1, lambda _: [])
    line.run(1_000)
    locks = [f"left/1/{lock}" for lock in range(1, 5)]

    for lock in locks:
        line.order(lock)
    line.run(20_000)

    assert line.boards.pulses == [Unlock(1, 1), Unlock(1, 2)]
    ends = {fact.lock: fact.end for fact in line.of(PulseOver)}
    assert list(ends) == locks
    assert list(ends.values()) == [PulseEnd.UNANSWERED] * 2 + [PulseEnd.NOT_SENT] * 2
