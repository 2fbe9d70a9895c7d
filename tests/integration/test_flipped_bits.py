"""What one or two flipped bits on the way to the lock boards can do, and that the doors tell of it.

The sums of these protocols do not hold two flipped bits: of a legal 8A unlock they make one for another board and lock,
one for all locks of a board, its own or another, and one that keeps a current on. Nobody can prevent that from here;
that a door opened which was not ordered must show.

What does not show, because no door and no answer tells it:

- a lock that no door of the bank is on;
- a door that was open already;
- that a coil is held (9A). The door that it opens shows. If that is the one that was ordered, all is as it should be,
  but the coil gets hot, until the board loses its power. Only that the hook does not catch any more shows in the end:
  a door that cannot be shut is left open.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations

import pytest

from device.logic.bank.release import ReleaseResult
from device.logic.units import S
from drivers.locks.families import codec_of
from drivers.locks.family import Family
from drivers.locks.frames import Unlock
from sim.locks.compartment import Cause
from tests.integration.bank_line import PULSE_MS, START_S, BankLine, Boards, Cabinet, door_name

# Numbers that differ in one bit. From lock 17 on, an 8A frame becomes a held coil of another lock.
LINES = (
    Boards(Family.XOR8A, (2, 3), 18),
    Boards(Family.KERONG_CU16, (2, 3), 6),
    Boards(Family.KERONG_CU16, (2, 3), 6, checks_sum=False),
    Boards(Family.MODBUS_RELAY, (2, 3), 8),
)
EVERY_LINE = pytest.mark.parametrize("boards", LINES, ids=("xor8a", "kerong-cu16", "kerong-cu16-lax", "modbus-relay"))
ALARMS = ("alarm.wrong_door", "alarm.forced", "alarm.found_open")
# Eighteen locks one after the other, a board that is deaf meanwhile, and the longest pause before it is asked again.
PATIENCE_S = 60

Deed = tuple[tuple[str, Cause], ...]
"""The coils that a frame makes live, in order, and why."""


@EVERY_LINE
def test_a_door_that_flipped_bits_open_is_alarmed_and_no_other(boards: Boards) -> None:
    for board, lock in boards.spots:
        for deed, frame in deeds(boards, board, lock).items():
            ordered = door_name(board, lock)
            line = order(boards, board, lock, frame)
            line.run(lambda: is_told(line, ordered, deed), PATIENCE_S)  # noqa: B023  # over before the next one
            line.run_for(1)
            assert line.subjects(*ALARMS) == strangers(line, ordered), f"{frame.hex(' ')} for {ordered}: {deed}"
            assert {door for door, _ in deed} <= {opening.door for opening in line.truth.openings}


@EVERY_LINE
def test_flipped_bits_that_no_board_obeys_cost_a_second_pulse_and_no_alarm(boards: Boards) -> None:
    board, lock = boards.spots[-1]
    frame = unlock(boards, board, lock)
    line = order(boards, board, lock, frame[:-1] + bytes([frame[-1] ^ 0x80]))
    if not boards.checks_sum:
        line = order(boards, board, lock, bytes([frame[0] ^ 0x80]) + frame[1:])

    line.run(lambda: bool(line.released), PATIENCE_S)

    (released,) = line.released
    assert (released.result, released.pulses) == (ReleaseResult.OPENED, 2)
    assert line.subjects(*ALARMS) == strangers(line, door_name(board, lock)) == []


def test_open_all_and_held_coils_are_among_what_is_tried() -> None:
    """Two flipped bits, and an unlock of one lock is what no program here can write."""
    xor8a, kerong, lax, modbus = ([deed for spot in line.spots for deed in deeds(line, *spot)] for line in LINES)

    assert {cause for deed in xor8a for _, cause in deed} == {Cause.PULSE, Cause.OPEN_ALL, Cause.HOLD}
    assert {cause for deed in [*kerong, *lax] for _, cause in deed} == {Cause.PULSE, Cause.OPEN_ALL}
    assert any(deed[0] == ("3-01", Cause.OPEN_ALL) for deed in deeds(LINES[0], 2, 1))
    # A CRC of 16 bits holds two flipped ones in frames as short as these.
    assert modbus == []


def test_a_held_coil_shows_at_no_door_until_its_hook_does_not_catch() -> None:
    """9A instead of 8A: the right door opens, and its coil stays live. With a latch alone it is left open in the end,
    however often it is shut; with a reed it would be unlatched.
    """
    boards = LINES[0]
    line = order(boards, 2, 1, deeds(boards, 2, 1)[(("2-01", Cause.HOLD),)])
    line.run(lambda: bool(line.released), PATIENCE_S)
    line.run_for(1)
    line.doors["2-01"].shut()
    line.run_for(60)

    assert line.truth.live == {"2-01"}
    assert {each.what for each in line.told} == {"door.opened"}

    line.run_for(180)
    assert line.subjects("alarm.left_open") == ["2-01"]


def strangers(line: BankLine, ordered: str) -> list[str]:
    """Doors that really opened, and were not to."""
    return sorted(opening.door for opening in line.truth.openings if opening.door != ordered)


def is_told(line: BankLine, ordered: str, deed: Deed) -> bool:
    """All that the frame does is done, what came of the order is known, and nobody who opened is missing."""
    done = len(line.truth.currents) >= len(deed) and bool(line.released)
    return done and line.subjects(*ALARMS) == strangers(line, ordered)


def order(boards: Boards, board: int, lock: int, frame: bytes) -> BankLine:
    """A bank at rest is to open a door; its first unlock arrives as `frame`."""
    line = BankLine(boards)
    line.run_for(START_S)
    assert set(line.bank.states.values()) == {"closed"}
    legal, pending = unlock(boards, board, lock), [frame]
    line.on_the_way = lambda sent: pending.pop() if sent == legal and pending else sent
    line.bank.release(door_name(board, lock), "jti", line.now_ns(), None)
    return line


def unlock(boards: Boards, board: int, lock: int) -> bytes:
    return codec_of(boards.family, PULSE_MS).encode(Unlock(board, lock))


def flipped(frame: bytes) -> Iterator[bytes]:
    """Every frame that differs in one bit or two."""
    bits = range(8 * len(frame))
    whole = int.from_bytes(frame)
    for one, other in (*((bit, None) for bit in bits), *combinations(bits, 2)):
        mask = 1 << one if other is None else 1 << one | 1 << other
        yield (whole ^ mask).to_bytes(len(frame))


@cache
def deeds(boards: Boards, board: int, lock: int) -> dict[Deed, bytes]:
    """What boards do on flipped bits of this unlock that they do not on the unlock itself; a frame for each deed.

    Frames that make the same coils live are one command to a board, and answered alike.
    """
    found: dict[Deed, bytes] = {}
    cabinet = Cabinet(boards)
    for frame in flipped(unlock(boards, board, lock)):
        for each in cabinet.boards:
            each.talk = lambda _data: None
            each.hear(frame, after_silence=True)
        if cabinet.time.schedule.next_ns() is None:
            continue
        cabinet.time.run_for(PATIENCE_S * S)
        deed = tuple((current.door, current.cause) for current in cabinet.truth.currents)
        if deed not in ((), ((door_name(board, lock), Cause.PULSE),)):
            found.setdefault(deed, frame)
        cabinet = Cabinet(boards)
    return found
