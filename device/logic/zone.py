"""One zone: from raw edges to alarms, troubles and restorals. Pure. Implements docs/hardware.md, "Zones".

Rules
- Every believed activation that is held for `hold_ns` is its own alarm; a shorter one is a Short: recorded, not sent.
- At most PER_MINUTE alarms are raised in a minute; the rest are counted and told in one event when the minute is over.
- A zone that is active when the agent starts says so: a person may be pressing while the power returns.
- Chatter, a faulty line and a stuck contact are each one trouble with one restoral, however long they last.
- A line that fails LOOSE_FAULTS times in a minute has a loose wire: from then on its fault lasts until the line has
  been whole for LOOSE_QUIET_NS, so that a screw that rattles all night is a few troubles, not thousands.
"""

from collections import deque
from dataclasses import dataclass

from device.logic.chatter import CHATTER_QUIET_NS, CHATTER_STABLE_NS, ChatterWatch
from device.logic.debounce import Change
from device.logic.event import Happening, Phase
from device.logic.kinds import KINDS, ZoneType
from device.logic.line import Line
from device.logic.units import MS, S, earliest
from drivers.ports import Edge, Pull

PER_MINUTE = 30
_MINUTE_NS = 60 * S
# An installer may try a wire twice. As long as chatter has to be quiet: both are contacts that come and go.
LOOSE_FAULTS = 3
LOOSE_QUIET_NS = CHATTER_QUIET_NS


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """As configured. `stuck_ns` counts from the alarm; 0 switches it off. `pin_nc`: second leg of a changeover."""

    name: str
    type: ZoneType
    pin: str
    pin_nc: str | None = None
    pull: Pull = Pull.UP
    normally_closed: bool = False
    stable_ns: int = 20 * MS
    hold_ns: int = 0
    stuck_ns: int = 0

    @property
    def pins(self) -> tuple[str, ...]:
        return (self.pin,) if self.pin_nc is None else (self.pin, self.pin_nc)


@dataclass(frozen=True, slots=True)
class Short:
    """An activation that ended before `hold_ns`: kept on the device, not sent."""

    at_ns: int
    zone: str
    held_ms: int


Outcome = Happening | Short


