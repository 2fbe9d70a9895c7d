"""One client of the embedded broker, from the first byte to the last. Pure: no socket, thread or clock."""

import logging
from dataclasses import dataclass, replace
from typing import Protocol, assert_never

from sim.broker import codec
from sim.broker.access import may_write
from sim.broker.packets import (
    Connect,
    Disconnect,
    Malformed,
    Packet,
    PingReq,
    PubAck,
    Publish,
    Reason,
    Subscribe,
    Subscription,
    Unsubscribe,
    Version,
)
from sim.broker.sessions import WINDOW, Session, Sessions

_LOG = logging.getLogger(__name__)


class Wire(Protocol):
    """The bytes' way to the client."""

    @property
    def identity(self) -> str | None:
        """CN of the client's certificate; None where none is asked for."""
        ...

    def send(self, data: bytes) -> None: ...

    def close(self) -> None:
        """Hang up once what was sent has left."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What a broker allows. `control_room` turns the access rules on; `highest` is the newest MQTT it speaks."""

    control_room: str | None = None
    highest: Version = Version.V5


class Peer:
    """Reads what a client says, answers, and looks after its will. Wants `feed`, and `lost` at the end."""

    def __init__(self, sessions: Sessions, rules: Rules, wire: Wire) -> None:
        self._sessions = sessions
        self._rules = rules
        self._wire = wire
        self._decoder = codec.Decoder()
        self._connect: Connect | None = None
        self._session: Session | None = None
        self._will: Publish | None = None
        self._over = False

    @property
    def keepalive_s(self) -> int:
        """As the client promised; 0 for never, or while it has not said."""
        return 0 if self._connect is None else self._connect.keepalive_s

    def feed(self, data: bytes) -> None:
        """Take what has arrived. Hangs up on a client that breaks the rules."""
        self._decoder.feed(data)
        try:
            while not self._over and (packet := self._decoder.next()) is not None:
                self._handle(packet)
        except Malformed as error:
            _LOG.info("hanging up on %s: %s", self._name(), error)
            if error.reason in {Reason.BAD_VERSION, Reason.BAD_CLIENT_ID}:
                self._refuse(error.reason)
            self.hang_up(error.reason)

    def lost(self) -> None:
        """The connection is gone, with or without goodbye. May be called more than once."""
        self._over = True
        session, self._session = self._session, None
        will, self._will = self._will, None
        if session is not None:
            self._sessions.leave(session)
            if will is not None and self._writable(will.topic):
                self._sessions.route(will, session.client_id)

    def hang_up(self, reason: Reason) -> None:
        """End the connection from our side; the will is published."""
        if self._session is not None:
            self._wire.send(codec.disconnect(self._decoder.version, reason))
        self._wire.close()
        self.lost()

    def take_over(self) -> None:
        """See Client."""
        self.hang_up(Reason.TAKEN_OVER)

    def deliver(self, message: Publish, *, dup: bool) -> bool:
        """See Client."""
        data = codec.publish(self._decoder.version, message, dup=dup)
        if self._connect is not None and len(data) > self._connect.max_packet_bytes:
            return False
        self._wire.send(data)
        return True

    def _handle(self, packet: Packet) -> None:
        if isinstance(packet, Connect):
            self._on_connect(packet)
            return
        if self._session is None:
            raise Malformed(Reason.PROTOCOL_ERROR)
        match packet:
            case Publish():
                self._on_publish(packet, self._session)
            case PubAck():
                self._session.acknowledged(packet.packet_id)
            case Subscribe():
                self._on_subscribe(packet, self._session)
            case Unsubscribe():
                self._on_unsubscribe(packet, self._session)
            case PingReq():
                self._wire.send(codec.pingresp())
            case Disconnect():
                self._on_disconnect(packet, self._session)
            case _:
                assert_never(packet)

    def _on_connect(self, connect: Connect) -> None:
        if self._connect is not None:
            raise Malformed(Reason.PROTOCOL_ERROR)
        if connect.version > self._rules.highest:
            # In the words of the version that we do speak: that is what makes a client fall back at once.
            self._decoder.version = self._rules.highest
            raise Malformed(Reason.BAD_VERSION)
        if self._wire.identity is not None:
            connect = replace(connect, user=self._wire.identity, client_id=self._wire.identity)
        assigned_id = "" if connect.client_id else self._sessions.name_for_nameless()
        if assigned_id and connect.version is Version.V311 and not connect.clean:
            raise Malformed(Reason.BAD_CLIENT_ID)
        connect = replace(connect, client_id=connect.client_id or assigned_id)
        session, present = self._sessions.open(connect, self)
        self._connect, self._session, self._will = connect, session, connect.will
        self._accept(present=present, assigned_id=assigned_id)
        session.resume()

    def _on_publish(self, message: Publish, session: Session) -> None:
        reason = Reason.SUCCESS if self._writable(message.topic) else Reason.NOT_AUTHORIZED
        if reason is Reason.SUCCESS and self._sessions.route(message, session.client_id) == 0:
            reason = Reason.NO_SUBSCRIBERS
        if message.qos:
            self._wire.send(codec.puback(self._decoder.version, message.packet_id, reason))

    def _on_subscribe(self, subscribe: Subscribe, session: Session) -> None:
        fresh: list[tuple[Subscription, bool]] = []
        for wanted in subscribe.subscriptions:
            if wanted.qos < Reason.MALFORMED:
                fresh.append((wanted, wanted.topic_filter not in session.subscriptions))
                session.subscriptions[wanted.topic_filter] = wanted
        codes = tuple(wanted.qos for wanted in subscribe.subscriptions)
        self._wire.send(codec.suback(self._decoder.version, subscribe.packet_id, codes))
        for wanted, new in fresh:
            self._sessions.send_retained(session, wanted, new=new)

    def _on_unsubscribe(self, unsubscribe: Unsubscribe, session: Session) -> None:
        dropped = [session.subscriptions.pop(text, None) for text in unsubscribe.filters]
        codes = tuple(Reason.SUCCESS if found else Reason.NO_SUBSCRIPTION for found in dropped)
        self._wire.send(codec.unsuback(self._decoder.version, unsubscribe.packet_id, codes))

    def _on_disconnect(self, goodbye: Disconnect, session: Session) -> None:
        if goodbye.reason != Reason.WITH_WILL:
            self._will = None
        if goodbye.session_expiry_s is not None:
            session.expiry_s = goodbye.session_expiry_s
        self._wire.close()
        self.lost()

    def _accept(self, *, present: bool, assigned_id: str) -> None:
        self._wire.send(
            codec.connack(
                self._decoder.version,
                Reason.SUCCESS,
                present=present,
                receive_maximum=WINDOW,
                assigned_id=assigned_id,
            )
        )

    def _refuse(self, reason: Reason) -> None:
        version = self._decoder.version
        self._wire.send(codec.connack(version, reason, receive_maximum=WINDOW, assigned_id=""))

    def _writable(self, topic: str) -> bool:
        user = None if self._connect is None else self._connect.user
        return self._rules.control_room is None or may_write(user, topic, self._rules.control_room)

    def _name(self) -> str:
        return "a client" if self._connect is None else self._connect.client_id
