"""What must hold in every world, whatever happened in it. Pure judgement of what was witnessed.

Ask once every fault is over and everything has settled (`SETTLE_NS`): then nothing may be outstanding.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.logic.lamp import Look
from device.logic.units import S
from device.logic.zone import PER_MINUTE
from sim.control_room.chain import examine
from sim.control_room.ledger import StoredEvent
from sim.control_room.values import Presence

if TYPE_CHECKING:
    from sim.world.store import Store
    from sim.world.world import World

# Ten thousand events go out, backoffs and the slowest resend are over, and a link has lasted.
SETTLE_NS = 180 * S

RULES: dict[str, str] = {
    "lost": "what the disk confirmed, and what this life has told, has arrived",
    "twice": "no id stands for two events, and no start uses the number of another",
    "again": "what is settled for good is not sent again",
    "false-received": "nothing is held to be received that the control room has not said",
    "final-state": "zones, outbox, troubles and lamp are in the end what the world is",
    "flood": "a zone tells so much in a minute, and no more",
    "presence": "who is connected is online, and a replaced connection hides nothing",
    "chain": "nothing is missing from the history without a word",
}
# Raised and restored for each alarm that may be told, the count at the end, and line, chatter, stuck with their ends.
_MOST_A_MINUTE = 2 * PER_MINUTE + 8
_MINUTE_NS = 60 * S
_AT_REST = frozenset({"normal", "restored"})
# What a message that was not believed, or a rejected event, leaves behind for an hour or for good.
_LASTING_TROUBLES = frozenset({"message", "rejected", "certificate"})


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that did not hold. `at_ns` counts from the start of the world."""

    rule: str
    where: str
    text: str
    at_ns: int

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.text} (the rule: {RULES[self.rule]})"


def breaches(world: "World") -> list[Breach]:
    """Every breach, in the order of RULES within a store."""
    return [breach for store in world.stores.values() for breach in _of(world, store)]


def _of(world: "World", store: "Store") -> Iterator[Breach]:
    arrived = world.ledger.events(store.id)
    for at_ns, rule, text in store.witness.faults:
        yield Breach(rule, store.id, text, at_ns)
    found = {
        "lost": _lost(store, arrived),
        "twice": _twice(world, store),
        "final-state": _final_state(world, store),
        "flood": _flood(store),
        "presence": _presence(world, store),
        "chain": _chain(world, store),
    }
    for rule, texts in found.items():
        for text in texts:
            yield Breach(rule, store.id, text, world.now_ns)


def _lost(store: "Store", arrived: Iterable[StoredEvent]) -> Iterator[str]:
    known = {event.place for event in arrived}
    given_up = any(happening.what == "system.thinned" for happening in store.told)
    for told in store.witness.told:
        place, happening = told.record.place, told.happening
        if place in known or (given_up and not happening.is_alarm):
            continue
        kept = place in store.witness.confirmed and not store.witness.is_disk_harmed
        if kept or told.life == store.life_number:
            yield f"{place} {happening.what} {happening.phase} {happening.subject} has not arrived"


def _twice(world: "World", store: "Store") -> Iterator[str]:
    for conflict in world.ledger.conflicts(store.id):
        yield f"{conflict.place} stands for two envelopes"
    places = Counter(told.record.place for told in store.witness.told)
    for place, times in places.items():
        if times > 1:
            yield f"{place} was given to {times} events"
    starts = Counter(epoch[:8] for epoch in store.witness.epochs if not epoch.startswith("ffffffff"))
    for start, times in starts.items():
        if times > 1:
            yield f"{times} starts count as number {int(start, 16)}"


def _final_state(world: "World", store: "Store") -> Iterator[str]:
    if not store.is_on:
        yield "has no power"
        return
    known = {zone.zone: zone.state for zone in world.ledger.zones(store.id)}
    for zone, state in store.agent.zone_states.items():
        pressed, said = store.contacts[zone].is_pressed, known.get(zone, "unknown")
        if not pressed and (state not in _AT_REST or said not in _AT_REST):
            yield f"{zone} is at rest; the device says {state}, the control room {said}"
        if pressed and (state in _AT_REST or said in _AT_REST):
            yield f"{zone} is active; the device says {state}, the control room {said}"
    troubles = [name for name in store.agent.troubles if name not in _LASTING_TROUBLES]
    if troubles:
        yield f"troubles that are over are still told: {', '.join(troubles)}"
    if store.agent.outbox_depth:
        yield f"{store.agent.outbox_depth} events are still in the outbox"
    rejected = "rejected" in store.agent.troubles
    if store.look in (Look.HEARD, Look.SENDING) or (store.look is Look.FAULT and not rejected):
        yield f"the lamp says {store.look}"


def _flood(store: "Store") -> Iterator[str]:
    recent: dict[str, deque[int]] = {}
    for told in store.witness.told:
        times = recent.setdefault(told.happening.subject, deque())
        times.append(told.at_ns)
        while told.at_ns - times[0] >= _MINUTE_NS:
            times.popleft()
        if told.happening.subject in store.contacts and len(times) > _MOST_A_MINUTE:
            yield f"{told.happening.subject} has told {len(times)} events in a minute"
            return


def _presence(world: "World", store: "Store") -> Iterator[str]:
    status = world.ledger.status(store.id)
    if status is None or status.presence is not Presence.ONLINE:
        yield "is connected, and the control room holds it to be offline"


def _chain(world: "World", store: "Store") -> Iterator[str]:
    if store.witness.is_disk_harmed:
        return
    for epoch in examine(world.ledger.links(store.id), world.ledger.spans(store.id)).epochs:
        if not epoch.is_whole:
            yield f"epoch {epoch.epoch} is not whole: joint {epoch.joint}, {len(epoch.gaps)} gaps"
