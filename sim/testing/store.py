"""A store in virtual time, as a test speaks of it."""

from typing import TYPE_CHECKING

from device.logic.event import Happening
from sim.acts.model import Act
from sim.testing.errors import Unplayable
from sim.testing.hands import Hands

if TYPE_CHECKING:
    from sim.testing.world import World

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True


class Store(Hands):
    """What is done here happens when the world's time runs."""

    def __init__(self, world: "World", store: str) -> None:
        self.id = store
        self._world = world
        self._store = world.simulated.stores[store]

    def __repr__(self) -> str:
        return f"<store {self.id}, lamp {self.lamp}>"

    def perform(self, act: Act) -> None:
        self._world.perform(act, self.id)

    @property
    def lamp(self) -> str:
        """What the light at the counter says: dark, heard, sending, received, help or fault."""
        return self._store.look.value

    @property
    def is_on(self) -> bool:
        """Whether the agent runs."""
        return self._store.is_on

    @property
    def zones(self) -> tuple[str, ...]:
        """The names that `press` takes."""
        return tuple(self._store.contacts)

    @property
    def doors(self) -> dict[str, str]:
        """What the device holds every door of a bank to be: `secured`, `closed`, `open`, `forced` …; empty for a store.

        Without power it holds nothing.
        """
        bank = self._store.bank
        if bank is None or not self.is_on:
            return {}
        return {door: self._store.agent.zone_states[door] for door in bank.setup.names}

    def is_open(self, door: str) -> bool:
        """How the door really stands. Unplayable if there is none."""
        bank = self._store.bank
        if bank is None or door not in bank.setup.names:
            raise Unplayable(f'door = "{door}": {self.id} has no such door')
        return bank.sim.is_open(door)

    def told(self, type_: str = "") -> list[Happening]:
        """What the device has told, arrived or not, in order; of a type such as "alarm" or "trouble.line"."""
        wanted = type_.removeprefix("ansim.")
        return [happening for happening in self._store.told if happening.what.startswith(wanted)]
