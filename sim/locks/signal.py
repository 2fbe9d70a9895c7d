"""A contact, and the cable that leads to it."""

from collections.abc import Callable

from sim.acts.words import CableState


class Signal:
    """A contact as whoever reads it finds it at the end of its cable. Tells one listener at once. One thread."""

    __slots__ = ("_cable", "_contact", "_disturbances", "closed", "listener")

    def __init__(self, closed: bool) -> None:
        self._contact = closed
        self._cable = CableState.WHOLE
        self._disturbances = 0
        self.closed = closed
        """As it is read. Only `Signal` sets it."""
        self.listener: Callable[[], None] | None = None
        """Called after `closed` has changed."""

    def move(self, closed: bool) -> None:
        """The contact itself."""
        self._contact = closed
        self._settle()

    def become(self, cable: CableState) -> None:
        self._cable = cable
        self._settle()

    def disturb(self, on: bool) -> None:
        """Something couples into the cable, on top of what is there already: it reads the opposite, until it ends."""
        self._disturbances += 1 if on else -1
        self._settle()

    def _settle(self) -> None:
        whole = self._cable is CableState.WHOLE
        closed = self._contact if whole else self._cable is CableState.STUCK
        if self._disturbances:
            closed = not closed
        if closed != self.closed:
            self.closed = closed
            if self.listener is not None:
                self.listener()
