"""A broker in virtual time: takes, acknowledges, passes on; can be down, slow, or lose what it has acknowledged.

Sessions are kept for devices that are away, as MQTT 5 lets them ask for; a restart forgets them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.ports import Message
from sim.acts.words import BrokerState
from sim.schedule import After
from sim.world.connection import Connection

# Mosquitto's max_queued_messages.
_QUEUE = 1_000


@dataclass(slots=True)
class _Session:
    connection: Connection | None = None
    waiting: deque[Message] = field(default_factory=lambda: deque(maxlen=_QUEUE))


class VirtualBroker:
    """`deliver` hands the control room a message, the connection that it came on, and whether it is that one's will."""

    def __init__(
        self,
        schedule: After,
        deliver: Callable[[Message, Connection, bool], None],
        changed: Callable[[], None],
        lost: Callable[[Message, Connection], None] = lambda *_: None,
    ) -> None:
        """changed: called when connections that exist may be over, or new ones be possible.

        lost: told of what the control room does not get.
        """
        self._schedule = schedule
        self._deliver = deliver
        self._changed = changed
        self._lost = lost
        self._sessions: dict[str, _Session] = {}
        self._held: deque[tuple[Message, Connection, bool]] = deque()
        self._delay_ns = 0
        self._turn = 0
        self.state = BrokerState.UP

    @property
    def is_down(self) -> bool:
        return self.state in (BrokerState.DOWN, BrokerState.RESTARTING)

    def become(self, state: BrokerState, delay_ns: int) -> None:
        """Each state replaces the one before."""
        self._turn += 1
        self.state = state
        self._delay_ns = delay_ns if state is BrokerState.SLOW else 0
        if self.is_down:
            self._sessions.clear()
        if state is BrokerState.RESTARTING:
            turn = self._turn
            self._schedule(delay_ns, lambda: self.become(BrokerState.UP, 0) if turn == self._turn else None)
        self._changed()

    def accept(self, connection: Connection, receive: Callable[[Message], None]) -> None:
        """A device has connected; its former connection is over. `receive` puts a message on the way to it."""
        session = self._sessions.setdefault(connection.device, _Session())
        if session.connection is not None:
            self.lose(session.connection)
        session.connection = connection
        while session.waiting:
            receive(session.waiting.popleft())

    def take(self, message: Message, connection: Connection, *, is_will: bool = False) -> None:
        """Pass on to the control room what a device has published, or its will."""
        if self.state is BrokerState.FORGETFUL or self.is_down:
            self._lost(message, connection)
        elif self._delay_ns or self._held:
            # Nothing overtakes, also where the broker has become fast again.
            self._held.append((message, connection, is_will))
            self._schedule(self._delay_ns, lambda: self._deliver(*self._held.popleft()))
        else:
            self._deliver(message, connection, is_will)

    def address(self, device: str) -> "_Session | None":
        """Where messages for a device go; None for one that has never been here."""
        return None if self.is_down or self.state is BrokerState.FORGETFUL else self._sessions.get(device)

    def lose(self, connection: Connection) -> None:
        """A connection is over, and nobody has said goodbye."""
        self._forget(connection)
        will, connection.will = connection.will, None
        if will is not None:
            self.take(will, connection, is_will=True)

    def part(self, connection: Connection) -> None:
        """A connection is over in good order."""
        self._forget(connection)
        connection.will = None

    def _forget(self, connection: Connection) -> None:
        connection.up.end()
        session = self._sessions.get(connection.device)
        if session is not None and session.connection is connection:
            session.connection = None
