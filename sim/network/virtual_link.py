"""A link, its network and its broker in virtual time. Implements `Link` without sockets, bytes or threads.

Not modelled: packets that get lost one by one, a broker's own store, refused publishes, limits on messages in flight.
"""

from collections.abc import Callable
from enum import Enum

from device.logic.units import MS, S
from drivers.ports import Clock, LinkDown, LinkUp, Message, Post, Probed, Published, Received

Deliver = Callable[[Message], None]
Schedule = Callable[[int, Callable[[], None]], None]
"""Do the action in so many nanoseconds of virtual time."""

# drivers/mqtt gives a connection attempt this long, and a silent connection 1.5 keepalives.
_CONNECT_TIMEOUT_NS = 5 * S
_RECEIVE_MAXIMUM = 20


class Network(Enum):
    """What stands between the device and one broker."""

    UP = "up"
    REFUSED = "refused"
    BLACK = "black"
    """Swallows everything, closes nothing."""


class VirtualLink:
    """One device's link. `networks` may be changed at any time; what is on its way then still arrives."""

    def __init__(
        self,
        brokers: int,
        keepalive_s: int,
        clock: Clock,
        schedule: Schedule,
        post: Post,
        deliver: Deliver,
        refusal: Callable[[], str | None] = lambda: None,
    ) -> None:
        """deliver: hands a message to the control room, which all brokers reach.

        refusal: why a broker does not take the identity that is shown now; None if it does.
        """
        self.networks = [Network.UP] * brokers
        self.latency_ns = 1 * MS
        """One way."""
        self._keepalive_ns = keepalive_s * S
        self._clock = clock
        self._schedule = schedule
        self._post = post
        self._deliver = deliver
        self._refusal = refusal
        self._connection = 0
        self._broker: int | None = None
        self._will: Message | None = None

    @property
    def broker(self) -> int | None:
        """Which broker the device is connected to."""
        return self._broker

    @property
    def alive(self) -> bool:
        return True

    def connect(self, broker: int, will: Message | None) -> None:
        self._connection += 1
        connection = self._connection
        match self.networks[broker]:
            case Network.UP:
                self._later(2 * self.latency_ns, connection, lambda: self._up(broker, will))
            case Network.REFUSED:
                self._later(self.latency_ns, connection, lambda: self._say_down(broker, "connection refused"))
            case Network.BLACK:
                self._later(_CONNECT_TIMEOUT_NS, connection, lambda: self._say_down(broker, "timed out"))

    def leave(self, farewell: Message | None) -> None:
        if farewell is not None:
            self.publish(farewell, -1)
        self._will = None
        self._end("left")

    def drop(self) -> None:
        self._end("dropped")

    def publish(self, message: Message, token: int) -> None:
        broker, connection = self._broker, self._connection
        if broker is None or self.networks[broker] is not Network.UP:
            return
        self._schedule(self.latency_ns, lambda: self._deliver(message))
        acknowledged = lambda: self._post(Published(self._now(), token))  # noqa: E731 - said once, where it is used
        self._later(2 * self.latency_ns, connection, acknowledged)

    def stand_by(self) -> None:
        """Nothing sleeps here."""

    def probe(self, broker: int) -> None:
        well = self.networks[broker] is Network.UP
        delay_ns = 2 * self.latency_ns if well else _CONNECT_TIMEOUT_NS
        self._schedule(delay_ns, lambda: self._post(Probed(self._now(), broker, well)))

    def close(self) -> None:
        self._will = None
        self.cut()

    def cut(self) -> None:
        """The device is gone without a word: the broker finds out, and publishes the will."""
        self._connection += 1
        self._broker = None
        self._publish_will()

    def receive(self, message: Message) -> None:
        """Something for the device. Without a connection the broker keeps nothing: the control room is asked again."""
        broker, connection = self._broker, self._connection
        if broker is not None and self.networks[broker] is Network.UP:
            arrived = lambda: self._post(Received(self._now(), message.topic, message.payload))  # noqa: E731 - as above
            self._later(self.latency_ns, connection, arrived)

    def set_network(self, broker: int, network: Network) -> None:
        """Change the way to one broker. A refused connection ends at once, a swallowed one is noticed later."""
        self.networks[broker] = network
        if broker != self._broker:
            return
        if network is Network.REFUSED:
            self._end("connection reset")
        elif network is Network.BLACK:
            connection = self._connection
            self._schedule(self._keepalive_ns * 3 // 2, lambda: self._notice(connection))

    def _notice(self, connection: int) -> None:
        broker = self._broker
        if connection == self._connection and broker is not None and self.networks[broker] is Network.BLACK:
            self._end("silent for 1.5 keepalives")

    def _up(self, broker: int, will: Message | None) -> None:
        if self.networks[broker] is not Network.UP:
            self._say_down(broker, "connection reset")
            return
        refusal = self._refusal()
        if refusal is not None:
            self._say_down(broker, refusal)
            return
        self._broker, self._will = broker, will
        self._post(LinkUp(self._now(), broker, _RECEIVE_MAXIMUM))

    def _end(self, reason: str) -> None:
        broker, self._broker = self._broker, None
        self._connection += 1
        if broker is not None:
            self._publish_will()
            self._say_down(broker, reason)

    def _publish_will(self) -> None:
        will, self._will = self._will, None
        if will is not None:
            self._schedule(self._keepalive_ns * 3 // 2, lambda: self._deliver(will))

    def _say_down(self, broker: int, reason: str) -> None:
        self._post(LinkDown(self._now(), broker, reason))

    def _later(self, delay_ns: int, connection: int, action: Callable[[], None]) -> None:
        """Do it unless the connection has ended by then."""
        self._schedule(delay_ns, lambda: action() if connection == self._connection else None)

    def _now(self) -> int:
        return self._clock.monotonic_ns()
