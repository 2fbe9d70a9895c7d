"""The agent: one machine made of machines. Pure. Facts in, effects out; time and chance are arguments.

The same object runs on a Pi, in a test and in the simulator; only the shell around it differs (device/loop.py).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from device.logic.answers import Answers
from device.logic.bank.kept import conclusion_of
from device.logic.bank.lockers import Lockers, LockersOutcome, NoLockers
from device.logic.command import Command
from device.logic.delivery import Delivery
from device.logic.effects import Effect, Leave, Note, Publish, Save
from device.logic.event import Happening, Journal, Origin, Phase
from device.logic.inbound import Inbound
from device.logic.kinds import Code
from device.logic.lamp import Look, Shows
from device.logic.lights import Lights
from device.logic.renewal import Renewal
from device.logic.renewal_steps import RenewalSteps
from device.logic.status import Report, StatusWriter
from device.logic.supervision import Supervision, Waits
from device.logic.units import MS, S, earliest
from device.logic.uplink import Uplink
from device.logic.zone import Outcome, Short, Zone, ZoneSettings
from drivers.ports import (
    Beginning,
    Edge,
    ErrandDone,
    Fact,
    Identity,
    Keys,
    LinkDown,
    LinkUp,
    Loaded,
    Message,
    Place,
    Probed,
    Promoted,
    Published,
    Received,
    Record,
    Saved,
    Settled,
    Signer,
    StoreFailed,
    StoreWell,
    Thinned,
    Tick,
    Urgency,
    WallClock,
)

# Zones settle within `stable_ms` (1 s at most) and their bounce, a supervised line within a tenth of a second more;
# what is unknown then is told so.
START_NS = 1_600 * MS
# Changes that come together are one status message.
STATUS_DELAY_NS = 250 * MS
# Status messages need no place in the outbox: the next one replaces them.
STATUS_TOKEN = 0
_STARTED = Code("RR", None, 305)


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """As configured. `certificate_expires_ns`: UTC since 1970, None without a certificate.

    `runs_errands`: there is an office to ask. `staged`: an identity that an earlier run could not prove.
    """

    device: str
    version: str
    zones: tuple[ZoneSettings, ...]
    indicators: tuple[tuple[str, Shows], ...]
    brokers: int
    heartbeat_s: int
    certificate_expires_ns: int | None
    runs_errands: bool = False
    staged: Identity | None = None


class Agent:
    """Everything that a device decides. Main loop only."""

    def __init__(
        self,
        settings: AgentSettings,
        beginning: Beginning,
        boot: str,
        wall: WallClock,
        signer: Signer,
        keys: Keys,
        random: Callable[[], float],
        lockers: Lockers | None = None,
    ) -> None:
        """`wall.at_ns` is when this run begins; `random()` gives [0, 1). lockers: of a bank."""
        origin = Origin(settings.device, beginning.epoch, boot)
        self._device = settings.device
        self._version = settings.version
        self._beginning = beginning
        self._start_ns: int | None = wall.at_ns
        self._now_ns = wall.at_ns
        self._next_ns: int | None = None
        self._is_bounce = False
        self._journal = Journal(origin, beginning.prev, signer)
        self._status = StatusWriter(origin, settings.version, settings.heartbeat_s, signer)
        self._zones = tuple(Zone(zone) for zone in settings.zones)
        self._by_pin = {pin: zone for zone in self._zones for pin in zone.settings.pins}
        self._by_person = {zone.settings.name for zone in self._zones if zone.by_person}
        self._delivery = Delivery(beginning, wall.at_ns, self._topic, random)
        self._uplink = Uplink(settings.brokers, self._delivery, self._will, wall.at_ns, random)
        self._supervision = Supervision(wall, settings.certificate_expires_ns)
        self._lockers = lockers or NoLockers()
        self._renewal = RenewalSteps(
            Renewal(settings.runs_errands, settings.staged, wall.at_ns, random),
            self._uplink,
            self._delivery,
            self._journal,
            self._status,
            self._supervision,
            self._tell,
        )
        self._lights = Lights(settings.indicators)
        self._answers = Answers(
            Inbound(settings.device, keys),
            self._delivery,
            self._renewal,
            self._lights,
            self._supervision,
            self._tell,
        )
        self._shorts: Counter[str] = Counter()
        self._heartbeat_ns = settings.heartbeat_s * S
        self._status_due_ns = wall.at_ns
        self._told: tuple[tuple[str, ...], int, tuple[str, ...]] = ((), 0, ())

    # ------------------------------------------------------------ what a shell asks

    def feed(self, fact: Fact) -> list[Effect]:
        """What should be done now that this is known. Effects are to be carried out in order."""
        self._now_ns = max(self._now_ns, fact.at_ns)
        effects = self._take(fact)
        # A contact bounces dozens of times. Where that says nothing, all else is as it was, and not due yet.
        bounced, self._is_bounce = self._is_bounce, False
        if bounced and self._next_ns is not None and self._now_ns < self._next_ns:
            return effects
        # An edge may wait in the queue behind any other fact: only a Tick says that a level has lasted until now.
        if isinstance(fact, Tick):
            effects += self._tick_zones(self._now_ns)
        effects += self._pass_time(self._now_ns)
        # A light waits for nothing else that has to be done.
        return [*self._lights.switch(self._now_ns, healthy=self._is_healthy()), *effects]

    def due_ns(self) -> int | None:
        """When to feed a Tick if nothing else happens."""
        self._next_ns = earliest(
            *(zone.due_ns() for zone in self._zones),
            None if self._start_ns is None else self._start_ns + START_NS,
            self._uplink.due_ns(),
            self._answers.due_ns(),
            self._supervision.due_ns(self._waits()),
            self._renewal.due_ns(),
            self._lockers.due_ns(),
            self._lights.due_ns(self._now_ns),
            self._status_due_ns if self._uplink.is_up else None,
        )
        return self._next_ns

    def rehearse(self) -> None:
        """Use the wait for a contact to settle: what an alarm will need is done once, to no effect."""
        if any(zone.is_moving for zone in self._zones):
            self._journal.rehearse(self._supervision.wall)

    @property
    def alarm_look(self) -> Look:
        """What a lamp for alarms says now."""
        return self._lights.alarms.look

    @property
    def zone_states(self) -> dict[str, str]:
        """Every zone's and every door's word for the status message."""
        return {zone.settings.name: zone.state for zone in self._zones} | dict(self._lockers.states)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What the device finds wrong with itself now."""
        return self._supervision.troubles.names

    @property
    def outbox_depth(self) -> int:
        """Events without a receipt."""
        return self._delivery.depth

    @property
    def looks(self) -> dict[str, Look]:
        """What each indicator shows now, by its name."""
        return self._lights.looks

    def stop(self, now_ns: int) -> list[Effect]:
        """Say goodbye in good order."""
        stopped = self._tell([Happening(now_ns, "system.stopped", "agent", Phase.REPORTED)], now_ns)
        return [*self._lights.all_off(), *stopped, Leave(self._will(self._uplink.connections, now_ns))]

    # ------------------------------------------------------------ facts

    def _take(self, fact: Fact) -> list[Effect]:
        match fact:
            case Edge():
                return self._hear(fact)
            case WallClock():
                return self._tell(self._supervision.clock(fact), self._now_ns)
            case LinkUp() | LinkDown() | Published() | Probed():
                return self._link(fact)
            case ErrandDone() | Promoted():
                self._renewal.office(fact)
                if isinstance(fact, ErrandDone) and fact.keys is not None:
                    self._answers.trust(fact.keys)
                return []
            case Received():
                return self._read(fact)
            case Saved() | Settled() | Loaded() | Thinned() | StoreFailed() | StoreWell():
                return self._take_stored(fact)
            case Tick():
                return []
            case _:
                return self._carry_on(self._lockers.feed(fact, self._now_ns))

    def _link(self, fact: LinkUp | LinkDown | Published | Probed) -> list[Effect]:
        effects = self._uplink.take(fact)
        if isinstance(fact, LinkUp):
            self._status_due_ns = self._now_ns
            effects += self._renewal.link_up(self._now_ns)
        elif isinstance(fact, LinkDown):
            effects += self._renewal.link_down(self._now_ns)
        return effects

    def _read(self, message: Received) -> list[Effect]:
        read = self._answers.read(message, self._now_ns)
        if isinstance(read, Command):
            return self._carry_on(self._lockers.command(read, self._now_ns, self._supervision.wall))
        return read

    def _hear(self, edge: Edge) -> list[Effect]:
        zone = self._by_pin.get(edge.pin)
        if zone is None:
            return self._carry_on(self._lockers.feed(edge, self._now_ns))
        before = zone.state
        effects = self._zone_says(zone.feed(edge), self._now_ns)
        self._is_bounce = not effects and zone.state == before
        return effects

    def _take_stored(self, fact: Saved | Settled | Loaded | Thinned | StoreFailed | StoreWell) -> list[Effect]:
        match fact:
            case Saved():
                self._delivery.saved(fact.places)
                for place in fact.places:
                    self._lights.alarms.saved(place)
                return []
            case Settled():
                self._answers.settled(fact.places, self._now_ns)
                return []
            case Loaded():
                self._delivery.loaded(fact, self._now_ns)
                return []
            case Thinned():
                self._delivery.thinned(fact.count)
                return self._thinned(fact.count, fact.first, fact.last)
            case StoreFailed():
                # It will be answered again after a restart, but the person must not wait for a disk.
                self._answers.settled(fact.places, self._now_ns)
                self._delivery.store_failed(fact.places, self._now_ns)
            case StoreWell():
                return [
                    *self._delivery.store_well(self._now_ns),
                    *self._tell(self._supervision.store(fact), self._now_ns),
                ]
        return self._tell(self._supervision.store(fact), self._now_ns)

    def _tick_zones(self, now_ns: int) -> list[Effect]:
        return [effect for zone in self._zones for effect in self._zone_says(zone.tick(now_ns), now_ns)]

    def _pass_time(self, now_ns: int) -> list[Effect]:
        effects: list[Effect] = []
        if self._start_ns is not None and (self._all_known() or now_ns >= self._start_ns + START_NS):
            effects += self._tell([self._started(self._start_ns)], now_ns)
            self._start_ns = None
        effects += self._carry_on(self._lockers.tick(now_ns, self._supervision.wall))
        effects += self._renewal.tick(now_ns)
        effects += self._uplink.tick(now_ns)
        happenings = self._answers.tick(now_ns) + self._supervision.tick(now_ns, self._waits())
        given_up = self._delivery.take_given_up()
        if given_up is not None:
            effects += self._thinned(given_up.count, given_up.first, given_up.last)
        return effects + self._tell(happenings, now_ns) + self._tell_status(now_ns)

    # ------------------------------------------------------------ what is told

    def _zone_says(self, outcomes: list[Outcome], now_ns: int) -> list[Effect]:
        effects: list[Effect] = []
        for outcome in outcomes:
            if isinstance(outcome, Short):
                self._shorts[outcome.zone] += 1
                effects.append(Note(f"{outcome.zone}: active for {outcome.held_ms} ms, shorter than hold_ms"))
            else:
                effects += self._tell([outcome], now_ns)
                self._lockers.heed(outcome)
        return effects

    def _carry_on(self, outcomes: list[LockersOutcome]) -> list[Effect]:
        effects: list[Effect] = []
        for outcome in outcomes:
            effects += self._tell([outcome], self._now_ns) if isinstance(outcome, Happening) else [outcome]
        return effects

    def _tell(self, happenings: list[Happening], now_ns: int) -> list[Effect]:
        effects: list[Effect] = []
        for happening in happenings:
            record = self._journal.write(happening, self._supervision.wall)
            waits = happening.is_alarm and happening.phase is Phase.RAISED and happening.subject in self._by_person
            if waits:
                self._lights.alarms.heard(record.place, now_ns)
            effects += [*self._uplink.add(record, now_ns), Save(record, happening, conclusion_of(happening))]
        return effects

    def _started(self, at_ns: int) -> Happening:
        reason = "boot" if not self._beginning.same_boot else "restart" if self._beginning.orderly else "crash"
        detail: dict[str, Any] = {"reason": reason, "version": self._version, "zones": self.zone_states}
        return Happening(at_ns, "system.started", "agent", Phase.REPORTED, _STARTED, detail)

    def _thinned(self, count: int, first: Place, last: Place) -> list[Effect]:
        detail = {"count": count, "first": str(first), "last": str(last)}
        return self._tell(
            [Happening(self._now_ns, "system.thinned", "store", Phase.REPORTED, detail=detail)], self._now_ns
        )

    def _tell_status(self, now_ns: int) -> list[Effect]:
        zones = tuple(zone.state for zone in self._zones)
        told = (zones, self._lockers.changes, self._supervision.troubles.names)
        if told != self._told:
            self._told = told
            self._status_due_ns = min(self._status_due_ns, now_ns + STATUS_DELAY_NS)
        if not self._uplink.is_up or now_ns < self._status_due_ns:
            return []
        self._status_due_ns = now_ns + self._heartbeat_ns
        message = self._status.online(self._uplink.connections, self._report(now_ns), now_ns, self._supervision.wall)
        return [Publish(message, STATUS_TOKEN)]

    def _will(self, connection: int, now_ns: int) -> Message:
        return self._status.offline(connection, self._report(now_ns), now_ns, self._supervision.wall)

    def _report(self, now_ns: int) -> Report:
        health = {
            "troubles": list(self._supervision.troubles.names),
            "broker": self._uplink.broker,
            "refused": self._answers.refused,
            "refused_by_broker": self._delivery.refused,
            "short": dict(self._shorts),
        }
        delivery = self._delivery
        return Report(self._journal.seq, delivery.depth, delivery.oldest_s(now_ns), self.zone_states, health)

    # ------------------------------------------------------------ what is known

    def _topic(self, record: Record) -> str:
        return f"ansim/v1/{self._device}/{'alarm' if record.urgency is Urgency.ALARM else 'event'}"

    def _all_known(self) -> bool:
        return self._lockers.all_known and all(zone.state != "unknown" for zone in self._zones)

    def _waits(self) -> Waits:
        return Waits(self._uplink.down_ns, self._delivery.asked_ns, self._uplink.is_up)

    def _is_healthy(self) -> bool:
        return self._uplink.is_up and not self._supervision.troubles.names
