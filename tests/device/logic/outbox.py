"""A model of everything around the outbox: disk, broker and control room, all in one hand and one time.

The driver draws faults from a seeded generator. What it proves at every step: nothing is lost while disk or memory has
it, the broker is never given more than it allows, memory stays bounded, and time is never asked for in vain.
"""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from device.logic.delivery import IN_FLIGHT, Delivery
from device.logic.effects import Effect, Load, Publish, Save, Settle
from device.logic.envelope import digest
from device.logic.lane import WINDOW
from device.logic.receipt import Answer, Receipt
from device.logic.units import MS
from drivers.ports import Beginning, Loaded, Message, Place, Record, Urgency

EPOCHS = ("00000001aaaaaaaa", "00000002bbbbbbbb", "00000003cccccccc", "00000004dddddddd")


def event(place: Place, *, urgent: bool) -> Record:
    """The cheapest thing that has a place and a digest: the outbox does not read envelopes."""
    envelope = str(place).encode()
    return Record(place, Urgency.ALARM if urgent else Urgency.NORMAL, digest(envelope), envelope)


def receipt_for(record: Record, answer: Answer = Answer.RECEIVED) -> Receipt:
    return Receipt(record.place, record.digest, answer)


@dataclass(slots=True)
class Faults:
    """How likely each fault is, in a step."""

    drop: float = 0.0
    unacked: float = 0.0
    unanswered: float = 0.0
    twice: float = 0.0
    refused: float = 0.0
    failing: float = 0.0
    slow_store: float = 0.0


