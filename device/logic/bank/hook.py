"""A hook that contradicts its door: shut and not caught, or caught and not shut. Pure."""

from device.logic.bank.states import DoorState
from device.logic.units import S

# Hook and reed tell one movement at different times: the slower one is on a bus.
HOOK_GRACE_NS = 2 * S


class Hook:
    """What door and hook say together, and since when."""

    def __init__(self) -> None:
        self.contradiction: DoorState | None = None
        """UNLATCHED or LATCHED_OPEN; None while they agree, or while the hook cannot be read."""
        self.since_ns = 0
        self.let_go_ns: int | None = None
        """Since when it is free that had caught, of a door that is shut; None if it is not."""
        self._had_caught = False
        self._read: DoorState | None = None  # as the contradiction was when the hook could last be read

    def look(self, *, is_open: bool | None, locked: bool | None, moved_ns: int) -> bool:
        """What is seen now. True if what was read last of the two holds no more."""
        before = self.contradiction
        if is_open is not False or locked is not False:
            self.let_go_ns = None
        elif self._had_caught:
            self.let_go_ns = moved_ns
        self._had_caught = is_open is False and locked is True
        if locked is None or is_open is None or is_open != locked:
            self.contradiction = None
        else:
            self.contradiction = DoorState.LATCHED_OPEN if is_open else DoorState.UNLATCHED
        if before is not self.contradiction:
            self.since_ns = moved_ns
        if locked is None or is_open is None or self.contradiction is self._read:
            return False
        self._read = self.contradiction
        return True

    @property
    def certain_ns(self) -> int | None:
        """From when on it is no mere delay of one of the two."""
        return None if self.contradiction is None else self.since_ns + HOOK_GRACE_NS
