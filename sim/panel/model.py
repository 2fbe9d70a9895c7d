"""Everything that the panel shows, and its JSON. One thread; knows no process, socket or clock."""

from dataclasses import dataclass

from device import __version__
from device.logic.envelope import JsonObject
from device.logic.units import MS
from sim.acts.words import BrokerState
from sim.board.lines import Seen
from sim.control_room.desk import TakenStatus
from sim.control_room.ledger import Filing
from sim.control_room.room import Arrival
from sim.control_room.room import Seen as RoomSeen
from sim.panel.room_view import RoomView
from sim.panel.store_view import StoreView
from sim.panel.times import Times


@dataclass(slots=True)
class BrokerView:
    """One broker."""

    name: str
    state: BrokerState = BrokerState.UP
    delay_ns: int = 0


class Model:
    """Stores by device id, the control room, and the brokers in order of preference."""

    def __init__(self, stores: list[StoreView], brokers: list[BrokerView], times: Times) -> None:
        self.stores = {store.place.device: store for store in stores}
        self.brokers = brokers
        self.room = RoomView()
        self._times = times

    def board(self, device: str, seen: Seen) -> None:
        """A board has said something."""
        self.stores[device].board(seen)

    def took(self, seen: RoomSeen) -> None:
        """The control room has taken something, or not."""
        match seen:
            case Arrival():
                store = self.stores.get(seen.event.device)
                journey = None if store is None else store.story.room(seen)
                self.room.arrived(seen, journey, self._times)
                if store is not None and store.bank is not None and seen.filing is Filing.NEW:
                    store.bank.told(seen.event, seen.stored_ns)
            case TakenStatus() if seen.is_news and seen.status.device in self.stores:
                self.stores[seen.status.device].presence = seen.status.presence.value
            case _:
                pass

    def world(self, now_ns: int) -> JsonObject:
        """The whole state, but for its revision and the time."""
        return {
            "version": __version__,
            "room": self.room.world(),
            "brokers": [_broker(number, broker) for number, broker in enumerate(self.brokers, start=1)],
            "stores": [store.world(now_ns, self._times) for store in self.stores.values()],
            "latency": self.room.latency(self._times),
        }


def _broker(number: int, broker: BrokerView) -> JsonObject:
    return {
        "number": number,
        "name": broker.name,
        "state": broker.state.value,
        "delay_ms": broker.delay_ns // MS if broker.state in (BrokerState.SLOW, BrokerState.RESTARTING) else 0,
    }