class Zone:
    """The machine of one zone. Main loop only."""

    def __init__(self, settings: ZoneSettings) -> None:
        self.settings = settings
        self._kind = KINDS[settings.type]
        self._line = Line(
            settings.stable_ns,
            normally_closed=settings.normally_closed,
            supervised=settings.pin_nc is not None,
        )
        self._chatter = ChatterWatch()
        self._active: Change | None = None
        self._handled = False  # this activation has been raised or counted
        self._raised = False  # … and an event told so, which wants its restoral
        self._stuck = False
        self._fault: str | None = None
        self._faults_ns: deque[int] = deque(maxlen=LOOSE_FAULTS)
        self._whole_ns: int | None = None  # since when a loose line has been whole again, while its fault is still told
        self._minute_ns: int | None = None
        self._in_minute = 0
        self._due_ns: int | None = None
        self._plan()

    @property
    def state(self) -> str:
        """For the status message: what the zone reports, or why it cannot see."""
        if self._fault:
            return f"line-{self._fault}"
        if self._chatter.edges is not None:
            return "chatter"
        if self._line.active is None:
            return "unknown"
        if self._stuck:
            return "stuck"
        return "raised" if self._raised else "normal"

    @property
    def is_moving(self) -> bool:
        """A contact moves, and may soon be believed."""
        return self._line.moving_ns is not None

    @property
    def by_person(self) -> bool:
        return self._kind.by_person

    def feed(self, edge: Edge) -> list[Outcome]:
        """A raw edge, or the level at start, of one of this zone's pins."""
        outcomes = self.tick(edge.at_ns)
        leg = self.settings.pins.index(edge.pin)
        if self._chatter.feed(edge.at_ns, settled=self._line.moving_ns is None):
            outcomes.append(self._circuit("chatter", Phase.RAISED, edge.at_ns))
            if self._handled:
                self._doubt_levels()
        closed = edge.high == (self.settings.pull is Pull.DOWN)
        outcomes += self._believe(self._line.feed(leg, closed, edge.at_ns), edge.at_ns)
        self._plan()
        return outcomes

    def tick(self, now_ns: int) -> list[Outcome]:
        """What has become true by now."""
        if not _past(self._due_ns, now_ns):
            return []
        outcomes: list[Outcome] = []
        changes: list[Change | None] = [*self._line.tick(now_ns)]
        for change in changes or [None]:
            outcomes += self._believe(change, now_ns)
        outcomes += self._overdue(now_ns)
        edges = self._chatter.tick(now_ns)
        if edges is not None:
            self._line.settle_for(self.settings.stable_ns)
            outcomes.append(self._circuit("chatter", Phase.RESTORED, now_ns, edges=edges))
        self._plan()
        return outcomes

    def due_ns(self) -> int | None:
        """When to call tick next."""
        return self._due_ns

    def _plan(self) -> None:
        # Asked for at every fact, changed by edges and time of its own only.
        self._due_ns = earliest(
            *(self._line.due_ns(), self._chatter.due_ns(), self._held_ns(), self._stuck_ns()),
            *(self._minute_over_ns(), None if self._whole_ns is None else self._whole_ns + LOOSE_QUIET_NS),
        )

    def _believe(self, change: Change | None, now_ns: int) -> list[Outcome]:
        outcomes = self._line_says(now_ns)
        if change is not None:
            self._chatter.moved(now_ns)
        if change is not None and change.closed:
            self._active = change
            outcomes += self._overdue(now_ns)
        elif change is not None:
            outcomes += self._rest(change)
        return outcomes

    def _line_says(self, now_ns: int) -> list[Outcome]:
        fault, told = self._line.fault, self._fault
        if fault is None and told is not None:
            return self._line_whole(told, now_ns)
        self._whole_ns = None
        if fault is None or fault == told:
            return []
        self._fault = fault
        if told is not None and self._is_loose(now_ns):
            return []
        self._faults_ns.append(now_ns)
        at_ns = now_ns if self._line.doubt_ns is None else self._line.doubt_ns
        return [self._circuit("line", Phase.RAISED, at_ns, fault=fault)]

    def _line_whole(self, fault: str, now_ns: int) -> list[Outcome]:
        whole_ns = now_ns if self._whole_ns is None else self._whole_ns
        if self._is_loose(whole_ns) and now_ns < whole_ns + LOOSE_QUIET_NS:
            self._whole_ns = whole_ns
            return []
        self._fault = self._whole_ns = None
        return [self._circuit("line", Phase.RESTORED, whole_ns, fault=fault)]

    def _is_loose(self, at_ns: int) -> bool:
        return len(self._faults_ns) == LOOSE_FAULTS and at_ns < self._faults_ns[0] + _MINUTE_NS

    def _rest(self, change: Change) -> list[Outcome]:
        active, self._active = self._active, None
        if active is None:
            return []
        outcomes: list[Outcome] = []
        held_ns = change.moved_ns - active.moved_ns
        if not self._handled and held_ns < self.settings.hold_ns:
            outcomes.append(Short(active.moved_ns, self.settings.name, held_ns // MS))
        elif not self._handled:
            outcomes += self._raise(active)
        if self._stuck:
            outcomes.append(self._circuit("stuck", Phase.RESTORED, change.moved_ns))
        if self._raised:
            outcomes.append(self._own(Phase.RESTORED, change.moved_ns))
        self._handled = self._raised = self._stuck = False
        return outcomes

    def _overdue(self, now_ns: int) -> list[Outcome]:
        outcomes: list[Outcome] = []
        if _past(self._minute_over_ns(), now_ns):
            outcomes += self._count_told(now_ns)
        if self._active is not None and _past(self._held_ns(), now_ns):
            outcomes += self._raise(self._active)
        stuck_ns = self._stuck_ns()
        if stuck_ns is not None and now_ns >= stuck_ns:
            self._stuck = True
            outcomes.append(self._circuit("stuck", Phase.RAISED, stuck_ns))
        return outcomes

    def _held_ns(self) -> int | None:
        if self._active is None or self._handled:
            return None
        over_ns = self._active.moved_ns + self.settings.hold_ns
        # A release that began before the hold was over is believed later: wait for it, but not for one without end.
        moving_ns, settled_ns = self._line.moving_ns, self._line.due_ns()
        if moving_ns is None or settled_ns is None or moving_ns >= over_ns:
            return over_ns + self.settings.stable_ns
        return max(over_ns + self.settings.stable_ns, min(settled_ns, over_ns + CHATTER_STABLE_NS))

    def _stuck_ns(self) -> int | None:
        if self._active is None or not self._handled or self._stuck or not self.settings.stuck_ns:
            return None
        return self._active.moved_ns + self.settings.hold_ns + self.settings.stuck_ns

    def _minute_over_ns(self) -> int | None:
        return None if self._minute_ns is None else self._minute_ns + _MINUTE_NS

    def _doubt_levels(self) -> None:
        # The first press is heard on the worst contact; once it has been told, the noise shall not tell it again.
        self._line.settle_for(max(self.settings.stable_ns, CHATTER_STABLE_NS))

    def _raise(self, active: Change) -> list[Outcome]:
        self._handled = True
        if self._chatter.edges is not None:
            self._doubt_levels()
        if self._minute_ns is None:
            self._minute_ns, self._in_minute = active.moved_ns, 0
        self._in_minute += 1
        if self._in_minute > PER_MINUTE:
            return []
        self._raised = True
        return [self._own(Phase.RAISED, active.moved_ns, **({"at_start": True} if active.first else {}))]

    def _count_told(self, now_ns: int) -> list[Outcome]:
        counted = self._in_minute - PER_MINUTE
        self._minute_ns = None
        return [self._own(Phase.REPORTED, now_ns, count=counted, window_s=60)] if counted > 0 else []

    def _own(self, phase: Phase, at_ns: int, **detail: object) -> Happening:
        return Happening(at_ns, self._kind.what, self.settings.name, phase, self._kind.code, detail)

    def _circuit(self, trouble: str, phase: Phase, at_ns: int, **detail: object) -> Happening:
        return Happening(at_ns, f"trouble.{trouble}", self.settings.name, phase, self._kind.circuit, detail)


def _past(due_ns: int | None, now_ns: int) -> bool:
    return due_ns is not None and now_ns >= due_ns
