"""A store at night, in time that is turned by hand, and what must be true of it in the end."""

from collections import Counter
from functools import partial

from device.logic.kinds import ZoneType
from device.logic.lamp import Look
from device.logic.receipt import Answer
from device.logic.units import MS, S
from device.logic.zone import ZoneSettings
from drivers.ports import Place
from sim.control_room.chain import examine
from sim.control_room.ledger import StoredEvent
from sim.world.invariants import breaches
from sim.world.setup import DEVICE, StoreSetup, WorldSetup
from sim.world.world import World

BUTTON, PHONE, MAINS = "counter-button", "hotline", "mains"
ZONES = (
    ZoneSettings(BUTTON, ZoneType.HOLDUP, "GPIO17", pin_nc="GPIO27", stuck_ns=60 * S),
    ZoneSettings(PHONE, ZoneType.HOTLINE, "GPIO23", normally_closed=True, hold_ns=7 * S, stuck_ns=120 * S),
    ZoneSettings(MAINS, ZoneType.MAINS, "GPIO5"),
)


class Night:
    """A store that is powered, connected and at rest, and the ledger of its control room. A context manager."""

    def __init__(self, *, brokers: int = 1, lamps: bool = True) -> None:
        setup = StoreSetup(zones=ZONES, heartbeat_s=15, bounce="clean", lamps=lamps)
        self.world = World(WorldSetup(brokers=brokers, stores=(setup,)))
        self.store = self.world.stores[DEVICE]
        self.room = self.world.room.core
        self.ledger = self.world.ledger
        self.world.start()
        self.world.run_for(5)

    def run_for(self, seconds: float) -> None:
        self.world.run_for(seconds)

    def press(self, zone: str, for_s: float = 0.2, at_s: float = 0.0) -> None:
        """Press in `at_s` from now, and let go after `for_s`."""
        contact = self.store.contacts[zone]
        self.store.after(round(at_s * S), contact.press)
        self.store.after(round((at_s + for_s) * S), contact.release)

    def chatter(self, zone: str, edges: int, period_ns: int, at_s: float = 0.0) -> None:
        """Let a contact chatter, in `at_s` from now. `edges` is even."""
        self.store.after(round(at_s * S), partial(self.store.contacts[zone].chatter, edges, period_ns))

    def operate(self, place: Place, answer: Answer, reason: str | None = None) -> None:
        """A person in the control room acts on an event. KeyError if it has not arrived."""
        self.world.room.operate(DEVICE, place, answer, reason)

    def look(self) -> Look:
        """What the lamp under the counter says."""
        return self.store.look

    def told(self, what: str = "") -> list[str]:
        """What the device has told, as "what phase", in order."""
        return [f"{told.what} {told.phase.value}" for told in self.store.told if told.what.startswith(what)]

    def arrived(self, what: str = "") -> list[StoredEvent]:
        """What the control room has, in the order of arrival."""
        return [event for event in self.ledger.events(DEVICE) if event.type.startswith(f"ansim.{what}")]

    def newest(self) -> Place:
        """The newest raised alarm that the control room has."""
        return [event.place for event in self.arrived("alarm.") if event.phase.value == "raised"][-1]

    def check(self) -> None:
        """Everything told has arrived once, alarms in the order in which they happened, and the chain is whole."""
        told = Counter((f"ansim.{told.what}", told.phase, told.subject) for told in self.store.told)
        arrived = Counter((event.type, event.phase, event.subject) for event in self.arrived())
        assert arrived == told
        alarms = [event.place for event in self.arrived("alarm.")]
        assert alarms == sorted(alarms)
        assert breaches(self.world) == []

    def check_chain(self) -> None:
        assert examine(self.ledger.links(DEVICE), self.ledger.spans(DEVICE)).is_whole

    def zone(self, name: str) -> str:
        """The final state of a zone as the control room knows it."""
        return next(zone.state for zone in self.ledger.zones(DEVICE) if zone.zone == name)


BELIEF_S = 0.021
"""A little more than `stable_ms` of the zones: a press is believed by then."""
assert all(zone.stable_ns == 20 * MS for zone in ZONES)
