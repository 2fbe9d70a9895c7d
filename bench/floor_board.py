"""The floor script on a virtual board, in a process of its own, pressed as it is told."""

import sys

from gpiozero import Device

from bench.floor_button import run
from bench.press import press_as_told
from drivers.clock import SystemClock
from sim.board.board import Board
from sim.schedule import Schedule


def main() -> None:
    port, pins, *tls = sys.argv[1:]
    board = Board(Schedule(), SystemClock())
    Device.pin_factory = board
    buttons = run(int(port), pins.split(","), *tls)
    press_as_told(board)
    for button in buttons:
        button.close()


if __name__ == "__main__":
    main()
