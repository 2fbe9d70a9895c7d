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
"""After a question to a board that is silent: each costs the others the whole time of an answer."""

# Of its time, a board that is due as soon as this is asked right behind the one before: a round is one piece then, and
# the machine is woken less often.
_EARLY_SHARE = 8

COLLISION = FrameFault.COLLISION.value
NO_ANSWER = "no answer"
REFUSED = "refused"

# What is left of an answer into which another board has spoken. A line that is badly terminated sounds the same.
_GARBLED = frozenset({COLLISION, FrameFault.CHECKSUM.value, FrameFault.HEADER.value})
_TOLD_TWICE = 2
# No doors move so between two answers: so many locks at once, some of them open and some shut.
_TURNED_LOCKS = 8


class BoardWatch:
    """One board of a bus. One thread."""

    def __init__(self, bus: str, settings: BoardSettings, *, is_relay: bool, poll_ns: int, now_ns: int) -> None:
        """is_relay: its relays are switched off whenever it is heard after silence."""
        self.number = settings.number
        self.rests_until_ns = now_ns
        """Nothing may be asked of it before, not even a pulse: an answer may still be on its way."""
        self._bus = bus
        self._locks = settings.locks
        self._wiring = Wiring(settings.polarity, settings.order)
        self._is_relay = is_relay
        self._poll_ns = poll_ns
        self._early_ns = poll_ns // _EARLY_SHARE
        self._due_ns = now_ns
        self._asked_ns = now_ns
        self._answered_ns: int | None = None
        self._all_off_due = False
        self._last: BoardState | None = None
        self._reread_from_ns = now_ns
        self._rereads = 0
        self._tell = 0
        self._failures = 0
        self._whys: deque[str] = deque(maxlen=FAILURES)
        self._doubles = 0
        self._was_doubled = False
        self._has_collided = False
        """Until it is heard well: two boards may also be as silent as one."""

    @property
    def collides(self) -> bool:
        """As far as can be heard, two boards have this number: a pulse might open two doors."""
        return self._doubles >= FAILURES or self._has_collided

    def owes_nothing(self, now_ns: int) -> bool:
        """It has answered what it was asked last, a short time ago: what comes now in its name is too much."""
        return self._answered_ns is not None and now_ns - self._answered_ns < LATE_NS

    @property
    def due_ns(self) -> int:
        """When to ask it next. What is due may be asked."""
        return max(self._due_ns, self.rests_until_ns, self._reread_from_ns)

    def may_be_asked(self, now_ns: int) -> bool:
        """It is due, or as good as that."""
        return now_ns >= max(self._due_ns - self._early_ns, self.rests_until_ns, self._reread_from_ns)

    def question(self, now_ns: int, wait_ns: int, *, may_switch_off: bool) -> QueryBoard | AllOff:
        """What is asked of it now; it has `wait_ns` for its answer."""
        self._owe(now_ns, wait_ns)
        return AllOff(self.number) if self._all_off_due and may_switch_off else QueryBoard(self.number)

    def pulsed(self, now_ns: int, wait_ns: int) -> None:
        """It was asked for a pulse, and has `wait_ns` for its answer."""
        self._owe(now_ns, wait_ns)

    def pulse_answered(self, at_ns: int) -> None:
        """It owes nothing any more; what the door did is asked of it next."""
        self.rests_until_ns = at_ns

    def answered(self, state: BoardState, at_ns: int) -> BoardRead | None:
        """It told its state; None if that is not worth telling.

        Raises FrameError if it has fewer locks than it should, another number of them than a moment ago, or has turned
        over since.
        """
        if state != self._last:
            self._check_length(state)
            if self._last is not None and self._has_turned(self._last, state):
                raise FrameError(FrameFault.TURNED)
        self.rests_until_ns = self._answered_ns = at_ns
        self._doubles = self._doubles if self._was_doubled else 0
        self._was_doubled = False
        if self._doubles >= FAILURES:
            self.ask_at(self._asked_ns + self._poll_ns)
            return None
        self._all_off_due |= self._is_relay and self._last is None
        self._failures = 0
        self._has_collided = False
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
        self.ask_at(now_ns)
        if is_answered:
            self.rests_until_ns = now_ns

    def failed(self, why: str, at_ns: int) -> BoardSilent | None:
        """It had no answer that counts."""
        self._failures += 1
        self._whys.append(why)
        pause_ns = LATE_NS << max(0, self._failures - FAILURES)
        self.ask_at(at_ns + min(pause_ns, LONGEST_PAUSE_NS))
        self._has_collided |= self._failures >= FAILURES and self._why() == COLLISION
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
        """Or as soon as it may be asked."""
        self._due_ns = at_ns

    def lost(self, now_ns: int) -> None:
        """The port has gone; nothing is known. What was asked before may still be answered."""
        self.ask_at(now_ns)
        self._last = None
        self._failures = self._doubles = self._tell = self._rereads = 0
        self._all_off_due = self._was_doubled = self._has_collided = False

    def _check_length(self, state: BoardState) -> None:
        was = self._last
        if 8 * len(state.feedback) < self._locks or (was and len(was.feedback) != len(state.feedback)):
            raise FrameError(FrameFault.LENGTH)

    def _has_turned(self, was: BoardState, state: BoardState) -> bool:
        """Some must have been shut: where all have opened at once, that has to be told at once."""
        if state.feedback == was.feedback[::-1]:
            moved = int.from_bytes(state.feedback) ^ int.from_bytes(was.feedback)
            return moved.bit_count() >= _TURNED_LOCKS
        before, now = (self._wiring.locked_word(each, self._locks) for each in (was, state))
        opened, shut = before & ~now, now & ~before
        return bool(opened and shut) and (opened | shut).bit_count() == self._locks >= _TURNED_LOCKS

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

    def _owe(self, now_ns: int, wait_ns: int) -> None:
        self._asked_ns = now_ns
        self._answered_ns = None
        self.rests_until_ns = now_ns + wait_ns + LATE_NS

    def _silent(self, at_ns: int) -> BoardSilent:
        self._last = None
        return BoardSilent(at_ns, self._bus, self.number, COLLISION if self.collides else self._why())

    def _why(self) -> str:
        if COLLISION in self._whys or (self._whys and _GARBLED.issuperset(self._whys)):
            return COLLISION
        return self._whys[-1]
