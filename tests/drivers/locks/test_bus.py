"""One line of lock boards on which nothing is wrong."""

import pytest

from drivers.lock_ports import BoardRead, BoardSilent, BusUp, PulseBegan, PulseEnd, PulseOver
from drivers.locks.bus import AFTERMATH_NS, Bus
from drivers.locks.bus_settings import BoardSettings, BusSettings
from drivers.locks.family import Family
from drivers.locks.frames import AllOff, QueryBoard, Unlock
from drivers.locks.wiring import ByteOrder, Polarity
from tests.drivers.locks.boards import MS, PULSE_MS, Boards, cooling
from tests.drivers.locks.rig import START_NS, ListWire, Rig, rig, settings

FAMILIES = pytest.mark.parametrize("family", Family)
ALL_24 = (1 << 24) - 1


@FAMILIES
@pytest.mark.parametrize("echoes", [False, True])
def test_every_board_is_told_twice_at_start_and_then_nothing_while_nothing_changes(
    family: Family, echoes: bool
) -> None:
    line = rig(family)
    line.boards.echoes = echoes

    line.run(10_000)

    assert line.facts[0] == BusUp(START_NS, "left")
    told = [(fact.board, bin(fact.locked).count("1")) for fact in line.of(BoardRead)]
    locks = {Family.XOR8A: 24, Family.KERONG_CU16: 16, Family.MODBUS_RELAY: 8}[family]
    assert told == [(1, locks), (2, locks), (1, locks), (2, locks)]
    assert len(line.facts) == 5
    assert line.bus.faults == ()


@FAMILIES
def test_every_board_is_asked_four_times_a_second(family: Family) -> None:
    line = rig(family, boards=5)
    line.run(1_000)
    before = len(line.boards.heard)

    line.run(10_000)

    asked = line.boards.heard[before:]
    assert all(40 <= asked.count(QueryBoard(number)) <= 41 for number in range(1, 6))


def test_a_round_of_five_boards_costs_few_steps() -> None:
    line = rig(boards=5)
    line.run(1_000)
    before, asked = line.steps, len(line.sent)

    line.run(10_000)

    # One to ask, one for the answer, one for the silence behind it, and now and then one more.
    assert line.steps - before <= 4 * (len(line.sent) - asked)


def test_a_change_is_told_with_the_reading_that_confirms_it() -> None:
    line = rig()
    line.run(1_000)

    line.boards.states[2] = bytes.fromhex("FB FF FF")
    told = line.run(10_000)

    assert [(fact.board, fact.locked) for fact in told if isinstance(fact, BoardRead)] == [(2, ALL_24 ^ 4)] * 2


def test_a_change_that_is_taken_back_is_told_as_such() -> None:
    line = rig(boards=1)
    line.run(1_000)

    line.boards.states[1] = bytes.fromhex("FE FF FF")
    line.run_until(lambda: line.of(BoardRead)[-1].locked != ALL_24)
    line.boards.states[1] = bytes.fromhex("FF FF FF")
    line.run(5_000)

    assert [fact.locked for fact in line.of(BoardRead)[2:]] == [ALL_24 - 1, ALL_24, ALL_24]


def test_a_reading_says_what_is_locked_whatever_the_wiring_and_the_order() -> None:
    boards = (BoardSettings(1, 12, Polarity.SET_WHEN_OPEN, ByteOrder.LOW_LAST),)
    line = Rig(
        Boards(Family.XOR8A, {1: bytes.fromhex("FF 80 02")}),
        ListWire(),
        BusSettings(name="left", port="", family=Family.XOR8A, baud=9_600, pulse_ms=300, latency_ms=0, boards=boards),
    )

    line.run(100)

    # Twelve locks: 1–8 are in the last byte, 9–12 in the middle one, of which the upper half means nothing.
    assert line.of(BoardRead)[0].locked == 0b1111_11111101


