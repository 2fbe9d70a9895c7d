"""What is asked of a lock board and what it answers."""

from collections.abc import Callable

import pytest

from drivers.errors import DriverError
from drivers.locks.frames import AllOff, BoardState, FrameError, FrameFault, QueryBoard, QueryLock, Unlock


@pytest.mark.parametrize("make", [Unlock, QueryLock])
@pytest.mark.parametrize(("board", "lock"), [(-1, 1), (248, 1), (1, 0), (1, -1), (1, 51)])
def test_no_value_names_a_lock_that_no_board_has(make: Callable[[int, int], object], board: int, lock: int) -> None:
    with pytest.raises(ValueError, match=r"allowed is 0–247|allowed is 1–50"):
        make(board, lock)


@pytest.mark.parametrize("make", [QueryBoard, AllOff])
@pytest.mark.parametrize("board", [-1, 248])
def test_no_value_names_a_board_that_no_line_has(make: Callable[[int], object], board: int) -> None:
    with pytest.raises(ValueError, match=f"board {board}, allowed is 0–247"):
        make(board)


def test_a_state_is_bounded() -> None:
    with pytest.raises(ValueError, match="allowed is 1–7"):
        BoardState(1, b"")
    with pytest.raises(ValueError, match="allowed is 1–7"):
        BoardState(1, bytes(8))
    with pytest.raises(ValueError, match="1 bytes of sensors, 2 of feedback"):
        BoardState(1, bytes(2), bytes(1))


def test_a_fault_of_the_wire_is_never_taken_for_a_fault_of_the_caller() -> None:
    error = FrameError(FrameFault.CHECKSUM)

    assert isinstance(error, DriverError)
    assert not isinstance(error, ValueError)
    assert error.fault is FrameFault.CHECKSUM
    assert str(error) == "checksum"
