"""A scenario as a value. Pure."""

from dataclasses import dataclass, field, replace

from device.logic.bank.settings import Night
from device.logic.units import S
from device.logic.zone import ZoneSettings
from sim.acts.model import Act
from sim.scenario.expectations import Expectation
from sim.scenario.tables import End, StoreTable
from sim.world.setup import COUNTER, BankSetup, StoreSetup, WorldSetup

# Longer than any light or resend waits, so that the end of the story is in the transcript.
_AFTER_NS = 120 * S
# A night of 24 hours would have no length; nobody will miss this minute of the day before.
_ALWAYS = Night(0, 24 * 60 - 1, 0)


@dataclass(frozen=True, slots=True)
class Shop:
    """One store: what the file says, and the zones that it has."""

    written: StoreTable = field(default_factory=StoreTable)
    zones: tuple[ZoneSettings, ...] = COUNTER
    has_lamp: bool = True

    def setup(self) -> StoreSetup:
        return StoreSetup(
            id=self.written.id,
            zones=self.zones,
            heartbeat_s=self.written.heartbeat_ns // S,
            bounce=self.written.bounce,
            battery_ns=self.written.battery_ns,
            lamps=self.written.lights and self.has_lamp,
            bank=self._bank(),
        )

    def _bank(self) -> BankSetup | None:
        written = self.written
        if written.bank is None:
            return None
        setup = BankSetup(doors=written.doors, family=written.bank, remote_opens=written.remote_opens)
        return replace(setup, night=_ALWAYS) if written.night else setup


@dataclass(frozen=True, slots=True)
class Deed:
    """An act at a time. `store`: as the file says it; None where there is only one, or the act needs none."""

    at_ns: int
    act: Act
    store: str | None = None

    @property
    def last_ns(self) -> int:
        return self.at_ns


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be true at a time; or become true within, or stay true during a time. Never both."""

    at_ns: int
    expectation: Expectation
    store: str | None = None
    within_ns: int | None = None
    during_ns: int | None = None

    @property
    def last_ns(self) -> int:
        """When at the latest the verdict about it is clear."""
        return self.at_ns + (self.within_ns or self.during_ns or 0)


Step = Deed | Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """As in the file, in its order; `length_ns` None: as long as the steps need."""

    title: str
    about: str
    steps: tuple[Step, ...]
    seed: int = 0
    length_ns: int | None = None
    brokers: int = 1
    shops: tuple[Shop, ...] = (Shop(),)
    end: End = field(default_factory=End)

    @property
    def played_ns(self) -> int:
        """How long it is played before everything is mended."""
        last_ns = max((step.last_ns for step in self.steps), default=0)
        return last_ns + _AFTER_NS if self.length_ns is None else self.length_ns

    def setup(self, seed: int | None = None) -> WorldSetup:
        """With another seed, if one is given."""
        chosen = self.seed if seed is None else seed
        return WorldSetup(seed=chosen, brokers=self.brokers, stores=tuple(shop.setup() for shop in self.shops))

    def store_of(self, step: Step) -> str:
        """The store that a step is about; the only one if it names none."""
        return step.store or self.shops[0].written.id