def test_what_sensors_see_is_told_beside_the_locks() -> None:
    line = rig(Family.KERONG_CU16, boards=1)
    line.boards.states[1] = bytes.fromhex("FE FF 01 80")

    line.run(100)

    assert line.of(BoardRead)[0].locked == 0xFFFE
    assert line.of(BoardRead)[0].occupied == 0x8001


@FAMILIES
@pytest.mark.parametrize("echoes", [False, True])
def test_a_pulse_is_written_once_and_then_every_board_is_read_twice(family: Family, echoes: bool) -> None:
    line = rig(family)
    line.boards.echoes = echoes
    line.run(1_000)
    line.run_until_idle()
    ordered_ns = line.now_ns

    line.order("left/2/7")
    began, over, *reads = line.run(5_000)

    assert line.boards.pulses == [Unlock(2, 7)]
    assert began == PulseBegan(ordered_ns, "left/2/7")
    assert isinstance(over, PulseOver)
    assert (over.lock, over.end) == ("left/2/7", PulseEnd.ACKNOWLEDGED)
    assert over.at_ns >= began.at_ns + PULSE_MS * MS
    assert [fact.board for fact in reads if isinstance(fact, BoardRead)] == [1, 2, 1, 2]
    assert len(reads) == 4


@FAMILIES
def test_nothing_is_asked_while_a_coil_is_live_nor_just_behind_it(family: Family) -> None:
    line = rig(family)
    line.run(1_000)
    line.run_until_idle()
    ordered_ns = line.now_ns

    line.order("left/1/1")
    line.run(2_000)

    (over,) = line.of(PulseOver)
    written_ns = [at_ns for at_ns, _ in line.sent if at_ns > ordered_ns]
    assert min(written_ns) == over.at_ns + AFTERMATH_NS


def test_two_doors_are_verified_within_half_a_second_of_the_pulse_on_five_boards() -> None:
    line = rig(boards=5)
    line.run(1_000)

    line.order("left/3/1")
    facts = line.run(5_000)

    (over,) = line.of(PulseOver)
    assert len([fact for fact in facts if isinstance(fact, BoardRead)]) == 10
    assert facts[-1].at_ns - over.at_ns < 500 * MS


def test_a_pulse_goes_before_the_polls_and_waits_for_one_answer_at_most() -> None:
    line = rig(boards=5)
    line.run(1_000)

    for _ in range(50):
        line.run(17)
        ordered_ns = line.now_ns
        line.order("left/5/1")
        line.run_until(lambda: not line.bus.is_pulsing)
        began_ns = line.of(PulseBegan)[-1].at_ns
        # Request and answer are 12 characters, 3 ms are the board's, 5 ms are silence.
        assert began_ns - ordered_ns <= 21 * MS


def test_pulses_that_are_asked_for_together_follow_each_other() -> None:
    line = rig(Family.MODBUS_RELAY)
    line.run(1_000)

    line.order("left/1/1")
    line.order("left/2/1")
    line.run(2_000)

    assert line.boards.pulses == [Unlock(1, 1), Unlock(2, 1)]
    told = [type(fact) for fact in line.facts if isinstance(fact, PulseBegan | PulseOver)]
    assert told == [PulseBegan, PulseOver, PulseBegan, PulseOver]
    assert line.of(PulseBegan)[1].at_ns - line.of(PulseBegan)[0].at_ns >= PULSE_MS * MS


@pytest.mark.parametrize("family", [Family.XOR8A, Family.MODBUS_RELAY])
def test_a_board_that_cools_down_has_refused_and_is_not_asked_again(family: Family) -> None:
    line = rig(family)
    line.boards.twist = lambda request, _: [(3 * MS, cooling(family, request))] if isinstance(request, Unlock) else None
    line.run(1_000)

    line.order("left/1/1")
    line.run(5_000)

    (over,) = line.of(PulseOver)
    assert over.end is PulseEnd.REFUSED
    assert over.at_ns < START_NS + 1_050 * MS
    assert len(line.boards.pulses) == 1


