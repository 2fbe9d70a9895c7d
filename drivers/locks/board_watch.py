"""What is known of one board, when it is to be asked, and what of its answers is worth telling. Pure."""

from collections import deque

from drivers.lock_ports import BoardRead, BoardSilent
from drivers.locks.bus_settings import BoardSettings
from drivers.locks.frames import AllOff, BoardState, FrameError, FrameFault, QueryBoard
from drivers.locks.line import LATE_NS
from drivers.locks.wiring import Wiring

FAILURES = 3
"""In a row, until nothing is known of a board any more."""
LONGEST_PAUSE_NS = 5_000_000_000
"""Between two questions to a board that is silent: each costs the others the whole time of an answer."""

# Of its time, a board that is due as soon as this is asked right behind the one before: a round is one piece then, and
# the machine is woken less often.
_EARLY_SHARE = 8

COLLISION = FrameFault.COLLISION.value
NO_ANSWER = "no answer"
REFUSED = "refused"

# What is left of an answer into which another board has spoken. A line that is badly terminated sounds the same.
_GARBLED = frozenset({COLLISION, FrameFault.CHECKSUM.value, FrameFault.HEADER.value})
_TOLD_TWICE = 2


class BoardWatch:
    """One board of a bus. One thread."""

    def __init__(self, bus: str, settings: BoardSettings, *, is_relay: bool, poll_ns: int, now_ns: int) -> None:
        """is_relay: its relays are switched off whenever it is heard after silence."""
        self.number = settings.number
        self.due_ns = now_ns
        """When to ask it next."""
        self.rests_until_ns = now_ns
        """Nothing may be asked of it before, not even a pulse: an answer may still be on its way."""
        self._bus = bus
        self._locks = settings.locks
        self._wiring = Wiring(settings.polarity, settings.order)
        self._is_relay = is_relay
        self._poll_ns = poll_ns
        self._early_ns = poll_ns // _EARLY_SHARE
        self._asked_ns = now_ns
        self._is_answered = False
        self._all_off_due = False
        self._last: BoardState | None = None
        self._reread_from_ns = now_ns
        self._rereads = 0
        self._tell = 0
        self._failures = 0
        self._whys: deque[str] = deque(maxlen=FAILURES)
        self._doubles = 0
        self._was_doubled = False

    @property
    def collides(self) -> bool:
        """As far as can be heard, two boards have this number: a pulse might open two doors."""
        return self._doubles >= FAILURES or (self._failures >= FAILURES and self._why() == COLLISION)

    def owes_nothing(self, now_ns: int) -> bool:
        """It has answered what it was asked last, a short time ago: what comes now in its name is too much."""
        return self._is_answered and now_ns - self._asked_ns < LATE_NS

    def may_be_asked(self, now_ns: int) -> bool:
        """It is due, or as good as that."""
        return now_ns >= max(self.due_ns - self._early_ns, self.rests_until_ns, self._reread_from_ns)

    def question(self, now_ns: int, *, may_switch_off: bool) -> QueryBoard | AllOff:
        """What is asked of it now."""
        self._asked_ns = now_ns
        self._is_answered = False
        return AllOff(self.number) if self._all_off_due and may_switch_off else QueryBoard(self.number)

    def answered(self, state: BoardState, at_ns: int) -> BoardRead | None:
        """It told its state; None if that is not worth telling.

        Raises FrameError if it has fewer locks than it should, or another number of them than a moment ago.
        """
        if state != self._last:
            self._check_length(state)
        self._is_answered = True
        self._doubles = self._doubles if self._was_doubled else 0
        self._was_doubled = False
        if self._doubles >= FAILURES:
            self.due_ns = self._asked_ns + self._poll_ns
            return None
        self._all_off_due |= self._is_relay and self._last is None
        self._failures = 0
        if state != self._last:
            self._last = state
            self._tell = _TOLD_TWICE
        read = self._read(state, at_ns) if self._count_told() else None
        is_urgent = self._all_off_due or self._rereads > 0
        self.ask_at(at_ns if is_urgent else self._asked_ns + self._poll_ns)
        return read

    def switched_off(self, now_ns: int, *, is_answered: bool) -> None:
        """An `AllOff` is over. There is no second attempt: the board may not know it."""
        self._all_off_due = False
        self.due_ns = now_ns
        if not is_answered:
            self._rest()

    def pulsed(self, now_ns: int) -> None:
        """It was asked for a pulse."""
        self._asked_ns = now_ns
        self._is_answered = False

    def left_open(self) -> None:
        """That has no answer."""
        self._rest()

    def failed(self, why: str, at_ns: int) -> BoardSilent | None:
        """It had no answer that counts."""
        self._failures += 1
        self._whys.append(why)
        pause_ns = LATE_NS << max(0, self._failures - FAILURES)
        self.due_ns = self._asked_ns + min(pause_ns, LONGEST_PAUSE_NS)
        self._rest()
        if self._failures != FAILURES:
            return None
        return self._silent(at_ns)

    def doubled(self, at_ns: int) -> BoardSilent | None:
        """It has answered a second time: one of the two is not this board."""
        self._was_doubled = True
        self._doubles += 1
        return self._silent(at_ns) if self._doubles == FAILURES else None

    def reread(self, from_ns: int) -> None:
        """Tell the next two readings that begin at `from_ns` or later, and take them without delay."""
        self._rereads = _TOLD_TWICE
        self._reread_from_ns = from_ns
        self.ask_at(from_ns)

    def ask_at(self, at_ns: int) -> None:
        """As soon as it may be asked."""
        self.due_ns = max(at_ns, self.rests_until_ns, self._reread_from_ns)

    def lost(self, now_ns: int) -> None:
        """The port has gone; nothing is known."""
        self.due_ns = self.rests_until_ns = now_ns
        self._last = None
        self._failures = self._doubles = self._tell = self._rereads = 0
        self._all_off_due = self._was_doubled = False

    def _check_length(self, state: BoardState) -> None:
        was = self._last
        if 8 * len(state.feedback) < self._locks or (was and len(was.feedback) != len(state.feedback)):
            raise FrameError(FrameFault.LENGTH)

    def _read(self, state: BoardState, at_ns: int) -> BoardRead:
        locked = self._wiring.locked_word(state, self._locks)
        return BoardRead(at_ns, self._bus, self.number, locked, self._wiring.occupied_word(state, self._locks))

    def _count_told(self) -> bool:
        """Whether this reading is told."""
        is_reread = self._rereads > 0 and self._asked_ns >= self._reread_from_ns
        is_told = self._tell > 0 or is_reread
        self._tell -= self._tell > 0
        self._rereads -= is_reread
        return is_told

    def _rest(self) -> None:
        self.rests_until_ns = self._asked_ns + LATE_NS
        self.due_ns = max(self.due_ns, self.rests_until_ns)

    def _silent(self, at_ns: int) -> BoardSilent:
        self._last = None
        return BoardSilent(at_ns, self._bus, self.number, COLLISION if self.collides else self._why())

    def _why(self) -> str:
        if COLLISION in self._whys or (self._whys and _GARBLED.issuperset(self._whys)):
            return COLLISION
        return self._whys[-1]
