"""Relay boards on Modbus, against every published frame and against the driver's codec."""

import pytest

from drivers.locks.frames import AllOff, BoardState, OffAck, QueryBoard, Refusal, Unlock, UnlockAck
from drivers.locks.modbus_relay import ModbusRelay
from drivers.locks.wiring import Polarity, Wiring
from sim.acts.words import LockBoardState
from sim.locks.boards.modbus_relay import ModbusRelayBoard
from sim.locks.setup import BoardSetup
from tests.drivers.locks.board_side import with_crc
from tests.sim.locks.boards.board_bench import MS, BoardBench, S

CODEC = ModbusRelay(500)


def bench_of(number: int = 1) -> BoardBench[ModbusRelayBoard]:
    return BoardBench(ModbusRelayBoard, BoardSetup(8), number)


@pytest.mark.parametrize(
    ("request_", "lock", "length_ms"),
    [("01 05 02 00 00 07 8D B0", 1, 700), ("01 05 02 01 00 08 9C 74", 2, 800), ("01 05 02 00 00 05 0C 71", 1, 500)],
)
def test_flash_is_a_pulse_of_its_length_and_is_repeated(request_: str, lock: int, length_ms: int) -> None:
    bench = bench_of()

    assert bench.ask(request_) == [bytes.fromhex(request_)]
    (current,) = bench.truth.currents
    assert (current.door, current.ended_ns) == (str(lock), current.at_ns + length_ms * MS)
    assert bench.opened == [lock]


def test_inputs_are_one_byte() -> None:
    bench = bench_of()

    assert bench.ask("01 02 00 00 00 08 79 CC") == [bytes.fromhex("01 02 01 FF E1 C8")]
    bench.open_by_hand(*range(2, 9))
    assert bench.ask("01 02 00 00 00 08 79 CC") == [bytes.fromhex("01 02 01 01 60 48")]
    bench.open_by_hand(1)
    assert bench.ask("01 02 00 00 00 08 79 CC") == [bytes.fromhex("01 02 01 00 A1 88")]


def test_all_off_ends_every_current_and_opens_nothing() -> None:
    bench = bench_of()
    bench.ask(with_crc(1, 5, 0, 0xFF, 0xFF, 0), 14 * MS)
    assert len(bench.truth.live) == 8

    assert bench.ask("01 05 00 FF 00 00 FD FA") == [bytes.fromhex("01 05 00 FF 00 00 FD FA")]

    assert bench.truth.live == set()
    assert bench.opened == []


def test_relay_that_is_on_without_an_end_says_so_until_it_is_off() -> None:
    bench = bench_of()

    bench.ask(with_crc(1, 5, 0, 2, 0xFF, 0), 60 * S)
    assert bench.truth.live == {"3"}
    assert bench.ask(with_crc(1, 1, 0, 0, 0, 8)) == [with_crc(1, 1, 1, 0b100)]
    bench.ask(with_crc(1, 5, 0, 2, 0, 0))

    assert bench.truth.live == set()


def test_everybody_hears_address_0_and_nobody_answers() -> None:
    bench = bench_of()

    assert bench.ask("00 06 40 00 00 02 1C 1A") == []

    assert bench.board.number == 2
    assert bench.ask(CODEC.encode(QueryBoard(1))) == []
    assert len(bench.ask(CODEC.encode(QueryBoard(2)))) == 1


@pytest.mark.parametrize(
    ("asked", "function", "code"),
    [
        ((1, 0x0F, 0, 0, 0, 8), 0x0F, 1),
        ((1, 2, 0, 1, 0, 8), 2, 2),
        ((1, 2, 0, 0, 0, 0), 2, 2),
        ((1, 5, 2, 8, 0, 5), 5, 2),
        ((1, 5, 0, 8, 0xFF, 0), 5, 2),
        ((1, 5, 0, 1, 1, 0), 5, 3),
        ((1, 6, 0x20, 0, 0, 1), 6, 2),
        ((1, 6, 0x40, 0, 0, 0), 6, 3),
    ],
)
def test_what_it_does_not_know_is_declined(asked: tuple[int, ...], function: int, code: int) -> None:
    bench = bench_of()

    assert bench.ask(with_crc(*asked)) == [with_crc(1, function | 0x80, code)]
    assert bench.truth.currents == []


@pytest.mark.parametrize("lock", range(1, 9))
def test_driver_reads_what_the_board_says(lock: int) -> None:
    bench, wiring = bench_of(7), Wiring(Polarity.SET_WHEN_LOCKED)

    (ack,) = bench.ask(CODEC.encode(Unlock(7, lock)))
    (answer,) = bench.ask(CODEC.encode(QueryBoard(7)))
    (off,) = bench.ask(CODEC.encode(AllOff(7)))

    state = CODEC.decode(QueryBoard(7), answer)
    assert CODEC.decode(Unlock(7, lock), ack) == UnlockAck(7, lock, None)
    assert CODEC.decode(AllOff(7), off) == OffAck(7)
    assert isinstance(state, BoardState)
    assert [n for n in range(1, 9) if not wiring.is_locked_on(state, n)] == [lock]


def test_board_that_cools_down_is_busy() -> None:
    bench = bench_of()
    bench.board.become(LockBoardState.COOLDOWN)

    (answer,) = bench.ask(CODEC.encode(Unlock(1, 1)))

    assert CODEC.decode(Unlock(1, 1), answer) == Refusal(1, 6)
    assert bench.truth.currents == []
    assert len(bench.ask(CODEC.encode(AllOff(1)))) == 1


def test_frame_in_pieces_is_one_frame_unless_silence_is_between() -> None:
    bench, frame = bench_of(), CODEC.encode(QueryBoard(1))

    bench.board.hear(frame[:3], after_silence=True)
    bench.board.hear(frame[3:], after_silence=False)
    bench.time.run_for(S)
    assert len(bench.said) == 1

    bench.board.hear(frame[:3], after_silence=True)
    bench.board.hear(frame[3:], after_silence=True)
    bench.time.run_for(S)
    assert len(bench.said) == 1


def test_bytes_behind_a_whole_frame_do_not_spoil_the_next() -> None:
    bench, frame = bench_of(), CODEC.encode(QueryBoard(1))

    assert len(bench.ask(frame + b"\0")) == 1
    assert len(bench.ask(frame)) == 1


def test_wrong_checksum_is_not_answered() -> None:
    assert bench_of().ask("01 05 02 00 00 07 8D B1") == []
