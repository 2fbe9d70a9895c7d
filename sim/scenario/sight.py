"""Whether an expectation is true of a world now, and what is seen instead."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from device.logic.event import Phase
from sim.acts.words import OnOff
from sim.control_room.ledger import StoredEvent
from sim.control_room.values import VerifiedStatus
from sim.scenario.expectations import (
    Arrived,
    Broker,
    Door,
    Expectation,
    Lamp,
    Leaf,
    Outbox,
    Power,
    Presence,
    Told,
    Trouble,
    Zone,
    least_and_most,
)
from sim.scenario.words import LeafWord, Mark, TroubleState
from sim.world.store import Store
from sim.world.world import World

_NEVER_SPOKE = "the device has never spoken"
_MARKED: dict[Mark, Callable[[dict[str, Any]], bool]] = {
    Mark.UNSYNCED: lambda data: data["clock"]["synced"] is False,
    Mark.AT_START: lambda data: data["detail"].get("at_start") is True,
}


@dataclass(frozen=True, slots=True)
class Sight:
    """`seen`: how it is, for somebody who expected something else."""

    holds: bool
    seen: str


def look(expectation: Expectation, world: World, store_id: str) -> Sight:
    """As the world is at this moment."""
    match expectation:
        case Told():
            return _count(expectation, _told(expectation, world.stores[store_id]), "told")
        case Arrived():
            return _count(expectation, _arrived(expectation, world.ledger.events(store_id)), "arrived")
        case Trouble():
            state = _trouble(expectation, world.ledger.events(store_id))
            return Sight(state is expectation.is_, state)
        case Lamp():
            shown = world.stores[store_id].look.value
            return Sight(shown == expectation.is_, shown)
        case Leaf():
            leaf = _leaf(world.stores[store_id], expectation.door)
            return Sight(leaf is expectation.is_, leaf)
        case Power():
            supply = OnOff.ON if world.stores[store_id].is_on else OnOff.OFF
            return Sight(supply is expectation.is_, supply)
        case _:
            return _by_status(expectation, world.ledger.status(store_id))


def _leaf(store: Store, door: str) -> LeafWord:
    """`reading` has seen to it that the store has this door."""
    if store.bank is None:
        raise LookupError(f"{store.id} has no locker bank")
    return LeafWord.OPEN if store.bank.sim.is_open(door) else LeafWord.SHUT


def _by_status(expectation: Zone | Door | Presence | Outbox | Broker, status: VerifiedStatus | None) -> Sight:
    if status is None:
        return Sight(holds=False, seen=_NEVER_SPOKE)
    match expectation:
        case Zone():
            return _named(expectation.zone, expectation.is_, status)
        case Door():
            return _named(expectation.door, expectation.is_, status)
        case Presence():
            return Sight(status.presence is expectation.is_, status.presence)
        case Outbox():
            return Sight(status.outbox_depth <= expectation.at_most, str(status.outbox_depth))
        case Broker():
            number = json.loads(status.health_json).get("broker")
            return Sight(number == expectation.is_ - 1, "none" if number is None else str(number + 1))


def _named(name: str, word: str, status: VerifiedStatus) -> Sight:
    state = next((zone.state for zone in status.zones if zone.zone == name), "not named")
    return Sight(state == word, state)


def _count(expectation: Told | Arrived, seen: int, verb: str) -> Sight:
    least, most = least_and_most(expectation)
    return Sight(least <= seen and (most is None or seen <= most), f"{seen} {verb}")


def _told(expectation: Told, store: Store) -> int:
    return sum(
        _is(expectation, told.what, told.phase, told.subject) and _says(expectation.result, told.detail)
        for told in store.told
    )


def _arrived(expectation: Arrived, events: list[StoredEvent]) -> int:
    return sum(
        _is(expectation, event.type.removeprefix("ansim."), event.phase, event.subject)
        and (expectation.marked is None or _MARKED[expectation.marked](_data(event)))
        and (expectation.result is None or _says(expectation.result, _data(event)["detail"]))
        for event in events
    )


def _is(expectation: Told | Arrived, what: str, phase: Phase, subject: str) -> bool:
    return (
        (what == expectation.what or what.startswith(f"{expectation.what}."))
        and expectation.phase in (None, phase)
        and expectation.zone in (None, subject)
    )


def _says(result: str | None, detail: Mapping[str, Any]) -> bool:
    return result is None or result in (detail.get("result"), detail.get("reason"))


def _trouble(expectation: Trouble, events: list[StoredEvent]) -> TroubleState:
    """By the chain's order: on the wire a newer event may have overtaken an older one."""
    about = [
        (event.place, event.phase)
        for event in events
        if event.type == f"ansim.trouble.{expectation.name}"
        and event.phase is not Phase.REPORTED
        and expectation.zone in (None, event.subject)
    ]
    return TroubleState(max(about)[1].value) if about else TroubleState.NEVER


def _data(event: StoredEvent) -> dict[str, Any]:
    """Of an envelope that the control room has verified."""
    payload = event.envelope.split(b".")[1]
    data: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + b"=="))["data"]
    return data
