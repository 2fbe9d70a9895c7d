"""A whole agent on a table: facts are handed in, effects are sorted into what a person could see of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from device.logic.agent import Agent, AgentSettings
from device.logic.effects import Effect, Light, Publish, Save
from device.logic.envelope import Typ, unseal
from device.logic.kinds import ZoneType
from device.logic.lamp import Shows
from device.logic.units import MS, S
from device.logic.zone import ZoneSettings
from drivers.ports import (
    Beginning,
    Edge,
    Fact,
    LinkDown,
    LinkUp,
    Published,
    Received,
    Record,
    Saved,
    Settled,
    Tick,
    WallClock,
)
from tests.builders import EPOCH, make_keys, make_signer
from tests.device.logic.letters import CONTROL_ROOM, DEVICE, receipt

NOON_NS = 1_795_214_161 * S
FRESH = Beginning(EPOCH, None, 0, 0, same_boot=True, orderly=True)
ZONES = (
    ZoneSettings("button", ZoneType.HOLDUP, "GPIO17"),
    ZoneSettings("phone", ZoneType.HOTLINE, "GPIO27", hold_ns=7 * S),
)
SETTINGS = AgentSettings(
    DEVICE, "1.2.3", ZONES, (("counter", Shows.ALARM), ("box", Shows.HEALTH)), 2, 15, certificate_expires_ns=None
)


@dataclass(slots=True)
class Desk:
    """One agent. `auto`: the broker acknowledges and the disk saves at once."""

    settings: AgentSettings = SETTINGS
    beginning: Beginning = FRESH
    auto: bool = True
    synced: bool = True
    now_ns: int = 0
    random: Callable[[], float] = lambda: 0.0
    effects: list[Effect] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    lamps: dict[str, bool] = field(default_factory=dict)
    agent: Agent = field(init=False)

    def __post_init__(self) -> None:
        wall = WallClock(0, NOON_NS, self.synced)
        signer, keys = make_signer(), make_keys(CONTROL_ROOM)
        self.agent = Agent(self.settings, self.beginning, "boot-1", wall, signer, keys, self.random)

    def feed(self, fact: Fact) -> list[Effect]:
        """Hand in one fact; returns its effects. What is due by itself comes first."""
        self.now_ns = max(self.now_ns, fact.at_ns)
        effects = self.agent.feed(fact)
        kinds = [isinstance(effect, Light) for effect in effects]
        assert kinds == sorted(kinds, reverse=True), "lights come first"
        if isinstance(fact, Tick):
            due_ns = self.agent.due_ns()
            assert due_ns is None or due_ns > self.now_ns, "the loop would spin"
        self.effects += effects
        for effect in effects:
            self._carry_out(effect)
        return effects

    def until(self, at_s: float) -> "Desk":
        """Keep every due time until then."""
        end_ns = round(at_s * S)
        while (due_ns := self.agent.due_ns()) is not None and due_ns <= end_ns:
            self.feed(Tick(max(due_ns, self.now_ns)))
        self.feed(Tick(end_ns))
        return self

    def start(self) -> "Desk":
        """At rest, believed, connected, at 1 s."""
        for zone in self.settings.zones:
            self.feed(Edge(0, zone.pin, high=True))
        self.until(0.1)
        self.feed(LinkUp(100 * MS, 0, 20))
        return self.until(1)

    def press(self, at_s: float, length_s: float = 0.1, pin: str = "GPIO17") -> Record:
        """Press and let go; returns what has been told of the press."""
        self.until(at_s)
        self.feed(Edge(round(at_s * S), pin, high=False))
        self.until(at_s + 0.05)
        alarm = self.records[-1]
        self.until(at_s + length_s)
        self.feed(Edge(round((at_s + length_s) * S), pin, high=True))
        self.until(at_s + length_s + 0.05)
        return alarm

    def hear(self, envelope: bytes | None, topic: str = "receipt") -> list[Effect]:
        return self.feed(Received(self.now_ns, f"ansim/v1/{DEVICE}/{topic}", envelope))

    def answer(self, *records: Record) -> None:
        """The control room has these, and so does the disk."""
        self.hear(receipt(*records))
        self.feed(Settled(self.now_ns, tuple(record.place for record in records)))

    def break_link(self) -> None:
        self.feed(LinkDown(self.now_ns, 0, "reset"))

    # ------------------------------------------------------------ what was told

    def events(self, begins: str = "") -> list[str]:
        return [name for record in self.records if (name := name_of(record)).startswith(begins)]

    def event(self, name: str) -> dict[str, Any]:
        """What the only event of this name says."""
        (record,) = [record for record in self.records if name_of(record) == name]
        return read(record.envelope)

    def statuses(self) -> list[dict[str, Any]]:
        sent = [each.message for each in self.effects if isinstance(each, Publish)]
        return [
            unseal(each.payload, Typ.STATUS, make_keys()).payload for each in sent if each.topic.endswith("/status")
        ]

    def sent(self, record: Record) -> int:
        return sum(isinstance(each, Publish) and each.message.payload == record.envelope for each in self.effects)

    def of(self, kind: type[Effect]) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def look(self) -> str:
        return str(self.agent.alarm_look)

    def depth(self) -> int:
        return self.agent._delivery.depth

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Light():
                self.lamps[effect.indicator] = effect.on
            case Save() if effect.happening is not None:
                self.records.append(effect.record)
                if self.auto:
                    self.feed(Saved(self.now_ns, (effect.record.place,)))
            case Publish() if self.auto:
                self.feed(Published(self.now_ns, effect.token))
            case _:
                pass


def read(envelope: bytes) -> dict[str, Any]:
    return unseal(envelope, Typ.EVENT, make_keys()).payload


def name_of(record: Record) -> str:
    told = read(record.envelope)
    return f"{told['type'].removeprefix('ansim.')} {told['data']['phase']}"
