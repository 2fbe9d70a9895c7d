"""Door contacts on the header of the virtual board."""

from sim.board.board import Board


class HeaderReeds:
    """Contacts to ground. `set` is what `SimBank` takes as `set_reed`. Any thread."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._closed: dict[str, bool] = {}

    def set(self, pin: str, closed: bool) -> None:
        """A pin is wired when it is named for the first time."""
        is_new = pin not in self._closed
        self._closed[pin] = closed
        if is_new:
            self._board.connect(pin, lambda: False if self._closed[pin] else None)
        else:
            self._board.settle(pin)
