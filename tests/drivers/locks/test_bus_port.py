"""A line of lock boards whose port comes and goes."""

import errno

import pytest

from drivers.lock_ports import BoardRead, BusDown, BusUp, PulseBegan, PulseEnd, PulseOver
from drivers.locks.frames import BoardState, Unlock
from drivers.locks.port import PortError
from tests.drivers.locks.board_side import answer_xor8a
from tests.drivers.locks.boards import MS, PULSE_MS
from tests.drivers.locks.rig import START_NS, ListWire, rig

ALL_24 = (1 << 24) - 1
OTHER_STATE = answer_xor8a(BoardState(1, b"\0\0\0"))


def test_a_port_that_is_not_there_is_told_once_and_tried_ever_less_often() -> None:
    line = rig()
    line.port.missing = PortError("ENOENT: No such file or directory")

    line.run(300_000)

    assert line.facts == [BusDown(START_NS, "left", "ENOENT: No such file or directory")]
    # At once, after 1, 3, 7, 15 and 31 s, and then once a minute.
    assert line.port.openings == 6 + 4


def test_a_port_that_is_forbidden_is_tried_once_a_minute() -> None:
    line = rig()
    line.port.missing = PortError("EACCES: Permission denied", number=errno.EACCES)

    line.run(179_000)

    assert line.port.openings == 3


def test_an_adapter_that_is_unplugged_and_put_back_is_found_again() -> None:
    line = rig()
    line.run(1_000)

    line.port.broken = PortError("EIO: Input/output error")
    line.port.missing = PortError("ENOENT: No such file or directory")
    line.run(120_000)
    line.port.missing = None
    facts = line.run(61_000)

    assert [fact.why for fact in line.of(BusDown)] == ["EIO: Input/output error"]
    assert [type(fact) for fact in facts] == [BusUp] + [BoardRead] * 4


def test_a_port_that_comes_and_goes_is_not_tried_more_often_than_one_that_is_away() -> None:
    line = rig()

    for _ in range(100):
        line.port.broken = PortError("EIO: Input/output error")
        line.run(1_000)

    assert line.port.openings < 10


def test_a_pulse_that_the_port_takes_away_with_it_is_unanswered() -> None:
    line = rig()
    line.run(1_000)
    line.order("left/1/1")
    line.run_until(lambda: bool(line.of(PulseBegan)))

    line.port.broken = PortError("EIO: Input/output error")
    line.run(30_000)

    assert [type(fact) for fact in line.facts if not isinstance(fact, BoardRead)] == [
        BusUp,
        PulseBegan,
        BusDown,
        PulseOver,
        BusUp,
    ]
    (began,), (over,) = line.of(PulseBegan), line.of(PulseOver)
    assert over.end is PulseEnd.UNANSWERED
    assert over.at_ns == began.at_ns + PULSE_MS * MS, "its coil may be live: nobody reads again before"
    assert line.boards.pulses == [Unlock(1, 1)]


class DeafWire(ListWire):
    """Takes polls; of a pulse it takes `left_bytes` and is then broken."""

    def __init__(self, left_bytes: int) -> None:
        super().__init__()
        self._left_bytes = left_bytes

    def write(self, data: bytes) -> None:
        if data[0] == 0x8A:
            raise PortError("the port takes nothing more", left_bytes=self._left_bytes)
        super().write(data)


@pytest.mark.parametrize(
    ("left_bytes", "told"),
    [(0, [PulseOver]), (3, [PulseBegan, PulseOver])],
)
def test_a_pulse_that_the_port_does_not_take_is_not_tried_again(left_bytes: int, told: list[type]) -> None:
    line = rig(wire=DeafWire(left_bytes))
    line.run(1_000)

    line.order("left/1/1")
    line.run(30_000)

    pulses = [fact for fact in line.facts if isinstance(fact, PulseBegan | PulseOver)]
    assert [type(fact) for fact in pulses] == told
    assert line.of(PulseOver)[0].end is (PulseEnd.UNANSWERED if left_bytes else PulseEnd.NOT_SENT)


def test_without_a_port_a_pulse_is_not_sent_and_not_kept_for_later() -> None:
    line = rig()
    line.port.missing = PortError("ENOENT: No such file or directory")
    line.run(100)

    line.order("left/1/1")
    line.run(10)
    line.port.missing = None
    line.run(30_000)

    assert [fact.end for fact in line.of(PulseOver)] == [PulseEnd.NOT_SENT]
    assert line.boards.pulses == []
