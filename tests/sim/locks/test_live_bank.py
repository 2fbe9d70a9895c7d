"""A bank in real time: threads carry the bytes."""

from collections.abc import Iterator
from pathlib import Path
from threading import enumerate as threads

import pytest
import serial

from drivers.clock import SystemClock
from drivers.locks import xor8a
from drivers.locks.frames import BoardState, QueryBoard, Unlock, UnlockAck
from sim.acts.bank import Adapter, Force, Pull
from sim.acts.words import AdapterState
from sim.locks.live_bank import LiveBank
from sim.locks.setup import Family, bank_of

PATIENCE_S = 60.0
QUERY = xor8a.encode(QueryBoard(1))


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveBank]:
    bus, doors = bank_of("left", Family.XOR8A, 1, 8)
    with LiveBank(doors, [bus], tmp_path, SystemClock()) as made:
        yield made


def opened(live: LiveBank) -> serial.Serial:
    return serial.Serial(str(live.paths["left"]), 9_600, timeout=PATIENCE_S, exclusive=True)


def test_board_answers_whoever_waits(live: LiveBank) -> None:
    with opened(live) as port:
        port.write(QUERY)
        assert isinstance(xor8a.decode(QueryBoard(1), port.read(7)), BoardState)

        port.write(xor8a.encode(Unlock(1, 2)))
        ack = xor8a.decode(Unlock(1, 2), port.read(5))

    assert ack == UnlockAck(1, 2, raw=False)
    assert live.is_open("02")
    assert not live.is_open("01")


def test_act_is_done_when_it_returns(live: LiveBank) -> None:
    live.perform(Force(door="03"))

    assert live.is_open("03")
    with pytest.raises(ValueError, match="the bank has"):
        live.perform(Pull(door="99"))


def test_adapter_that_was_out_is_heard_again(live: LiveBank) -> None:
    for _ in range(3):
        with opened(live) as port:
            live.perform(Adapter(bus="left", state=AdapterState.OUT))
            with pytest.raises(serial.SerialException):
                port.read(1)
        with pytest.raises(serial.SerialException):
            opened(live)
        live.perform(Adapter(bus="left", state=AdapterState.IN))
        with opened(live) as port:
            port.write(QUERY)
            assert len(port.read(7)) == 7


def test_it_leaves_no_thread_and_no_path(tmp_path: Path) -> None:
    before = threads()
    bus, doors = bank_of("left", Family.XOR8A, 1, 8)

    with LiveBank(doors, [bus], tmp_path, SystemClock()):
        assert len(threads()) == len(before) + 2

    assert threads() == before
    assert list(tmp_path.iterdir()) == []
