"""A bank of lockers: facts and requests in, events and pulses out. Pure. Implements docs/lockers.md, "Door states".

Not one of its rules pulses a door that was secured, and that nobody asked for. Two pulse without being asked: for a
person who may be shut in, once for each closing, and for a hook that fell while its door was open, once.
"""

from collections.abc import Iterable

from device.logic.bank.agenda import Agenda
from device.logic.bank.attack import Attack
from device.logic.bank.blanking import Blanking
from device.logic.bank.door import Door, DoorOutcome, Strayed
from device.logic.bank.duty import Duty
from device.logic.bank.outages import Outages
from device.logic.bank.pulse_queue import PulseQueue
from device.logic.bank.readings import Latch, Readings
from device.logic.bank.release import Released, ReleaseResult
from device.logic.bank.settings import BankSettings, DoorSettings
from device.logic.bank.site import Site
from device.logic.bank.states import DoorView
from device.logic.effects import Pulse
from device.logic.event import Happening, Phase
from device.logic.units import earliest
from drivers.lock_ports import BoardRead, BoardSilent, BusDown, BusUp, LockFact, PulseBegan, PulseEnd, PulseOver
from drivers.ports import Edge, WallClock

# Changes of a door in one run, before its revisions could meet those of the next.
_RUN = 2**20

BankOutcome = Happening | Pulse | Released


