"""What must hold in every world, whatever happened in it. Pure judgement of what was witnessed.

Ask once every fault is over and everything has settled (`SETTLE_NS`): then nothing may be outstanding.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.logic.event import Phase
from device.logic.lamp import Look
from device.logic.receipt import Answer
from device.logic.units import S
from device.logic.zone import PER_MINUTE
from drivers.ports import Place
from sim.control_room.chain import Gap, Joint, examine
from sim.control_room.values import Presence
from sim.world.doors import DoorJudge
from sim.world.losses import Losses
from sim.world.orders import OrderJudge
from sim.world.witness import Told

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
    "lamp": "the lamp says no more than is true, and does not keep anybody waiting",
    "late": "an alarm leaves at once, or has a connection tried at once",
    "order": "what is no alarm leaves in the order in which it was told",
    "final-state": "zones, outbox, troubles and lamp are in the end what the world is",
    "flood": "a zone tells so much in a minute, and no more",
    "presence": "who is connected is online, and a replaced connection hides nothing",
    "chain": "nothing is missing from the history without a word",
    "missed": "a door that opens and was not ordered to is told, once and at once, with the time at which it opened",
    "false-alarm": "no opening is told that was none, or that was ordered",
    "pulse": "no lock is released that nobody asked for, and none again for one order unless its door is closed",
    "command": "no command is carried out that must not be; each that is taken has one end, and a true one",
    "doors": "doors are in the end what is said of them, and every alarm of a closed one is over",
}
_MINUTE_NS = 60 * S
# The minute is counted from when contacts moved, and by an agent that hears of it a little later.
_MOST_RAISED = PER_MINUTE + 3
# Line, chatter and stuck, each with its end: a fault that comes and goes is told as often as an alarm may be.
_MOST_TROUBLES = 2 * PER_MINUTE
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
    for at_ns, rule, text in store.witness.faults:
        yield Breach(rule, store.id, text, at_ns)
    losses = Losses(store.witness, store.life_number)
    found = {
        "lost": _lost(world, store, losses),
        "twice": _twice(world, store),
        "final-state": _final_state(world, store),
        "flood": _flood(store),
        "presence": _presence(world, store),
        "chain": _chain(world, store, losses),
    }
    if store.bank is not None:
        now_ns = world.clock.monotonic_ns()
        doors = DoorJudge(store, store.bank, now_ns - world.now_ns, now_ns)
        orders = OrderJudge(store, store.bank, now_ns - world.now_ns, now_ns)
        found |= {
            "missed": doors.missed(),
            "false-alarm": doors.false(),
            "pulse": orders.pulses(),
            "command": orders.commands(),
            "doors": doors.unlike(),
        }
    for rule, texts in found.items():
        for text in texts:
            yield Breach(rule, store.id, text, world.now_ns)


def _lost(world: "World", store: "Store", losses: Losses) -> Iterator[str]:
    known = {event.place for event in world.ledger.events(store.id)}
    for told in store.witness.told:
        place, happening = told.record.place, told.happening
        if place not in known and not losses.may_lack(place):
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
    # A start that could not be counted has no place in the order: events do not tell what is newest then.
    is_ordered = not any(epoch.startswith("ffffffff") for epoch in store.witness.epochs)
    states = store.agent.zone_states
    for zone, contact in store.contacts.items():
        pressed, state = contact.is_pressed, states[zone]
        said = known.get(zone, "unknown") if is_ordered else state
        if not pressed and (state not in _AT_REST or said not in _AT_REST):
            yield f"{zone} is at rest; the device says {state}, the control room {said}"
        if pressed and (state in _AT_REST or said in _AT_REST):
            yield f"{zone} is active; the device says {state}, the control room {said}"
    troubles = [name for name in store.agent.troubles if name not in _LASTING_TROUBLES]
    if troubles:
        yield f"troubles that are over are still told: {', '.join(troubles)}"
    if store.agent.outbox_depth:
        yield f"{store.agent.outbox_depth} events are still in the outbox"
    rejected = any(
        Answer.REJECTED in answers and place.epoch == store.witness.epochs[-1]
        for place, answers in store.witness.said.items()
    )
    if store.look in (Look.HEARD, Look.SENDING) or (store.look is Look.FAULT and not rejected):
        yield f"the lamp says {store.look}"


def _flood(store: "Store") -> Iterator[str]:
    for (_, zone), told in _by_zone(store).items():
        raised = [each.happening.at_ns for each in told if _is_own(each) and each.happening.phase is Phase.RAISED]
        troubles = [each.at_ns for each in told if not _is_own(each)]
        if (most := _most_counted(raised)) > _MOST_RAISED:
            yield f"{zone} has raised {most} alarms in a minute"
        if (most := _most_sliding(troubles)) > _MOST_TROUBLES:
            yield f"{zone} has told {most} troubles in a minute"


def _by_zone(store: "Store") -> dict[tuple[int, str], list[Told]]:
    """What each zone has told in each life: a zone that starts again counts anew."""
    told: dict[tuple[int, str], list[Told]] = {}
    for each in store.witness.told:
        if each.happening.subject in store.contacts:
            told.setdefault((each.life, each.happening.subject), []).append(each)
    return told


def _is_own(told: Told) -> bool:
    """What a zone is for, as opposed to trouble with its wire or contact."""
    return told.happening.what not in ("trouble.line", "trouble.chatter", "trouble.stuck")


def _most_counted(times_ns: list[int]) -> int:
    """In minutes as a zone counts them: each begins with the first alarm behind the one before."""
    most, begun_ns, count = 0, None, 0
    for at_ns in times_ns:
        if begun_ns is None or at_ns >= begun_ns + _MINUTE_NS:
            begun_ns, count = at_ns, 0
        count += 1
        most = max(most, count)
    return most


def _most_sliding(times_ns: list[int]) -> int:
    """In any minute."""
    most, recent = 0, deque[int]()
    for at_ns in times_ns:
        recent.append(at_ns)
        while at_ns - recent[0] >= _MINUTE_NS:
            recent.popleft()
        most = max(most, len(recent))
    return most


def _presence(world: "World", store: "Store") -> Iterator[str]:
    lost_ns = store.witness.lost_status_ns
    if lost_ns is not None and world.now_ns < lost_ns + (store.setup.heartbeat_s + 1) * S:
        return
    status = world.ledger.status(store.id)
    if status is None or status.presence is not Presence.ONLINE:
        yield "is connected, and the control room holds it to be offline"
        return
    if status.epoch != store.witness.epochs[-1]:
        yield f"the newest status is of start {status.epoch}, the newest start is {store.witness.epochs[-1]}"
    elif (
        store.is_on
        and not _is_busy(world, store)
        and {zone.zone: zone.state for zone in status.zones} != store.agent.zone_states
    ):
        yield "the status shows zones in states that are over"


def _is_busy(world: "World", store: "Store") -> bool:
    """What was told a moment ago need not be in the status yet: changes that come together are one status."""
    told = store.witness.told
    return bool(told) and world.now_ns < told[-1].at_ns + S


def _chain(world: "World", store: "Store", losses: Losses) -> Iterator[str]:
    for epoch in examine(world.ledger.links(store.id), world.ledger.spans(store.id)).epochs:
        if epoch.broken:
            yield f"{epoch.broken[0].place} names another predecessor than the one that arrived"
        for gap in epoch.gaps:
            lacking = [place for place in _places(gap) if not losses.may_lack(place)]
            if gap.is_open and lacking:
                yield f"{lacking[0]} is missing"
        if epoch.joint is Joint.LOST and epoch.epoch not in store.witness.blind:
            yield f"epoch {epoch.epoch} names no predecessor, although the disk knew one"
        if epoch.joint is Joint.OPEN and not losses.may_join_nothing(epoch.epoch):
            yield f"epoch {epoch.epoch} names a predecessor that has not arrived"


def _places(gap: Gap) -> Iterator[Place]:
    return (Place(gap.first.epoch, seq) for seq in range(gap.first.seq, gap.last.seq + 1))
