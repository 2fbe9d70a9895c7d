"""A store at night, in time that is turned by hand, and what must be true of it in the end."""

from collections import Counter
from itertools import count

from device.logic.kinds import ZoneType
from device.logic.lamp import Look
from device.logic.units import MS, S
from device.logic.zone import ZoneSettings
from drivers.ports import Place
from sim.control_room.chain import examine
from sim.control_room.core import RoomCore
from sim.control_room.desk import Desk
from sim.control_room.ledger import Ledger, StoredEvent
from sim.control_room.mischief import Forger
from sim.control_room.verifier import Verifier
from sim.rig import Rig
from tests.builders import make_keys, make_signer

DEVICE = "store-0042"
BUTTON, PHONE, MAINS = "counter-button", "hotline", "mains"
ZONES = (
    ZoneSettings(BUTTON, ZoneType.HOLDUP, "GPIO17", pin_nc="GPIO27", stuck_ns=60 * S),
    ZoneSettings(PHONE, ZoneType.HOTLINE, "GPIO23", normally_closed=True, hold_ns=7 * S, stuck_ns=120 * S),
    ZoneSettings(MAINS, ZoneType.MAINS, "GPIO5"),
)


class Night:
    """A store that is powered, connected and at rest, and the ledger of its control room."""

    def __init__(self, ledger: Ledger, *, brokers: int = 1, lamps: bool = True) -> None:
        device, room = make_signer(), make_signer(owner="control room")
        numbers = count()
        desk = Desk(Verifier({DEVICE: make_keys(device)}), ledger, room, "room", lambda: f"jti-{next(numbers)}")
        self.room = RoomCore(desk, Forger(room, make_signer(owner="stranger")))
        self.ledger = ledger
        self.rig = Rig(DEVICE, ZONES, device, self.room, make_keys(room), brokers=brokers, lamps=lamps)
        self.rig.power_on()
        self.rig.run_for(5)

    def look(self) -> Look:
        """What the lamp under the counter says."""
        return self.rig.agent.alarm_look

    def told(self, what: str = "") -> list[str]:
        """What the device has told, as "what phase", in order."""
        return [f"{told.what} {told.phase.value}" for told in self.rig.told if told.what.startswith(what)]

    def arrived(self, what: str = "") -> list[StoredEvent]:
        """What the control room has, in the order of arrival."""
        return [event for event in self.ledger.events(DEVICE) if event.type.startswith(f"ansim.{what}")]

    def newest(self) -> Place:
        """The newest raised alarm that the control room has."""
        return [event.place for event in self.arrived("alarm.") if event.phase.value == "raised"][-1]

    def check(self) -> None:
        """Everything told has arrived once, alarms in the order in which they happened, and the chain is whole."""
        told = Counter((f"ansim.{told.what}", told.phase, told.subject) for told in self.rig.told)
        arrived = Counter((event.type, event.phase, event.subject) for event in self.arrived())
        assert arrived == told
        alarms = [event.place for event in self.arrived("alarm.")]
        assert alarms == sorted(alarms)
        assert not self.ledger.conflicts(DEVICE)
        self.check_chain()

    def check_chain(self) -> None:
        assert examine(self.ledger.links(DEVICE), self.ledger.spans(DEVICE)).is_whole

    def zone(self, name: str) -> str:
        """The final state of a zone as the control room knows it."""
        return next(zone.state for zone in self.ledger.zones(DEVICE) if zone.zone == name)


BELIEF_S = 0.021
"""A little more than `stable_ms` of the zones: a press is believed by then."""
assert all(zone.stable_ns == 20 * MS for zone in ZONES)
