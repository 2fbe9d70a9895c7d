"""A finger on the pins of a virtual board, in the process that is measured. Both sides of a ratio use this one."""

import time

from bench.lines import orders, say
from sim.board.board import Board


def press_as_told(board: Board) -> None:
    """Orders are [pin, hold_ms]; each is told, with the time at which the level begins to change. Until they end.

    hold_ms is null for what is turned and stays so.
    """
    for pin, hold_ms in orders():
        at_ns = time.monotonic_ns()
        board.drive(pin, high=False)
        if hold_ms is not None:
            time.sleep(hold_ms / 1000)
            board.drive(pin, high=None)
        say("press", at_ns, pin)
