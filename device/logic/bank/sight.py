"""What is seen of one door: its reed, its latch, and whether they are to be trusted. Pure.

With a reed, the reed is the door and the latch is its hook. Without one, the latch is the door. A latch that has said
locked while the reed is not believed any more stands for it until it is: a hook that lets go then has opened the door.
"""

from device.logic.bank.flutter import Flutter
from device.logic.bank.reed_signal import ReedSignal
from device.logic.bank.settings import DoorSettings
from device.logic.units import earliest
from drivers.ports import Edge


class Sight:
    """The believed signals of one door. Methods that take a signal return whether there is anything new to see."""

    def __init__(self, settings: DoorSettings) -> None:
        self.reed = None if settings.reed is None else ReedSignal(settings.reed)
        self.has_latch = settings.latch is not None
        self.latch: bool | None = None
        """Whether it is locked, as read; None while that is not known."""
        self.moved_ns = 0
        """When the signal that changed last began to."""
        self.changes = 0
        self._has_seen_reed = False
        self._may_stand_in = False  # the reed said shut when it was believed last, or the latch has been free since
        self._stands_in = False
        self._reed_flutter, self._latch_flutter = Flutter(), Flutter()

    @property
    def is_open(self) -> bool | None:
        """None while the door cannot be seen, or not be believed."""
        if self._shut is not None:
            return not self._shut
        return None if self._locked is None or not self.is_by_latch else not self._locked

    @property
    def is_by_latch(self) -> bool:
        """The latch is all there is of the door, or all that is believed."""
        return self.reed is None or self._stands_in

    @property
    def locked(self) -> bool | None:
        """What the hook of a door with a reed says; None where there is none, or while it is not known."""
        return self._locked if self.reed is not None else None

    @property
    def _shut(self) -> bool | None:
        """The reed, as far as it is believed."""
        return None if self.reed is None or self._reed_flutter.changes is not None else self.reed.shut

    @property
    def _locked(self) -> bool | None:
        """The latch, as far as it is believed."""
        return self.latch if self._latch_flutter.changes is None else None

    @property
    def fault(self) -> str | None:
        """The signal that says too much."""
        if self._reed_flutter.changes is not None:
            return "reed"
        return None if self._latch_flutter.changes is None else "latch"

    @property
    def fault_changes(self) -> int:
        return (self._reed_flutter.changes or 0) + (self._latch_flutter.changes or 0)

    @property
    def moving_ns(self) -> int | None:
        """Since when the reed moves without a level that is believed."""
        return None if self.reed is None else self.reed.moving_ns

    @property
    def rests_ns(self) -> int | None:
        """When that level will be believed if it lasts."""
        return None if self.reed is None else self.reed.due_ns(held=True)

    @property
    def reed_word(self) -> str | None:
        return None if self.reed is None else _word(self.reed.shut, "closed", "open")

    @property
    def latch_word(self) -> str | None:
        return _word(self.latch, "locked", "unlocked") if self.has_latch else None

    def hear(self, edge: Edge, *, held: bool) -> bool:
        """An edge of the reed. ValueError if there is none."""
        if self.reed is None:
            raise ValueError(f"no reed is at {edge.pin}")
        known = self.reed.shut is not None
        change = self.reed.feed(edge, held=held)
        seen = change is not None and self._moved(self._reed_flutter, change.moved_ns, edge.at_ns, known=known)
        seen |= self.reed.is_restless(edge.at_ns) and self._reed_flutter.restless(edge.at_ns)
        self._let_stand_in()
        return seen

    def read(self, locked: bool, moved_ns: int, at_ns: int) -> bool:
        """What the latch is believed to say."""
        known, self.latch = self.latch is not None, locked
        return self._moved(self._latch_flutter, moved_ns, at_ns, known=known)

    def latch_restless(self, at_ns: int) -> bool:
        begins = self._latch_flutter.restless(at_ns)
        self._let_stand_in()
        return begins

    def lose_reed(self, at_ns: int) -> bool:
        if self.reed is None:
            return False
        was_known = self.reed.shut is not None
        self.reed.forget()
        self.moved_ns = at_ns
        self._let_stand_in()
        return was_known

    def lose_latch(self, at_ns: int) -> bool:
        if self.latch is None:
            return False
        self.latch, self.moved_ns = None, at_ns
        self._let_stand_in()
        return True

    def tick(self, now_ns: int, *, held: bool) -> bool:
        """What time alone has made believable."""
        seen = False
        if self.reed is not None:
            known = self.reed.shut is not None
            change = self.reed.tick(now_ns, held=held)
            seen = change is not None and self._moved(self._reed_flutter, change.moved_ns, now_ns, known=known)
        for flutter in (self._reed_flutter, self._latch_flutter):
            if flutter.tick(now_ns):
                self.changes += 1
                seen = True
        self._let_stand_in()
        return seen

    def due_ns(self, *, held: bool) -> int | None:
        return earliest(
            None if self.reed is None else self.reed.due_ns(held=held),
            self._reed_flutter.due_ns(),
            self._latch_flutter.due_ns(),
        )

    def _moved(self, flutter: Flutter, moved_ns: int, at_ns: int, *, known: bool) -> bool:
        begins = known and flutter.change(at_ns)
        is_news = begins or flutter.changes is None
        if is_news:
            self.moved_ns = moved_ns
            self.changes += 1
        self._let_stand_in()
        return is_news

    def _let_stand_in(self) -> None:
        if self._shut is not None:
            self._has_seen_reed, self._may_stand_in, self._stands_in = True, self._shut, False
        elif self._locked is None:
            self._stands_in = False
        elif self._locked:
            self._stands_in = self._may_stand_in
        else:
            self._may_stand_in |= self._has_seen_reed


def _word(level: bool | None, yes: str, no: str) -> str:
    if level is None:
        return "unknown"
    return yes if level else no
