"""Send every event until the control room's receipt proves that it is stored there. Pure.

Implements docs/architecture.md, "Delivery". A broker's acknowledgement is a hint; only a verified receipt that names
the digest of what was sent ends an event. Until then the same bytes go again. Alarms go first, and at once.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from device.logic.effects import Effect, Load, Note, Publish, Save, Settle
from device.logic.envelope import Refusal, Refused
from device.logic.lane import WINDOW, Lane, Pending
from device.logic.receipt import Receipt
from device.logic.units import S, earliest
from drivers.ports import Beginning, Loaded, Message, Place, Record, Urgency

# The broker answers in milliseconds when it is there. An alarm that it has not taken after this long looks for another.
ACK_NS = 3 * S
# First resend and slowest resend without a receipt. EN 50131 wants an alarm notified within 10 s; three tries fit.
ALARM_RESEND_S = (2, 30)
OTHER_RESEND_S = (5, 60)
# In flight to the broker at once; the last few places are kept for alarms.
IN_FLIGHT = 20
ALARM_RESERVE = 4
# While the disk fails everything is in memory: about 1 KiB an event.
MEMORY_EVENTS = 10_000
GIVE_UP_EVENTS = 100
STORE_RETRY_NS = 10 * S
# A control room that has said nothing for so long was away.
SILENCE_NS = 10 * S
_ANSWERABLE = 1_024
# About as long as an event: a disk on which only a line fits has no room.
_PROBE = "the store is tried again ".ljust(1_000, ".")


@dataclass(slots=True)
class _Sent:
    digest: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The oldest events, dropped from a full memory: how many, from, to."""

    count: int
    first: Place
    last: Place