def test_a_pulse_elsewhere_has_every_board_read_twice_behind_its_aftermath() -> None:
    line = rig()
    line.run(1_100)
    asked_ns = line.now_ns

    line.bus.reread()
    told = [fact for fact in line.run(5_000) if isinstance(fact, BoardRead)]

    assert [fact.board for fact in told if fact.at_ns > asked_ns + AFTERMATH_NS] == [1, 2, 1, 2]


def test_relays_are_switched_off_when_their_board_is_heard_and_never_pulsed_by_that() -> None:
    line = rig(Family.MODBUS_RELAY, boards=2)

    line.run(5_000)

    assert [one for one in line.boards.heard if not isinstance(one, QueryBoard)] == [AllOff(1), AllOff(2)]
    assert line.boards.heard[:4] == [QueryBoard(1), QueryBoard(2), AllOff(1), AllOff(2)]


def test_relays_that_do_not_say_that_they_are_off_are_polled_all_the_same() -> None:
    line = rig(Family.MODBUS_RELAY, boards=1)
    line.boards.twist = lambda request, _: [] if isinstance(request, AllOff) else None

    line.run(10_000)

    assert line.boards.heard.count(AllOff(1)) == 1
    assert line.of(BoardSilent) == []
    assert line.boards.heard.count(QueryBoard(1)) > 30


def test_relays_that_are_switched_off_while_a_coil_is_live_elsewhere_are_read_behind_its_aftermath() -> None:
    line = rig(Family.MODBUS_RELAY, boards=1)
    line.run_until(lambda: AllOff(1) in line.boards.heard)
    begun_ns = line.now_ns

    line.bus.reread()
    line.run(1_000)

    after = [at_ns for at_ns, _ in line.sent if at_ns > begun_ns]
    assert after[0] == begun_ns + AFTERMATH_NS


def test_a_line_that_is_opened_while_a_coil_is_live_elsewhere_asks_behind_its_aftermath() -> None:
    line = rig()

    line.bus.reread()
    line.run(1_000)

    assert line.sent[0][0] == START_NS + AFTERMATH_NS


def test_a_lock_that_is_not_on_this_line_is_refused() -> None:
    line = rig()

    for lock in ("right/1/1", "left/3/1", "left/1/25", "left/1/0", "left", "GPIO16"):
        with pytest.raises(ValueError, match="the bus left has none of this name"):
            line.order(lock)

    line.run(1_000)
    assert line.boards.pulses == []


def test_who_leaves_sees_a_pulse_to_its_end_and_begins_no_other() -> None:
    line = rig()
    line.run(1_000)
    line.order("left/1/1")
    line.run_until(lambda: bool(line.of(PulseBegan)))
    line.order("left/1/2")

    line.bus.leave()
    line.run_until(lambda: not line.bus.is_pulsing)
    line.bus.close()

    assert line.boards.pulses == [Unlock(1, 1)]
    ends = {over.lock: over.end for over in line.of(PulseOver)}
    assert ends == {"left/1/1": PulseEnd.ACKNOWLEDGED, "left/1/2": PulseEnd.NOT_SENT}


@pytest.mark.parametrize(
    ("boards", "match"),
    [
        ((BoardSettings(33, 1, Polarity.SET_WHEN_LOCKED),), "allowed is 1–32"),
        ((BoardSettings(1, 51, Polarity.SET_WHEN_LOCKED),), "allowed is 1–50"),
        ((BoardSettings(1, 8, Polarity.SET_WHEN_OPEN),) * 2, "two boards with one number"),
    ],
)
def test_boards_that_cannot_be_are_refused(boards: tuple[BoardSettings, ...], match: str) -> None:
    there = BusSettings(name="left", port="", family=Family.XOR8A, baud=9_600, pulse_ms=300, boards=boards)

    with pytest.raises(ValueError, match=match):
        Bus(there, ListWire(), START_NS)


def test_a_line_without_boards_only_listens() -> None:
    line = Rig(Boards(Family.XOR8A, {}), ListWire(), settings(boards=0))

    line.run(5_000)

    assert line.facts == [BusUp(START_NS, "left")]
    assert line.sent == []
    assert line.bus.due_ns() is None