@dataclass(slots=True)
class World:
    """One device's outbox among its neighbours."""

    faults: Faults
    random: Random
    receive_maximum: int = 20
    now_ns: int = 0
    is_up: bool = False
    is_failing: bool = False
    ever_failed: bool = False
    disk: dict[Place, Record] = field(default_factory=dict)
    made: dict[Place, Record] = field(default_factory=dict)
    heard: list[Place] = field(default_factory=list)
    answered: set[Place] = field(default_factory=set)
    runs: int = 0
    seq: int = 0
    largest: int = 0
    _requests: deque[Save | Settle | Load] = field(default_factory=deque)
    _flying: dict[int, Message] = field(default_factory=dict)
    _receipts: deque[Receipt] = field(default_factory=deque)
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    # ------------------------------------------------------------ what the test does

    def restart(self) -> None:
        """A power cut: memory, wire and whatever the disk had not taken are gone."""
        self._requests.clear()
        self._flying.clear()
        self._receipts.clear()
        urgent = sum(record.urgency is Urgency.ALARM for record in self.disk.values())
        beginning = Beginning(EPOCHS[self.runs], None, urgent, len(self.disk), same_boot=False, orderly=False)
        self.runs += 1
        self.seq, self.is_up, self.is_failing = 0, False, False
        self.made = {place: record for place, record in self.made.items() if place in self.disk}
        # What the disk was not told to forget in time is sent again.
        self.answered -= self.disk.keys()
        self.delivery = Delivery(beginning, self.now_ns, lambda record: record.urgency.value, self.random.random)

    def add(self, *, urgent: bool) -> Record:
        self.seq += 1
        record = event(Place(EPOCHS[self.runs - 1], self.seq), urgent=urgent)
        self.made[record.place] = record
        self._carry_out([*self.delivery.add(record, self.now_ns), Save(record)])
        return record

    def up(self) -> None:
        self.is_up = True
        self._carry_out(self.delivery.up(self.receive_maximum, self.now_ns))

    def down(self) -> None:
        self.is_up = False
        self._flying.clear()
        self.delivery.down()

    def fail(self) -> None:
        self.is_failing = self.ever_failed = True

    def turn(self) -> None:
        """A while passes; everybody may do something; then time is looked at as the loop does it."""
        self.now_ns += self.random.randrange(1, 400) * MS
        self.serve()
        if self._chance(self.faults.drop) and self.is_up:
            self.down()
        elif not self.is_up and not self._chance(0.5 * (self.faults.drop > 0)):
            self.up()
        if self._chance(self.faults.failing):
            self.is_failing = not self.is_failing
            self.ever_failed = True
        self.tick()

    def tick(self) -> None:
        self._carry_out(self.delivery.tick(self.now_ns))
        assert self.delivery.tick(self.now_ns) == [], "a second look at the same time must find nothing to do"
        due_ns = self.delivery.due_ns()
        waits = self.delivery.waits_for_broker(self.now_ns)  # … which ends the connection
        assert due_ns is None or due_ns > self.now_ns or waits, "the loop would spin"
        self._check()

    def serve(self) -> None:
        """Broker, control room and disk do what they have to."""
        self._broker()
        while self._receipts:
            self._receive(self._receipts.popleft())
        while self._requests and not self._chance(self.faults.slow_store):
            self._store(self._requests.popleft())

    def until_empty(self, turns: int = 3_000) -> None:
        """Everything works from now on: how it must end."""
        self.faults = Faults()
        self.is_failing = False
        for _ in range(turns):
            self.turn()
            if self.is_settled():
                return
        raise AssertionError(f"{len(self.made.keys() - self.answered)} events are still not answered")

    def is_settled(self) -> bool:
        return self.made.keys() <= self.answered and not self._requests

    # ------------------------------------------------------------ neighbours

    def _broker(self) -> None:
        for token, message in list(self._flying.items()):
            if not self.is_up or self._chance(self.faults.unacked):
                continue
            del self._flying[token]
            refused = self._chance(self.faults.refused)
            self.delivery.published(token, "not now" if refused else None)
            if not refused:
                self._hear(message)

    def _hear(self, message: Message) -> None:
        epoch, _, seq = message.payload.decode().partition("-")
        record = self.made.get(Place(epoch, int(seq)))
        assert record is not None, "an event that no power cut can have lost"
        self.heard.append(record.place)
        if self._chance(self.faults.unanswered):
            return
        self._receipts.extend([receipt_for(record)] * (2 if self._chance(self.faults.twice) else 1))

    def _receive(self, receipt: Receipt) -> None:
        if self.delivery.knows(receipt):
            self.answered.add(receipt.place)
            self._carry_out(self.delivery.answer(receipt, self.now_ns))

    def _store(self, request: Save | Settle | Load) -> None:
        if self.is_failing:
            places = (request.record.place,) if isinstance(request, Save) else ()
            self.delivery.store_failed(places, self.now_ns)
            return
        match request:
            case Save(record):
                self.disk[record.place] = record
                self.delivery.saved((record.place,))
                self._carry_out(self.delivery.store_well(self.now_ns) if self.ever_failed else [])
                self.ever_failed = False
            case Settle(place, _):
                self.disk.pop(place, None)
            case Load(urgent, after, limit):
                found = [
                    record
                    for place, record in sorted(self.disk.items())
                    if (record.urgency is Urgency.ALARM) is urgent and (after is None or place > after)
                ]
                loaded = Loaded(self.now_ns, urgent, tuple(found[:limit]), len(found) > limit)
                self.delivery.loaded(loaded, self.now_ns)

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Publish):
                assert self.is_up, "nothing is sent without a connection"
                self._flying[effect.token] = effect.message
            elif isinstance(effect, Save | Settle | Load):
                self._requests.append(effect)
        assert len(self._flying) < max(2, min(self.receive_maximum, IN_FLIGHT)), "one place is for the status"

    def _check(self) -> None:
        lanes = self.delivery._lanes  # what memory holds is the contract here
        held = sum(len(lane) for lane in lanes)
        self.largest = max(self.largest, held)
        in_memory = {pending.record.place for lane in lanes for pending in lane.all()}
        asked = {request.record.place for request in self._requests if isinstance(request, Save)}
        lost = self.made.keys() - self.answered - in_memory - self.disk.keys() - asked
        assert not lost, f"nobody has these any more: {sorted(lost)[:5]}"
        assert asked or self.delivery.asked_ns is None, "the disk owes an answer to nothing that it was asked"
        assert not self.answered & in_memory, "an answered event is in memory again"
        assert self.delivery.depth == len(self.made.keys() - self.answered)

    def _chance(self, likely: float) -> bool:
        return likely > 0 and self.random.random() < likely


def world(faults: Faults | None = None, *, seed: int = 1, receive_maximum: int = 20) -> World:
    return World(faults or Faults(), Random(seed), receive_maximum)


WINDOWS = 2 * (WINDOW + WINDOW // 2)
"""What both lanes may hold of what is on the disk: a load may come in at half a window."""
