"""What was done at the panel, as a scenario. Pure."""

from device.logic.units import MS, S
from drivers.locks.family import Family
from sim.acts.model import Act
from sim.bank_site import DOORS, REMOTE_OPENS
from sim.scenario.model import Deed, Scenario, Shop
from sim.scenario.tables import MOST_STEPS, StoreTable
from sim.scenario.writing import write_scenario
from sim.site import Place
from sim.world.setup import BANK_ZONES

_TITLE = "Recorded at the panel"
_ABOUT = "What somebody did to the stores of the demo. Write here what it was, and below what must come of it."


class Recorder:
    """Acts by the time since all stores were switched on. The first MOST_STEPS are kept."""

    def __init__(self, stores: tuple[Place, ...], brokers: int, seed: int, heartbeat_s: int, battery_ns: int) -> None:
        self._shops = tuple(_shop(store, heartbeat_s * S, battery_ns) for store in stores)
        self._brokers = brokers
        self._seed = seed
        self._deeds: list[Deed] = []

    def note(self, at_ns: int, done: Act, store: str | None) -> None:
        """at_ns: since all stores were switched on."""
        if len(self._deeds) < MOST_STEPS:
            self._deeds.append(Deed(at_ns // MS * MS, done, store))

    def scenario(self) -> Scenario:
        return Scenario(
            title=_TITLE,
            about=_ABOUT,
            steps=tuple(self._deeds),
            seed=self._seed,
            brokers=self._brokers,
            shops=self._shops,
        )

    def toml(self) -> str:
        """A file that `ansim-sim run` plays."""
        return write_scenario(self.scenario())


def _shop(place: Place, heartbeat_ns: int, battery_ns: int) -> Shop:
    if not place.is_bank:
        return Shop(StoreTable(id=place.device, heartbeat_ns=heartbeat_ns, battery_ns=battery_ns))
    bank = StoreTable(
        id=place.device,
        heartbeat_ns=heartbeat_ns,
        battery_ns=battery_ns,
        bank=Family.XOR8A,
        doors=len(DOORS),
        remote_opens=REMOTE_OPENS,
    )
    return Shop(bank, BANK_ZONES)
