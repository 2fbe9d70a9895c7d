"""Time turned by hand for the zone machine, and what it told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from device.logic.event import Happening
from device.logic.kinds import ZoneType
from device.logic.units import MS
from device.logic.zone import Short, Zone, ZoneSettings
from drivers.ports import Edge, Pull

BUTTON = ZoneSettings("button", ZoneType.HOLDUP, "GPIO17", stuck_ns=60_000 * MS)
PHONE = ZoneSettings("phone", ZoneType.HOTLINE, "GPIO17", hold_ns=7_000 * MS, stuck_ns=120_000 * MS)
SUPERVISED = replace(BUTTON, pin_nc="GPIO27", stuck_ns=0)


@dataclass(frozen=True, slots=True)
class Told:
    """One outcome in short: `alarm.holdup raised`, `short`; the time in ms."""

    what: str
    at_ms: float
    detail: tuple[tuple[str, object], ...] = ()


class Hand:
    """Moves the contacts of one zone. Every due time is kept, as the loop keeps it, unless `late`."""

    def __init__(self, settings: ZoneSettings, *, late: bool = False) -> None:
        self.zone = Zone(settings)
        self.told: list[Told] = []
        self.now_ns = 0
        self._late = late

    def start(self, *, active: bool = False) -> "Hand":
        """Both legs as they are when the agent starts, and time to believe them."""
        self.contact(0, closed=active != self.zone.settings.normally_closed)
        if self.zone.settings.pin_nc is not None:
            self.contact(0, closed=not active, leg=1)
        return self

    def contact(self, at_ms: float, *, closed: bool, leg: int = 0) -> None:
        self.until(at_ms, own=False)
        settings = self.zone.settings
        high = closed == (settings.pull is Pull.DOWN)
        self._take(self.zone.feed(Edge(self.now_ns, settings.pins[leg], high)))

    def press(self, at_ms: float, length_ms: float) -> None:
        closed = not self.zone.settings.normally_closed
        self.contact(at_ms, closed=closed)
        self.contact(at_ms + length_ms, closed=not closed)

    def edges(self, at_ms: Iterable[float], *, closed: bool = True, leg: int = 0) -> None:
        for each in at_ms:
            self.contact(each, closed=closed, leg=leg)
            closed = not closed

    def until(self, at_ms: float, *, own: bool = True) -> list[Told]:
        """Let time pass; returns everything told so far."""
        end_ns = round(at_ms * MS)
        while not self._late and (due_ns := self.zone.due_ns()) is not None and due_ns < end_ns + own:
            self._tick(max(due_ns, self.now_ns))
        self.now_ns = max(self.now_ns, end_ns)
        if own:
            self._tick(self.now_ns)
        return self.told

    def names(self) -> list[str]:
        return [told.what for told in self.told]

    def count(self, what: str) -> int:
        return self.names().count(what)

    def _tick(self, now_ns: int) -> None:
        self.now_ns = now_ns
        self._take(self.zone.tick(now_ns))
        due_ns = self.zone.due_ns()
        assert due_ns is None or due_ns > now_ns, "the zone would spin"
        assert self.zone.tick(now_ns) == []

    def _take(self, outcomes: Iterable[Happening | Short]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Short):
                self.told.append(Told("short", outcome.at_ns / MS, (("held_ms", outcome.held_ms),)))
            else:
                detail = tuple(sorted(outcome.detail.items()))
                self.told.append(Told(f"{outcome.what} {outcome.phase.value}", outcome.at_ns / MS, detail))
