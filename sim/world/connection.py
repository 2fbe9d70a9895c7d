"""One MQTT connection in virtual time: a flow each way, and what either end may conclude from silence."""

from collections.abc import Callable
from random import Random

from drivers.ports import Message
from sim.schedule import After
from sim.world.flow import Flow
from sim.world.way import Way


class Connection:
    """From LinkUp until both ends know that it is over. `number` counts the connections of one store, from 1."""

    def __init__(
        self,
        device: str,
        number: int,
        will: Message | None,
        way: Way,
        now_ns: Callable[[], int],
        schedule: After,
        random: Random,
    ) -> None:
        self.device = device
        self.number = number
        self.will = will
        """What the broker publishes when the connection ends without a goodbye; None once that is settled."""
        self.up = Flow(now_ns, schedule, random, way.up)
        self.down = Flow(now_ns, schedule, random, way.down)

    def behave(self, way: Way) -> None:
        self.up.behave(way.up)
        self.down.behave(way.down)

    def end(self) -> None:
        """Nothing that is still on its way arrives."""
        self.up.end()
        self.down.end()
