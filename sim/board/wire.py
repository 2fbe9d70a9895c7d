"""A wire between a contact and the board. It can be cut, or touch ground."""

from collections.abc import Callable
from enum import Enum


class WireState(Enum):
    """What has become of a wire."""

    WHOLE = "whole"
    CUT = "cut"
    SHORTED = "shorted"
    """Crushed against ground: the board's end of it reads low, whatever the contact does."""


class Wire:
    """One wire. Faults take effect at once, in the caller's thread."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """changed: called after the state has changed."""
        self._state = WireState.WHOLE
        self._changed = changed

    @property
    def state(self) -> WireState:
        return self._state

    def cut(self) -> None:
        self._set(WireState.CUT)

    def short(self) -> None:
        self._set(WireState.SHORTED)

    def mend(self) -> None:
        self._set(WireState.WHOLE)

    def _set(self, state: WireState) -> None:
        self._state = state
        self._changed()
