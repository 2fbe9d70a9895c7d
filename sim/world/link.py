"""A store's link in virtual time: implements `Link` over ways and brokers, without sockets, bytes or threads."""

from collections.abc import Callable, Sequence
from random import Random

from device.logic.units import S
from drivers.ports import Clock, LinkDown, LinkUp, Message, Post, Probed, Published, Received
from sim.acts.words import NetworkState
from sim.schedule import After
from sim.world.broker import VirtualBroker
from sim.world.connection import Connection
from sim.world.way import Way

# drivers/mqtt gives a connection attempt this long, and a silent connection 1.5 keepalives.
_CONNECT_TIMEOUT_NS = 5 * S
_RECEIVE_MAXIMUM = 20
# TCP, TLS 1.3 and CONNECT: a round trip each.
_ROUND_TRIPS = 3


class VirtualLink:
    """One store's link. Ways and brokers may change at any time."""

    def __init__(
        self,
        device: str,
        brokers: Sequence[VirtualBroker],
        keepalive_s: int,
        clock: Clock,
        schedule: After,
        random: Random,
        post: Post,
        refusal: Callable[[], str | None] = lambda: None,
    ) -> None:
        """refusal: why a broker does not take the identity that is shown now; None if it does."""
        self._device = device
        self._brokers = brokers
        self._patience_ns = keepalive_s * S * 3 // 2
        self._clock = clock
        self._schedule = schedule
        self._random = random
        self._post = post
        self._refusal = refusal
        self.ways = [
            Way(schedule, random, lambda number=number: self.recheck(number))  # type: ignore[misc]  # bound at once
            for number in range(len(brokers))
        ]
        self._impaired_ns: list[int | None] = [None] * len(brokers)
        self._attempt = 0
        self._connections = 0
        self._broker: int | None = None
        self._connection: Connection | None = None
        self._lingering: list[set[Connection]] = [set() for _ in brokers]

    @property
    def broker(self) -> int | None:
        """Which broker the device believes to be connected to, from 0."""
        return self._broker

    @property
    def connections(self) -> int:
        """The number of the connection that was made last."""
        return self._connections

    @property
    def alive(self) -> bool:
        return True

    def connect(self, broker: int, will: Message | None) -> None:
        self._attempt += 1
        attempt, way = self._attempt, self.ways[broker]
        round_trip_ns = way.up.delay_ns + way.down.delay_ns
        if self._refuses(broker):
            self._later(round_trip_ns, attempt, lambda: self._say_down(broker, "connection refused"))
        elif not way.is_whole or round_trip_ns * _ROUND_TRIPS >= _CONNECT_TIMEOUT_NS:
            self._later(_CONNECT_TIMEOUT_NS, attempt, lambda: self._say_down(broker, "timed out"))
        else:
            self._later(round_trip_ns * _ROUND_TRIPS, attempt, lambda: self._open(broker, will))

    def publish(self, message: Message, token: int) -> None:
        connection, broker = self._connection, self._broker
        if connection is not None and broker is not None:
            connection.up.put(lambda: self._taken(broker, connection, message, token))

    def leave(self, farewell: Message | None) -> None:
        if farewell is not None:
            self.publish(farewell, -1)
        self._hang_up("left", in_good_order=True)

    def drop(self) -> None:
        self._hang_up("dropped", in_good_order=False)

    def stand_by(self) -> None:
        """Nothing sleeps here."""

    def probe(self, broker: int) -> None:
        well = self.ways[broker].is_whole and not self._refuses(broker)
        delay_ns = 2 * self.ways[broker].up.delay_ns if well else _CONNECT_TIMEOUT_NS
        self._schedule(delay_ns, lambda: self._post(Probed(self._now(), broker, well)))

    def close(self) -> None:
        """In good order, as a process that ends: the farewell has been said."""
        self._hang_up("closed", in_good_order=False)

    def cut(self) -> None:
        """The device is gone without a word. What is on the wire arrives; the broker finds out later."""
        self._attempt += 1
        connection, broker = self._connection, self._broker
        self._connection = self._broker = None
        if connection is not None and broker is not None:
            connection.down.end()
            if not self.ways[broker].up.passes:
                connection.up.end()
            self._linger(broker, connection, self._patience_ns)

    def receive(self, broker: int, message: Message) -> None:
        """A broker has a message for the device. It waits there while the device is away."""
        session = self._brokers[broker].address(self._device)
        if session is None:
            return
        if session.connection is None or session.connection is not self._connection:
            session.waiting.append(message)
        else:
            self._hand_down(session.connection, message)

    def set_network(self, broker: int, state: NetworkState) -> None:
        """As the act, with the act's own defaults."""
        self.ways[broker].become(state)

    def recheck(self, broker: int) -> None:
        """The way, or the broker, has changed."""
        way = self.ways[broker]
        if self._refuses(broker):
            self._reset(broker)
            return
        for connection in [self._connection] if self._broker == broker else []:
            if connection is not None:
                connection.behave(way)
        for connection in self._lingering[broker]:
            connection.behave(way)
        if way.is_whole:
            self._impaired_ns[broker] = None
        elif self._impaired_ns[broker] is None:
            self._impaired_ns[broker] = self._now()
            self._schedule(self._patience_ns, lambda: self._lose_patience(broker))

    # ------------------------------------------------------------ the device's end

    def _open(self, broker: int, will: Message | None) -> None:
        refusal = "connection reset" if self._refuses(broker) or not self.ways[broker].is_whole else self._refusal()
        if refusal is not None:
            self._say_down(broker, refusal)
            return
        self._connections += 1
        connection = Connection(
            self._device, self._connections, will, self.ways[broker], self._now, self._schedule, self._random
        )
        self._broker, self._connection = broker, connection
        self._brokers[broker].accept(connection, lambda message: self._hand_down(connection, message))
        self._post(LinkUp(self._now(), broker, _RECEIVE_MAXIMUM))

    def _hand_down(self, connection: Connection, message: Message) -> None:
        connection.down.put(lambda: self._post(Received(self._now(), message.topic, message.payload)))

    def _taken(self, broker: int, connection: Connection, message: Message, token: int) -> None:
        connection.down.put(lambda: self._post(Published(self._now(), token)))
        self._brokers[broker].take(message, connection)

    def _hang_up(self, reason: str, *, in_good_order: bool, lingers_ns: int | None = None) -> None:
        self._attempt += 1
        connection, broker = self._connection, self._broker
        self._connection = self._broker = None
        if connection is None or broker is None:
            return
        connection.down.end()
        server = self._brokers[broker]
        connection.up.put(lambda: server.part(connection) if in_good_order else server.lose(connection))
        self._linger(broker, connection, self._patience_ns if lingers_ns is None else lingers_ns)
        self._say_down(broker, reason)

    def _linger(self, broker: int, connection: Connection, lingers_ns: int) -> None:
        """The broker believes in the connection until it is told, or hears nothing for 1.5 keepalives.

        Both ends may have heard the other one for the last time at different moments: up to a ping apart.
        """
        self._lingering[broker].add(connection)
        self._schedule(lingers_ns, lambda: self._let_go(broker, connection))

    def _let_go(self, broker: int, connection: Connection) -> None:
        if connection in self._lingering[broker]:
            self._lingering[broker].discard(connection)
            self._brokers[broker].lose(connection)

    def _reset(self, broker: int) -> None:
        """Both ends know at once."""
        self._impaired_ns[broker] = None
        server = self._brokers[broker]
        for connection in list(self._lingering[broker]):
            self._let_go(broker, connection)
        if self._broker == broker and self._connection is not None:
            connection = self._connection
            self._connection = self._broker = None
            self._attempt += 1
            connection.end()
            server.lose(connection)
            self._say_down(broker, "connection reset")

    def _lose_patience(self, broker: int) -> None:
        since_ns = self._impaired_ns[broker]
        if since_ns is None:
            return
        if self._now() < since_ns + self._patience_ns:
            self._schedule(since_ns + self._patience_ns - self._now(), lambda: self._lose_patience(broker))
        elif self._broker == broker and self._connection is not None:
            self._hang_up("silent for 1.5 keepalives", in_good_order=False, lingers_ns=self._patience_ns // 2)

    def _refuses(self, broker: int) -> bool:
        return self.ways[broker].is_refused or self._brokers[broker].is_down

    def _say_down(self, broker: int, reason: str) -> None:
        self._post(LinkDown(self._now(), broker, reason))

    def _later(self, delay_ns: int, attempt: int, action: Callable[[], None]) -> None:
        """Do it unless another attempt, or an end, has come between."""
        self._schedule(delay_ns, lambda: action() if attempt == self._attempt else None)

    def _now(self) -> int:
        return self._clock.monotonic_ns()
