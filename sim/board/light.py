"""A light on an output pin, with eyes to look at it."""

from collections.abc import Callable

from sim.board.board import Board

Looking = Callable[[int, bool], None]


class Light:
    """Lit while its pin is an output at the right level; dark while nobody owns the pin."""

    def __init__(self, board: Board, pin: str, active_high: bool = True, on_change: Looking | None = None) -> None:
        """on_change: called with the monotonic ns and whether it is lit, on the thread that switched it."""
        self._board = board
        self._active_high = active_high
        self._on_change = on_change
        self._lit = board.output(pin) == active_high
        board.look(pin, self._changed)

    @property
    def is_on(self) -> bool:
        return self._lit

    def _changed(self, level: bool | None) -> None:
        lit = level == self._active_high
        if lit == self._lit:
            return
        self._lit = lit
        if self._on_change is not None:
            self._on_change(self._board.clock.monotonic_ns(), lit)
