"""What is known of one store, and how the panel's JSON says it. One thread; time is an argument."""

from dataclasses import dataclass, field
from typing import Any

from device import __version__
from device.logic.envelope import JsonObject
from device.logic.units import MS, S
from sim.acts import model as act
from sim.acts.words import ContactState, DiskState, NetworkState, OnOff, Time
from sim.board.conditions import Conditions
from sim.board.lines import Seen
from sim.demo.story import Journey, Story
from sim.panel.bank_view import BankView
from sim.panel.times import Times
from sim.site import HEALTH, LAMP, Place
from sim.world.setup import KEY

JOURNEYS = 30
_UNHEARD = "unknown"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the agent stands, as it has told last. Empty without power."""

    looks: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()
    outbox: int = 0


@dataclass(slots=True)
class SupplyView:
    """What the board lives on."""

    power: OnOff = OnOff.OFF
    mains: OnOff = OnOff.ON
    battery_percent: int = 100


class StoreView:
    """One store. `zones`: name to type, in the order of the configuration."""

    def __init__(self, place: Place, zones: dict[str, str], brokers: int, bank: BankView | None = None) -> None:
        self.place = place
        self.story = Story()
        self.bank = bank
        self.conditions = Conditions(tuple(zones), None if bank is None else bank.conditions)
        self.supply = SupplyView()
        self.networks = [act.Network(state=NetworkState.UP) for _ in range(brokers)]
        self.presence = _UNHEARD
        self._types = zones
        self._standing = Standing()
        self._pressed_ns: dict[str, int] = {}

    def board(self, seen: Seen) -> None:
        """Something that the board said."""
        if seen.kind == "standing":
            looks, zones, troubles, outbox = seen.values
            self._stand(Standing(looks, zones, tuple(troubles), outbox), seen.at_ns)
        elif seen.kind == "doors" and self.bank is not None:
            self.bank.saw(seen.values[0], seen.at_ns)
        else:
            self.story.board(seen)

    def note(self, done: act.Act, now_ns: int) -> None:
        """Something is done at the board."""
        self.conditions.note(done, now_ns)
        if isinstance(done, act.Press):
            self._pressed_ns[done.zone] = now_ns + done.for_ns

    def power_on(self) -> None:
        self.supply.power = OnOff.ON

    def power_off(self, now_ns: int) -> None:
        """Nothing is lit any more. What waits to be sent waits on the disk."""
        self.supply.power = OnOff.OFF
        self.ended(now_ns)

    def ended(self, now_ns: int) -> None:
        """The agent has, and the board has power."""
        self.story.power_off()
        self._stand(Standing(outbox=self._standing.outbox), now_ns)

    def world(self, now_ns: int, times: Times) -> JsonObject:
        """One of `stores` in the panel's JSON."""
        supply, clock = self.supply, self.conditions.clock
        off_ns = clock.off_at(now_ns) - (times.utc_ns(now_ns) if clock.state is Time.UNSET else 0)
        broker = self.story.broker
        return {
            "device": self.place.device,
            "name": self.place.name,
            "name_ko": self.place.name_ko,
            "power": supply.power.value,
            "mains": supply.mains.value,
            "battery_percent": supply.battery_percent,
            "on_battery": supply.power is OnOff.ON and supply.mains is OnOff.OFF,
            "connected": self.story.is_connected,
            "broker": None if broker is None else broker + 1,
            "presence": self.presence,
            "outbox": self._standing.outbox,
            "version": __version__,
            "lamp": self._light(LAMP),
            "health": self._light(HEALTH),
            "zones": [self._zone(name, kind, now_ns) for name, kind in self._types.items()],
            "networks": [_network(number, network) for number, network in enumerate(self.networks, start=1)],
            "disk": _disk(self.conditions.disk),
            "clock": {
                "synced": clock.state is Time.SYNCED,
                # An unset clock is off by half a century: to the second is enough, and changes nothing all the time.
                "off_ms": off_ns // MS if clock.state is not Time.UNSET else off_ns // (3_600 * S) * 3_600_000,
                "drift_ppm": clock.drift_ppm,
            },
            "troubles": list(self._standing.troubles),
            "journeys": [self._journey(journey, times) for journey in self._newest()],
            "bank": None if self.bank is None else self.bank.world(times, key_is_on=self._key_is_on),
        }

    @property
    def _key_is_on(self) -> bool:
        return KEY in self.conditions.zones and self.conditions.zones[KEY].is_held

    def _stand(self, standing: Standing, now_ns: int) -> None:
        self._standing = standing
        if self.bank is not None:
            self.bank.stands(standing.zones, now_ns)

    def _newest(self) -> list[Journey]:
        journeys = self.story.journeys
        return [journeys[id_] for _, id_ in zip(range(JOURNEYS), reversed(journeys), strict=False)]

    def _light(self, name: str) -> JsonObject:
        return {"lit": self.story.lamps.get(name, False), "look": self._standing.looks.get(name)}

    def _zone(self, name: str, kind: str, now_ns: int) -> JsonObject:
        zone = self.conditions.zones[name]
        return {
            "name": name,
            "type": kind,
            "state": self._standing.zones.get(name),
            "held": zone.is_held or now_ns < self._pressed_ns.get(name, now_ns),
            "contact": (zone.contact or ContactState.GOOD).value,
            "wires": {leg.value: state.value for leg, state in zone.wires.items()},
            "swapped_with": zone.swapped_with,
        }

    def _journey(self, journey: Journey, times: Times) -> JsonObject:
        steps: dict[str, Any] = {
            step: round((at_ns - journey.moved_ns) / MS, 1) for step, at_ns in journey.steps.items()
        }
        return {
            "id": journey.id,
            "type": f"ansim.{journey.what}",
            "phase": journey.phase,
            "subject": journey.subject,
            "moved_ms": times.utc_ms(journey.moved_ns),
            "by_person": journey.is_person,
            "steps": steps,
            "sent_times": journey.sent_times,
            "answer": journey.answer,
        }


def _disk(disk: act.Disk) -> JsonObject:
    return {"state": disk.state.value, "delay_ms": disk.delay_ns // MS if disk.state is DiskState.SLOW else 0}


def _network(number: int, network: act.Network) -> JsonObject:
    state = network.state
    return {
        "broker": number,
        "state": state.value,
        "delay_ms": network.delay_ns // MS if state is NetworkState.SLOW else 0,
        "loss_percent": network.loss_percent if state is NetworkState.LOSSY else 0,
        "period_ms": network.period_ns // MS if state is NetworkState.FLAPPING else 0,
    }