class Delivery:
    """The outbox. Main loop only. `topic(record)` says where an event goes; `random()` gives [0, 1)."""

    def __init__(
        self, beginning: Beginning, now_ns: int, topic: Callable[[Record], str], random: Callable[[], float]
    ) -> None:
        others = beginning.unanswered - beginning.unanswered_urgent
        self._alarms = Lane(urgent=True, behind=beginning.unanswered_urgent > 0)
        self._others = Lane(urgent=False, behind=others > 0)
        self._lanes = (self._alarms, self._others)
        self._start_ns = now_ns
        self._topic = topic
        self._random = random
        self._limit = 0  # messages in flight that the connection allows; 0 while there is none
        self._flying: dict[int, Place] = {}
        self._token = 0
        self._count = beginning.unanswered
        self._sent: OrderedDict[Place, _Sent] = OrderedDict()
        self._answered_ns = now_ns
        self._given_up: GivenUp | None = None
        self._store_retry_ns: int | None = None
        self._asked: dict[Place, int] = {}
        self.refused = 0
        """Messages that the broker refused to take."""

    @property
    def depth(self) -> int:
        """Events without a receipt."""
        held = len(self._alarms) + len(self._others)
        return max(self._count, held) if self._alarms.behind or self._others.behind else held

    def oldest_s(self, now_ns: int) -> int:
        """Age of the oldest event without a receipt; one from an earlier run counts from the start of this one."""
        if self._alarms.behind or self._others.behind:
            return (now_ns - self._start_ns) // S
        since = [pending.since_ns for lane in self._lanes if (pending := lane.oldest()) is not None]
        return (now_ns - min(since)) // S if since else 0

    @property
    def alarm_waits(self) -> bool:
        """An alarm has no receipt yet."""
        return self._alarms.behind or len(self._alarms) > 0

    def waits_for_broker(self, now_ns: int) -> bool:
        """An alarm was handed to the broker and it has not answered in time."""
        overdue = (p for p in self._alarms.all() if p.token is not None)
        return any(now_ns >= pending.sent_ns + ACK_NS for pending in overdue)

    def unanswered_tries(self) -> int:
        """How often the oldest alarm has been sent in vain."""
        oldest = self._alarms.oldest()
        return 0 if oldest is None else oldest.sent

    # ------------------------------------------------------------ what happens

    def add(self, record: Record, now_ns: int) -> list[Effect]:
        """A new event. It is sent at once where a connection allows; storing it is the caller's."""
        self._lane(record).add(Pending(record, now_ns, now_ns, saved=False))
        self._count += 1
        self._asked[record.place] = now_ns
        self._bound_memory()
        return self.pump(now_ns)

    @property
    def asked_ns(self) -> int | None:
        """Since when the disk owes an answer for an event; None while it owes none."""
        return next(iter(self._asked.values()), None)

    def saved(self, places: tuple[Place, ...]) -> None:
        for place in places:
            self._asked.pop(place, None)
        for lane, pending in self._find(places):
            pending.saved = True
            lane.make_room(pending.record.place, may_send=self._limit > 0)

    def store_failed(self, places: tuple[Place, ...], now_ns: int) -> None:
        """The disk does not keep these events now. They stay in memory, and are sent from there."""
        for place in places:
            self._asked.pop(place, None)
        self._store_retry_ns = now_ns + STORE_RETRY_NS
        for lane in self._lanes:
            lane.store_failed()

    def store_well(self, now_ns: int) -> list[Effect]:
        """The disk keeps events again: store what it missed, look for what it has."""
        self._store_retry_ns = None
        missed = [p.record for lane in self._lanes for p in lane.all() if not p.saved]
        self._asked.update((record.place, now_ns) for record in missed)
        for lane in self._lanes:
            lane.store_well()
        return [Save(record) for record in sorted(missed, key=lambda record: record.place)]

    def loaded(self, fact: Loaded, now_ns: int) -> None:
        lane = self._alarms if fact.urgent else self._others
        for record in lane.loaded(fact.records, fact.more):
            sent = self._sent.get(record.place)
            # The disk may have read it before it was told that it is answered.
            if sent is None or not sent.answered:
                lane.add(Pending(record, now_ns, now_ns, saved=True))
        if not (self._alarms.behind or self._others.behind):
            self._count = len(self._alarms) + len(self._others)

    def thinned(self, count: int) -> None:
        self._count -= count

    def up(self, receive_maximum: int, now_ns: int) -> list[Effect]:
        """A connection: everything that is not answered goes again, in order."""
        # One place is for the status message.
        self._limit = max(1, min(IN_FLIGHT, receive_maximum) - 1)
        for pending in (p for lane in self._lanes for p in lane.all()):
            pending.due_ns = now_ns
        return self.pump(now_ns)

    def down(self) -> None:
        """The connection is gone, and what was in flight with it."""
        self._limit = 0
        self._flying.clear()
        for lane in self._lanes:
            for pending in reversed(list(lane.all())):
                pending.token = None
                lane.make_room(pending.record.place, may_send=False)

    def published(self, token: int, refused: str | None) -> None:
        place = self._flying.pop(token, None)
        self.refused += refused is not None
        for lane, pending in self._find(() if place is None else (place,)):
            pending.token = None
            lane.make_room(pending.record.place, may_send=True)

    def knows(self, receipt: Receipt) -> bool:
        """Whether a verified receipt answers something that was sent; a receipt for anything else means nothing.

        Raises Refused where its digest is not that of what was sent.
        """
        sent = self._sent.get(receipt.place)
        if sent is not None and sent.digest != receipt.digest:
            raise Refused(Refusal.DIGEST)
        return sent is not None

    def answer(self, receipt: Receipt, now_ns: int) -> list[Effect]:
        """A receipt that `knows` has let pass: the event is done. Nothing is done twice: brokers deliver again."""
        sent = self._sent[receipt.place]
        if sent.answered:
            return []
        sent.answered = True
        for lane in self._lanes:
            lane.remove(receipt.place)
        self._count = max(self._count - 1, 0)
        self._end_silence(now_ns)
        return [Settle(receipt.place, receipt.answer.value)]

    def take_given_up(self) -> GivenUp | None:
        """What memory could not hold while the disk failed, once."""
        given_up, self._given_up = self._given_up, None
        return given_up

    # ------------------------------------------------------------ what is due

    def due_ns(self) -> int | None:
        """When to call tick next."""
        return earliest(self._store_retry_ns, *self._due_sends())

    def tick(self, now_ns: int) -> list[Effect]:
        effects: list[Effect] = []
        if self._store_retry_ns is not None and now_ns >= self._store_retry_ns:
            self._store_retry_ns = now_ns + STORE_RETRY_NS
            unsaved = next((p.record for lane in self._lanes for p in lane.all() if not p.saved), None)
            effects.append(Save(unsaved) if unsaved else Note(_PROBE))
            for lane in self._lanes:
                lane.try_again()
        return effects + self.pump(now_ns)

    def pump(self, now_ns: int) -> list[Effect]:
        """Send what may be sent now, and load what will be next."""
        effects: list[Effect] = []
        for lane in self._lanes:
            if not len(lane) and not lane.behind:
                continue  # asked with every fact: most find nothing to send
            room = self._room(lane)
            for pending in list(lane.sendable()) if room > 0 else ():
                if room > 0 and pending.token is None and now_ns >= pending.due_ns:
                    room -= 1
                    effects.append(self._send(lane, pending, now_ns))
            if lane.wants_load():
                effects.append(Load(lane.urgent, lane.load_from(), WINDOW))
        return effects

    def _send(self, lane: Lane, pending: Pending, now_ns: int) -> Publish:
        record = pending.record
        self._token += 1
        pending.token, pending.sent_ns, pending.sent = self._token, now_ns, pending.sent + 1
        first_s, slowest_s = ALARM_RESEND_S if lane.urgent else OTHER_RESEND_S
        wait_s = min(slowest_s, first_s * 2 ** min(pending.sent - 1, 10))
        pending.due_ns = now_ns + wait_s * S + int(self._random() * wait_s * S / 2)
        self._flying[self._token] = record.place
        self._remember(record)
        return Publish(Message(self._topic(record), record.envelope), self._token)

    def _room(self, lane: Lane) -> int:
        limit = self._limit if lane.urgent or not self._limit else max(1, self._limit - ALARM_RESERVE)
        return limit - len(self._flying)

    def _due_sends(self) -> Iterator[int]:
        for lane in self._lanes:
            if len(lane) and self._room(lane) > 0:
                yield from (p.due_ns for p in lane.sendable() if p.token is None)
        yield from (p.sent_ns + ACK_NS for p in self._alarms.all() if p.token is not None)

    def _remember(self, record: Record) -> None:
        """Receipts may come for what memory no longer holds, and again: "help is coming"."""
        self._sent.setdefault(record.place, _Sent(record.digest))
        if len(self._sent) > _ANSWERABLE:
            self._sent.popitem(last=False)

    def _end_silence(self, now_ns: int) -> None:
        """The control room answers again: what has been waiting for its slow resend need not wait longer."""
        silent = now_ns - self._answered_ns >= SILENCE_NS
        self._answered_ns = now_ns
        for pending in (p for lane in self._lanes for p in lane.all() if silent and p.token is None and p.sent > 1):
            pending.due_ns = now_ns

    def _bound_memory(self) -> None:
        if len(self._alarms) + len(self._others) <= MEMORY_EVENTS:
            return
        lane = self._others if len(self._others) >= GIVE_UP_EVENTS else self._alarms
        places = [pending.record.place for pending in islice(lane.all(), GIVE_UP_EVENTS)]
        for place in places:
            lane.remove(place)
            self._asked.pop(place, None)
        self._count -= len(places)
        self._given_up = GivenUp(len(places), places[0], places[-1])

    def _lane(self, record: Record) -> Lane:
        return self._alarms if record.urgency is Urgency.ALARM else self._others

    def _find(self, places: tuple[Place, ...]) -> Iterator[tuple[Lane, Pending]]:
        for place in places:
            for lane in self._lanes:
                pending = lane.get(place)
                if pending is not None:
                    yield lane, pending