class Bank:
    """Every compartment of one device. Main loop only."""

    def __init__(self, settings: BankSettings, now_ns: int, starts: int) -> None:
        """starts: the start counter of this run, so that no revision of a door is ever used twice."""
        self._now_ns = now_ns
        self._site = Site(settings.night)
        self._blanking = Blanking()
        self._duty = Duty()
        self._queue = PulseQueue(self._duty)
        self._readings = Readings(settings.doors, self._blanking)
        self._outages = Outages()
        self._attack = Attack()
        self._agenda = Agenda()
        self._held: set[str] = set()  # doors that wait for the end of a window
        self._window_told = True  # … and have been told of it
        self._outbox: list[BankOutcome] = []
        self._flip_ns: int | None = None
        first = starts * _RUN
        self._doors = {door.name: Door(door, self._site, self._blanking, now_ns, first) for door in settings.doors}
        self._by_pin = {door.reed.pin: self._doors[door.name] for door in settings.doors if door.reed is not None}
        self._buses = frozenset(bus for door in settings.doors for bus in _buses_of(door))
        self.pins = frozenset(self._by_pin)
        """Of the reeds."""
        self.states: dict[str, str] = {name: door.state.value for name, door in self._doors.items()}
        """Every door's word."""
        self.changes = 0
        """Another number whenever `states` has changed."""

    @property
    def all_known(self) -> bool:
        """Every door has been seen since the start."""
        return all(door.has_been_seen for door in self._doors.values())

    def revision(self, door: str) -> int:
        """Another number after every believed change and every release of a door, in all runs. KeyError for no door."""
        return self._doors[door].revision

    def view(self, door: str) -> DoorView:
        """A door as it is known. KeyError if there is none of this name."""
        return self._doors[door].view(self._now_ns)

    # ------------------------------------------------------------ what a shell asks

    def release(self, door: str, by: str, now_ns: int, until_ns: int | None) -> None:
        """Ask for a door to be released. Answered by one Released with this `by`, whatever happens.

        until_ns: nothing is pulsed for it from then on, monotonic; None if it may wait. Asked twice while it is being
        opened, both share the pulses and the outcome. KeyError for no door.
        """
        machine = self._doors[door]
        self._now_ns = max(self._now_ns, now_ns)
        if machine.settings.lock is None:
            self._outbox.append(Released(by, door, ReleaseResult.NOT_SENT, now_ns, detail={"why": "no lock"}))
            return
        machine.ask(by, now_ns, until_ns)
        self._outbox += self._settle(machine, [])

    def key_turned(self, is_on: bool) -> None:
        """The on-site key switch: a door that somebody opens by hand meanwhile is forced, and says so."""
        self._site.is_key_on = is_on

    def tamper(self, is_on: bool, at_ns: int) -> None:
        """The cabinet was opened or shut."""
        self._outbox += self._attack.tamper(is_on, at_ns, is_night=self._site.is_night)

    def feed(self, fact: LockFact | Edge, now_ns: int) -> list[BankOutcome]:
        """What has become known by a fact. What is only due is told by `tick`: facts may wait behind this one."""
        self._now_ns = max(self._now_ns, now_ns)
        match fact:
            case Edge():
                return self._hear(fact)
            case BoardRead():
                return self._read(fact)
            case BoardSilent():
                return self._lose(fact.bus, fact.board, fact.at_ns, fact.why)
            case BusDown():
                return self._lose(fact.bus, None, fact.at_ns, fact.why)
            case BusUp():
                return [*self._outages.bus_up(fact.bus, fact.at_ns)]
            case PulseBegan():
                self._blanking.began(fact.lock, fact.at_ns)
                self._window_told = False
                return []
            case PulseOver():
                return self._pulse_over(fact.lock, fact.end, fact.at_ns)

    def tick(self, now_ns: int, wall: WallClock) -> list[BankOutcome]:
        """What has become true by now."""
        self._now_ns = max(self._now_ns, now_ns)
        outcomes, self._outbox = self._outbox, []
        self._look_at_clock(now_ns, wall)
        lost_ns, in_flight = self._blanking.lost_ns(), self._blanking.in_flight
        if in_flight is not None and lost_ns is not None and now_ns >= lost_ns:
            outcomes += self._pulse_over(in_flight.lock, PulseEnd.UNANSWERED, now_ns)
        if not self._window_told and not self._blanking.holds(now_ns):
            self._window_told = True
            self._let_go(now_ns)
        was_settled = self._readings.is_settled()
        outcomes += self._latches(self._readings.tick(now_ns), now_ns)
        if not was_settled and self._readings.is_settled():
            self._let_go(now_ns)
        for name in self._agenda.take(now_ns):
            door = self._doors[name]
            outcomes += self._settle(door, door.tick(now_ns, held=self._is_held(door, now_ns)))
        return outcomes + self._pulse_next(now_ns)

    def due_ns(self) -> int | None:
        """When to call tick next."""
        if self._outbox:
            return self._now_ns
        due_ns = earliest(self._agenda.due_ns(), self._blanking.lost_ns(), self._readings.due_ns(), self._flip_ns)
        if not self._window_told:
            due_ns = earliest(due_ns, self._blanking.end_ns)
        if self._queue and self._blanking.in_flight is None and self._readings.is_settled():
            ready_ns = self._queue.due_ns()
            due_ns = earliest(due_ns, ready_ns if ready_ns is None else max(ready_ns, self._blanking.clear_ns or 0))
        return due_ns

    # ------------------------------------------------------------ facts

    def _hear(self, edge: Edge) -> list[BankOutcome]:
        door = self._by_pin.get(edge.pin)
        if door is None:
            return []
        expander, slash, _ = edge.pin.partition("/")
        outcomes: list[BankOutcome] = []
        if slash and self._outages:
            outcomes += self._outages.bus_heard(expander, edge.at_ns)
        held = self._blanking.holds(edge.at_ns, door.settings.name)
        seen = door.see(edge.at_ns) if door.sight.hear(edge, held=held) else []
        return outcomes + self._settle(door, seen)

    def _read(self, fact: BoardRead) -> list[BankOutcome]:
        outcomes: list[BankOutcome] = []
        if self._outages:
            outcomes += self._outages.board_heard(fact.bus, fact.board, fact.at_ns)
        if (fact.bus, fact.board) not in self._readings:
            return outcomes
        was_settled = self._readings.is_settled((fact.bus, fact.board))
        outcomes += self._latches(self._readings.read(fact), fact.at_ns)
        for name in self._readings.restless(fact):
            door = self._doors[name]
            seen = door.see(fact.at_ns) if door.sight.latch_restless(fact.at_ns) else []
            outcomes += self._settle(door, seen)
        if not was_settled and self._readings.is_settled((fact.bus, fact.board)):
            self._let_go(fact.at_ns)
        return outcomes

    def _lose(self, bus: str, board: int | None, at_ns: int, why: str) -> list[BankOutcome]:
        if bus not in self._buses:
            return []
        outcomes: list[BankOutcome] = []
        if board is None:
            outcomes += self._outages.bus_down(bus, at_ns, why)
        else:
            outcomes += self._outages.board_silent(bus, board, at_ns, why)
        outcomes += self._latches(self._readings.lose(bus, board), at_ns)
        for pin, door in self._by_pin.items():
            if pin.startswith(f"{bus}/"):
                outcomes += self._settle(door, door.see(at_ns) if door.sight.lose_reed(at_ns) else [])
        self._let_go(at_ns)
        return outcomes

    def _latches(self, latches: Iterable[Latch], at_ns: int) -> list[BankOutcome]:
        outcomes: list[BankOutcome] = []
        for latch in latches:
            door, feedback = self._doors[latch.door], latch.feedback
            if feedback is None:
                is_new = door.sight.lose_latch(at_ns)
            else:
                is_new = door.sight.read(feedback.locked, feedback.moved_ns, at_ns)
            outcomes += self._settle(door, door.see(at_ns) if is_new else [])
        return outcomes

    # ------------------------------------------------------------ pulses

    def _pulse_next(self, now_ns: int) -> list[BankOutcome]:
        outcomes: list[BankOutcome] = []
        while self._may_pulse(now_ns) and (door := self._queue.next(now_ns)) is not None:
            may_pulse, told = door.releasing.may_pulse(now_ns)
            lock = door.settings.lock
            if may_pulse and lock is not None:
                self._blanking.begin(door.settings, lock, now_ns)
                outcomes.append(Pulse(lock, door.releasing.order_pulse(now_ns)))
            outcomes += self._settle(door, [*told])
        return outcomes

    def _may_pulse(self, now_ns: int) -> bool:
        is_clear = self._blanking.in_flight is None and now_ns >= (self._blanking.clear_ns or 0)
        return is_clear and self._readings.is_settled()

    def _pulse_over(self, lock: str, end: PulseEnd, at_ns: int) -> list[BankOutcome]:
        window = self._blanking.over(lock, end, at_ns)
        if window is None or window.off_ns is None:
            return []
        if end is not PulseEnd.NOT_SENT:
            # What a board declines because it cools down is not to be asked for at once either.
            self._duty.pulsed(lock, window.off_ns)
        if window.fired:
            self._readings.expect()
        door = self._doors[window.door.name]
        return self._settle(door, [*door.releasing.pulse_over(window.begin_ns, end, at_ns)])

    # ------------------------------------------------------------ after anything has happened to a door

    def _settle(self, door: Door, told: list[DoorOutcome]) -> list[BankOutcome]:
        name, outcomes = door.settings.name, list[BankOutcome]()
        for each in told:
            match each:
                case Strayed():
                    pulsed = self._doors[each.pulsed]
                    pulsed.releasing.strayed(name, each.at_ns)
                    outcomes += self._settle(pulsed, [])
                case Happening(what="trouble.sensor"):
                    outcomes += [each, *self._weigh(each, _column(door.settings))]
                case _:
                    outcomes.append(each)
        door.refresh(self._now_ns)
        self._queue.look_at(door)
        held = self._is_held(door, self._now_ns)
        if held:
            self._held.add(name)
        self._agenda.set(name, door.due_ns(held=held))
        if self.states[name] != door.state:
            self.states = {**self.states, name: door.state.value}
            self.changes += 1
        return outcomes

    def _weigh(self, fault: Happening, column: str) -> list[Happening]:
        is_on, is_night = fault.phase is Phase.RAISED, self._site.is_night
        return self._attack.fault(column, fault.subject, is_on, fault.at_ns, is_night=is_night)

    def _is_held(self, door: Door, now_ns: int) -> bool:
        """Whether its time is not to be judged: what is seen of it may be old, or the doing of a coil."""
        if self._blanking.holds(now_ns, door.settings.name):
            return True
        latch = door.settings.latch
        return latch is not None and door.sight.is_by_latch and not self._readings.is_settled((latch.bus, latch.board))

    def _let_go(self, now_ns: int) -> None:
        held, self._held = self._held, set()
        for name in held:
            self._agenda.set(name, now_ns)

    def _look_at_clock(self, now_ns: int, wall: WallClock) -> None:
        if self._site.look_at_clock(wall, now_ns):
            for name in self._doors:
                self._agenda.set(name, now_ns)
        self._flip_ns = self._site.flip_ns(wall, now_ns)


def _buses_of(door: DoorSettings) -> Iterable[str]:
    """Everything that a door is lost with: the bus of its latch and of its lock, the expander of its reed."""
    if door.latch is not None:
        yield door.latch.bus
    for way in (door.lock, None if door.reed is None else door.reed.pin):
        if way is not None and "/" in way:
            yield way.partition("/")[0]


def _column(door: DoorSettings) -> str:
    """What the sensors of a door have in common with those of its neighbours."""
    if door.latch is not None:
        return f"{door.latch.bus}/{door.latch.board}"
    expander, slash, _ = ("" if door.reed is None else door.reed.pin).partition("/")
    return expander if slash else "header"
