"""The bus over pyserial and a real pty, in virtual time: what a simulation does."""

from collections.abc import Callable

import pytest

from drivers.lock_ports import BoardRead, BoardSilent, BusDown, BusUp, PulseBegan, PulseEnd, PulseOver
from drivers.locks.family import Family
from drivers.locks.frames import BoardState, QueryBoard, Report, Request, Unlock
from tests.drivers.lockbus.pty_wire import PtyWire
from tests.drivers.locks.board_side import answer_xor8a
from tests.drivers.locks.boards import MS, Said, cooling
from tests.drivers.locks.rig import Rig, rig

OTHER_STATE = answer_xor8a(BoardState(1, b"\0\0\0"))
REPORT = answer_xor8a(Report(1, 2, raw=False))


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("echoes", [False, True])
def test_boards_are_read_and_a_lock_is_released_once(wire: PtyWire, family: Family, echoes: bool) -> None:
    line = rig(family, wire=wire)
    line.boards.echoes = echoes

    line.run(1_000)
    line.order("left/2/3")
    line.run(3_000)

    assert [type(fact) for fact in line.facts] == [
        BusUp,
        *[BoardRead] * 4,
        PulseBegan,
        PulseOver,
        *[BoardRead] * 4,
    ]
    assert line.boards.pulses == [Unlock(2, 3)]
    assert line.of(PulseOver)[0].end is PulseEnd.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param(lambda _: [], "no answer", id="no answer"),
        pytest.param(lambda _: [(400 * MS, OTHER_STATE)], "no answer", id="late"),
        pytest.param(lambda answer: [(3 * MS, b"\0\xff" + answer)], None, id="garbage first"),
        pytest.param(lambda answer: [(3 * MS, answer[:-2])], "length", id="truncated"),
        pytest.param(lambda answer: [(3 * MS, answer[:-1] + b"\0")], "collision", id="bad checksum"),
        pytest.param(lambda answer: [(3 * MS, answer), (40 * MS, OTHER_STATE)], "collision", id="two boards in turn"),
        pytest.param(lambda answer: [(3 * MS, answer + OTHER_STATE)], "collision", id="two boards at once"),
        pytest.param(lambda _: [(3 * MS, answer_xor8a(BoardState(1, bytes(2))))], "length", id="too short"),
        pytest.param(lambda _: [(3 * MS, answer_xor8a(BoardState(1, b"\xff" * 4)))], None, id="eight bytes"),
        pytest.param(lambda _: [(3 * MS, answer_xor8a(BoardState(1, b"\xff" * 7)))], None, id="eleven bytes"),
        pytest.param(lambda answer: [(3 * MS, REPORT), (30 * MS, answer)], None, id="report first"),
        pytest.param(lambda answer: [(3 * MS, answer + REPORT)], None, id="report behind"),
    ],
)
@pytest.mark.parametrize("echoes", [False, True])
def test_what_a_board_may_do_wrong(wire: PtyWire, said: Callable[[bytes], Said], why: str | None, echoes: bool) -> None:
    line = rig(boards=2, wire=wire)
    line.boards.echoes = echoes
    line.boards.twist = lambda request, answer: said(answer) if request == QueryBoard(1) else None

    line.run(6_000)

    assert [(fact.board, fact.why) for fact in line.of(BoardSilent)] == ([] if why is None else [(1, why)])
    assert [fact.locked for fact in line.of(BoardRead) if fact.board == 2] == [(1 << 24) - 1] * 2
    if why is None:
        assert [fact.locked for fact in line.of(BoardRead) if fact.board == 1] == [(1 << 24) - 1] * 2


def test_a_board_that_cools_down_has_refused(wire: PtyWire) -> None:
    def cool(request: Request, _: bytes) -> Said | None:
        return [(3 * MS, cooling(Family.XOR8A, request))] if isinstance(request, Unlock) else None

    line = rig(wire=wire)
    line.boards.twist = cool
    line.run(1_000)

    line.order("left/1/1")
    line.run(3_000)

    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.REFUSED]


def test_an_adapter_that_is_unplugged_in_the_middle_of_a_pulse_and_put_back(wire: PtyWire) -> None:
    line = rig(wire=wire)
    line.run(1_000)
    line.order("left/1/1")
    line.run_until(lambda: bool(line.of(PulseBegan)))

    wire.unplug()
    line.run(40_000)
    wire.plug_in()
    line.run(61_000)

    told = [fact for fact in line.facts if not isinstance(fact, BoardRead)]
    assert [type(fact) for fact in told] == [BusUp, PulseBegan, BusDown, PulseOver, BusUp]
    assert line.of(PulseOver)[0].end is PulseEnd.UNANSWERED
    assert line.of(BusDown)[0].why.startswith("EIO")
    assert line.boards.pulses == [Unlock(1, 1)]
    assert [fact.board for fact in line.of(BoardRead)[-4:]] == [1, 2, 1, 2]


def test_an_adapter_that_is_not_there_at_start(wire: PtyWire) -> None:
    wire.unplug()
    line = rig(wire=wire)
    line.run(2_000)
    assert [fact.why.split(":")[0] for fact in line.of(BusDown)] == ["ENOENT"]

    wire.plug_in()
    line.run(2_000)

    assert [type(fact) for fact in line.facts] == [BusDown, BusUp, *[BoardRead] * 4]


def test_two_runs_with_the_same_faults_are_the_same(wire: PtyWire) -> None:
    def run() -> tuple[object, ...]:
        line = rig(boards=3, wire=wire)
        line.boards.twist = lambda request, _: [] if len(line.sent) % 7 == 3 else None
        line.run(2_000)
        line.order("left/3/1")
        line.run(4_000)
        line.bus.close()
        return (*line.facts, *line.sent)

    assert run() == run()


def test_a_bus_is_asked_for_no_step_that_it_does_not_need(wire: PtyWire) -> None:
    line: Rig = rig(boards=5, wire=wire)

    line.run(10_000)

    assert line.steps < 1_000
