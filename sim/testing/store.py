"""A store in virtual time, as a test speaks of it."""

from typing import TYPE_CHECKING

from device.logic.event import Happening
from sim.acts.model import Act
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

    def told(self, type_: str = "") -> list[Happening]:
        """What the device has told, arrived or not, in order; of a type such as "alarm" or "trouble.line"."""
        wanted = type_.removeprefix("ansim.")
        return [happening for happening in self._store.told if happening.what.startswith(wanted)]
