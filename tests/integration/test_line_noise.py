"""Bytes from the line to the state of doors: whatever is heard, a door is what a frame of its own board has said of it.

Not shown: who sends the frames. Whoever is on the line can speak in the name of any board; nothing here is signed.
"""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.units import MS
from drivers.locks.family import Family
from tests.drivers.locks.board_side import summed, with_crc, xored
from tests.integration.bank_line import START_S, BankLine, Boards, door_name

LOCKS = 6
NUMBERS = (2, 3)
FAMILIES = pytest.mark.parametrize("family", Family)
# A state of every door that was never seen open.
SHUT = {"closed", "unknown"}
BITS = st.one_of(st.just(0), st.integers(0, 255))
# Boards of the bank, and one that it does not have.
BOARDS = st.integers(2, 4)
_STATE_BYTES = {Family.XOR8A: 7, Family.KERONG_CU16: 9, Family.MODBUS_RELAY: 6}

Lie = tuple[int, bytes]
"""In how many ms, and what."""


def state_of(family: Family, board: int, bits: int) -> bytes:
    match family:
        case Family.XOR8A:
            return xored(0x80, board, bits, 0xFF, 0xFF, 0x33)
        case Family.KERONG_CU16:
            return summed(0x02, board << 4, 0x35, bits, 0xFF, 0, 0, 0x03)
        case Family.MODBUS_RELAY:
            return with_crc(board, 0x02, 0x01, bits)


def frames(family: Family, board: int, habit: bytes) -> st.SearchStrategy[bytes]:
    """In the name of one board: what it goes on to say, other states, spoilt ones, pieces and pairs, and noise."""
    constant = st.just(habit)
    whole = st.one_of(constant, st.builds(state_of, st.just(family), st.just(board), BITS))
    cut = st.builds(lambda frame, at: frame[:at], whole, st.integers(1, 8))
    reports = st.builds(lambda lock: xored(0x82, board, lock, 0x00), st.integers(1, LOCKS))
    pairs = st.builds(bytes.__add__, whole, st.one_of(whole, cut))
    return st.one_of(constant, constant, whole, cut, pairs, reports, st.binary(min_size=1, max_size=20))


def _flipped(frame: bytes, bit: int) -> bytes:
    return (int.from_bytes(frame) ^ 1 << bit).to_bytes(len(frame))


def open_in(family: Family, heard: bytes) -> Iterator[str]:
    """The doors of which some whole frame, wherever it begins, says that they are open."""
    size = _STATE_BYTES[family]
    for at in range(len(heard) - size + 1):
        window = heard[at : at + size]
        board = window[1] >> 4 if family is Family.KERONG_CU16 else window[family is Family.XOR8A]
        bits = window[2 + (family is not Family.XOR8A)]
        if window in (state_of(family, board, bits), _with_rest(family, window)):
            yield from (door_name(board, lock) for lock in range(1, LOCKS + 1) if not bits >> (lock - 1) & 1)


def _with_rest(family: Family, window: bytes) -> bytes | None:
    """The same frame with its other locks and sensors as they are."""
    match family:
        case Family.XOR8A if window[0] == 0x80 and window[5] == 0x33:
            return xored(*window[:-1])
        case Family.KERONG_CU16 if window[0] == 0x02 and window[2] in (0x35, 0x36) and window[7] == 0x03:
            return summed(*window[:-1])
        case _:
            return None


class NoisyLine(BankLine):
    """`heard`: every byte that has come to the driver."""

    def __init__(self, family: Family) -> None:
        super().__init__(Boards(family, NUMBERS, LOCKS))
        self.heard = b""

    def hear(self, data: bytes) -> None:
        self.heard += data
        super().hear(data)

    def twist(self, talk: Callable[[bytes], None], draw: Callable[[], tuple[bool, list[Lie]]], answer: bytes) -> None:
        """Instead of an answer, or besides it."""
        is_said, lies = draw()
        if is_said:
            talk(answer)
        for delay_ms, data in lies:
            self.after(delay_ms * MS, partial(self.hear, data))


@FAMILIES
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_bytes_change_a_door_that_the_board_they_name_does_not_hold(family: Family, data: st.DataObject) -> None:
    line = NoisyLine(family)
    line.run_for(START_S)
    liar = data.draw(BOARDS)
    state = state_of(family, liar, data.draw(BITS))
    habit = data.draw(
        st.one_of(st.just(state), st.builds(_flipped, st.just(state), st.integers(0, 8 * len(state) - 1)))
    )
    said = frames(family, liar, habit)
    lies = st.tuples(st.booleans(), st.lists(st.tuples(st.integers(0, 60), said), max_size=2))
    for board in line.boards:
        # One that lies the same way again and again is believed in the end; the other is to be heard meanwhile.
        usual = st.just((False, [(0, habit)]) if board.number == liar else (True, []))
        draw = partial(data.draw, st.one_of(usual, usual, lies))
        board.talk = partial(line.twist, board.talk, draw)
    for pause_ms, run in data.draw(st.lists(st.tuples(st.integers(0, 400), said), max_size=6)):
        line.run_for(pause_ms / 1_000)
        line.hear(run)
    line.run_for(3)

    said_open = set(open_in(family, line.heard))
    assert {door for door, state in line.bank.states.items() if state not in SHUT} <= said_open
    assert set(line.subjects("door.opened", "alarm.found_open", "alarm.forced", "alarm.wrong_door")) <= said_open


@FAMILIES
def test_what_a_board_says_of_its_own_doors_is_believed_of_them_alone(family: Family) -> None:
    line = NoisyLine(family)
    line.run_for(START_S)
    honest = line.boards[0].talk
    line.boards[0].talk = lambda _answer: honest(state_of(family, NUMBERS[0], 0b11_1010))
    line.run_for(3)

    opened = [door_name(NUMBERS[0], 1), door_name(NUMBERS[0], 3)]
    assert line.subjects("alarm.forced") == opened
    assert set(open_in(family, line.heard)) == set(opened)
    assert {state for door, state in line.bank.states.items() if door not in opened} == {"closed"}
