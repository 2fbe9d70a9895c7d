"""The way to the control room: which broker, what is sent on it, and when it is given up. Pure."""

from collections.abc import Callable

from device.logic.connection import LASTED_NS, Connection, Do
from device.logic.delivery import Delivery
from device.logic.effects import Connect, Drop, Effect, Leave, Probe
from device.logic.units import S, earliest
from drivers.ports import LinkDown, LinkUp, Message, Probed, Published, Record, Urgency

# A broker that takes alarms which nobody answers is left after so many sends of one, not more often than this.
SILENT_TRIES = 3
SWITCH_NS = 60 * S


class Uplink:
    """Connection and delivery together. Main loop only."""

    def __init__(
        self,
        brokers: int,
        delivery: Delivery,
        will: Callable[[int, int], Message],
        now_ns: int,
        random: Callable[[], float],
    ) -> None:
        """`will(connection, now_ns)` is the signed offline status of one numbered connection."""
        self._brokers = brokers
        self._delivery = delivery
        self._will = will
        self._connection = Connection(brokers, random)
        self._switched_ns = now_ns
        self.connections = 0
        """How many connections this run has tried."""
        self.down_ns: int | None = now_ns
        """Since when there is no connection that lasts; None while there is one."""
        self._up_ns = now_ns

    @property
    def is_up(self) -> bool:
        return self._connection.is_up

    @property
    def broker(self) -> int:
        return self._connection.broker

    def add(self, record: Record, now_ns: int) -> list[Effect]:
        """A new event: it leaves at once, or has a connection tried at once."""
        if record.urgency is Urgency.ALARM:
            self._connection.hurry(now_ns)
        return self._delivery.add(record, now_ns)

    def take(self, fact: LinkUp | LinkDown | Published | Probed) -> list[Effect]:
        now_ns = fact.at_ns
        match fact:
            case LinkUp():
                self._up_ns = now_ns
                self._connection.up(now_ns)
                return self._delivery.up(fact.receive_maximum, now_ns)
            case LinkDown():
                self.down_ns = now_ns if self.down_ns is None else self.down_ns
                self._connection.down(now_ns, alarm_waits=self._delivery.alarm_waits)
                self._delivery.down()
            case Published():
                self._delivery.published(fact.token, fact.refused)
            case Probed():
                if self._connection.probed(fact.broker, fact.well) is Do.GO_BACK:
                    return self._leave(now_ns)
        return []

    def again(self, now_ns: int) -> list[Effect]:
        """Leave the connection, if there is one, for a new one to the same broker."""
        if not self.is_up:
            return []
        self._connection.again()
        return self._leave(now_ns)

    def tick(self, now_ns: int) -> list[Effect]:
        effects: list[Effect] = []
        if self.is_up and now_ns >= self._up_ns + LASTED_NS:
            self.down_ns = None
        if self.is_up and (self._delivery.waits_for_broker(now_ns) or self._is_unheard(now_ns)):
            self._switched_ns = now_ns
            self._connection.give_up()
            self._delivery.down()
            effects.append(Drop())
        match self._connection.tick(now_ns):
            case Do.CONNECT:
                self.connections += 1
                effects.append(Connect(self._connection.broker, self._will(self.connections, now_ns)))
            case Do.PROBE:
                effects.append(Probe(0))
        return effects + self._delivery.tick(now_ns)

    def due_ns(self) -> int | None:
        """When to call tick next."""
        lasted = self._up_ns + LASTED_NS if self.is_up and self.down_ns is not None else None
        return earliest(lasted, self._connection.due_ns(), self._delivery.due_ns())

    def _leave(self, now_ns: int) -> list[Effect]:
        self._delivery.down()
        return [Leave(self._will(self.connections, now_ns))]

    def _is_unheard(self, now_ns: int) -> bool:
        silent = self._delivery.unanswered_tries() >= SILENT_TRIES
        return silent and self._brokers > 1 and now_ns >= self._switched_ns + SWITCH_NS
