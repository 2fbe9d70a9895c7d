"""What a broker remembers: sessions, their queues, retained messages. Pure: no socket, thread or clock."""

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from sim.broker.access import may_read
from sim.broker.packets import Connect, Publish, Subscription
from sim.broker.topics import matches

_LOG = logging.getLogger(__name__)

# As sim/broker/mosquitto_files.py sets it; what does not fit is dropped, newest first, as Mosquitto does.
_MAX_WAITING = 10_000
# Mosquitto's max_inflight_messages: so many may wait for a client's PUBACK at once.
WINDOW = 20


class Client(Protocol):
    """The connected end of a session."""

    def deliver(self, message: Publish, *, dup: bool) -> bool:
        """Send; False if the client said that it cannot take so large a message."""
        ...

    def take_over(self) -> None:
        """Hang up: somebody else has come with the same client id."""
        ...


@dataclass(slots=True)
class Session:
    """One client id: what it wants, and what it has not acknowledged. `client` is None while it is away."""

    client_id: str
    user: str | None = None
    expiry_s: int = 0
    window: int = WINDOW
    client: Client | None = None
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    _waiting: deque[Publish] = field(default_factory=deque)
    _in_flight: dict[int, Publish] = field(default_factory=dict)
    _last_id: int = 0

    def offer(self, message: Publish) -> None:
        """Send now or when there is room. QoS 0 is not kept for a client that is away."""
        if message.qos == 0:
            if self.client is not None:
                self.client.deliver(message, dup=False)
        elif len(self._waiting) < _MAX_WAITING:
            self._waiting.append(message)
            self._pump()
        else:
            _LOG.warning("queue of client %s is full, a message was dropped", self.client_id)

    def acknowledged(self, packet_id: int) -> None:
        """The client has taken a message; an id that is not in use is ignored, as after a resend."""
        self._in_flight.pop(packet_id, None)
        self._pump()

    def resume(self) -> None:
        """The client is here (again): first what it has not acknowledged, then what has waited, in order."""
        for message in list(self._in_flight.values()):
            self._deliver(message, dup=True)
        self._pump()

    def _pump(self) -> None:
        while self.client is not None and self._waiting and len(self._in_flight) < self.window:
            message = replace(self._waiting.popleft(), packet_id=self._free_id())
            self._in_flight[message.packet_id] = message
            self._deliver(message, dup=False)

    def _deliver(self, message: Publish, *, dup: bool) -> None:
        # MQTT 5 §3.1.2.11.4: what is too large for the client counts as delivered.
        if self.client is not None and not self.client.deliver(message, dup=dup):
            del self._in_flight[message.packet_id]

    def _free_id(self) -> int:
        while True:
            self._last_id = self._last_id % 0xFFFF + 1
            if self._last_id not in self._in_flight:
                return self._last_id


class Sessions:
    """All sessions of one broker, and its retained messages. `control_room` turns the access rules on."""

    def __init__(self, control_room: str | None) -> None:
        self._control_room = control_room
        self._sessions: dict[str, Session] = {}
        self._retained: dict[str, Publish] = {}
        self._anonymous = 0

    def name_for_nameless(self) -> str:
        """A client id for one that came without."""
        self._anonymous += 1
        return f"auto-{self._anonymous}"

    def open(self, connect: Connect, client: Client) -> tuple[Session, bool]:
        """The session for this client, and whether it was there before. Whoever holds it now is hung up on."""
        old = self._sessions.get(connect.client_id)
        if old is not None and old.client is not None:
            old.client.take_over()
            # Its session may have ended with it.
            old = self._sessions.get(connect.client_id)
        if connect.clean:
            old = None
        session = old or Session(connect.client_id)
        self._sessions[connect.client_id] = session
        session.user = connect.user
        session.expiry_s = connect.session_expiry_s
        session.window = min(WINDOW, connect.receive_maximum)
        session.client = client
        return session, old is not None

    def leave(self, session: Session) -> None:
        """The connection is over; the session stays if it was asked to. For how long is not measured."""
        session.client = None
        if session.expiry_s == 0 and self._sessions.get(session.client_id) is session:
            del self._sessions[session.client_id]

    def route(self, message: Publish, sender: str) -> int:
        """Keep it if it is to be retained; give it to everyone who wants it. Returns to how many."""
        if message.retain:
            self._retain(message)
        heard = 0
        for session in list(self._sessions.values()):
            wanted = [s for s in _matching(session, message.topic) if not (s.no_local and session.client_id == sender)]
            if wanted and self._readable(session, message.topic):
                heard += 1
                session.offer(_copy(message, wanted, retain=message.retain and _keeps_flag(wanted)))
        return heard

    def send_retained(self, session: Session, subscription: Subscription, *, new: bool) -> None:
        """What a fresh subscription hears first (MQTT 5 §3.3.1.3)."""
        if subscription.retain_handling == 2 or (subscription.retain_handling == 1 and not new):
            return
        for topic, message in list(self._retained.items()):
            if matches(subscription.topic_filter, topic) and self._readable(session, topic):
                session.offer(_copy(message, [subscription], retain=True))

    def _retain(self, message: Publish) -> None:
        if message.payload:
            self._retained[message.topic] = message
        else:
            self._retained.pop(message.topic, None)

    def _readable(self, session: Session, topic: str) -> bool:
        return self._control_room is None or may_read(session.user, topic, self._control_room)


def _matching(session: Session, topic: str) -> Iterator[Subscription]:
    return (s for s in session.subscriptions.values() if matches(s.topic_filter, topic))


def _keeps_flag(wanted: list[Subscription]) -> bool:
    return any(s.retain_as_published for s in wanted)


def _copy(message: Publish, wanted: list[Subscription], *, retain: bool) -> Publish:
    """As one client gets it: once, at the highest QoS that it asked for, however many filters match."""
    qos = min(message.qos, max(s.qos for s in wanted))
    return replace(message, qos=qos, retain=retain, packet_id=0)
