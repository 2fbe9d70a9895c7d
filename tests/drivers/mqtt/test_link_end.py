"""How a connection ends and how a dead one is noticed, against brokers that follow a script."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable

import pytest

from drivers.mqtt import link as mqtt
from drivers.mqtt.link import MqttLink
from drivers.ports import LinkDown, LinkUp, Message, Received
from tests.drivers.mailbox import Mailbox
from tests.drivers.mqtt.link_bench import ALARM, DOWN, WILL, LinkMaker, accept_and_stay
from tests.mqtt_script import DISCONNECT, PINGREQ, PINGRESP, Peer, ScriptBroker


def test_error_while_posting_ends_the_connection_and_the_next_one_works(make_link: LinkMaker) -> None:
    facts = Mailbox()
    faults = [RuntimeError("no room")]

    def post(fact: object) -> None:
        if isinstance(fact, Received) and faults:
            raise faults.pop()
        facts(fact)  # type: ignore[arg-type]  # whatever is posted is a Fact

    def sends(peer: Peer) -> None:
        peer.accept()
        peer.publish(DOWN[0], b"receipt")
        peer.stay()

    with ScriptBroker(sends) as broker:
        link = make_link(broker.port, post=post)
        link.connect(0, None)
        facts.expect(LinkUp)
        assert facts.expect(LinkDown).reason == "RuntimeError: no room"
        assert link.alive
        link.connect(0, None)

        facts.expect(LinkUp)
        assert facts.expect(Received).payload == b"receipt"
        link.close()


_DEAF_PROPERTIES = {
    "plain": b"",
    "server keepalive off": b"\x13\x00\x00",
    "server keepalive long": b"\x13\x02\x58",
    "we talk": b"",
    "it does not even read": b"",
}


def test_half_open_link_is_noticed_within_one_and_a_half_keepalives(make_link: LinkMaker) -> None:
    def goes_deaf(name: str) -> Callable[[Peer], None]:
        def script(peer: Peer) -> None:
            peer.accept(properties=_DEAF_PROPERTIES[name])
            last_bytes.put((name, time.monotonic()))
            if name == "it does not even read":
                peer.wait()
            while peer.read() is not None:
                pass

        return script

    last_bytes: queue.SimpleQueue[tuple[str, float]] = queue.SimpleQueue()
    boxes = {name: Mailbox() for name in _DEAF_PROPERTIES}
    with contextlib.ExitStack() as brokers:
        links = {}
        for name, box in boxes.items():
            broker = brokers.enter_context(ScriptBroker(goes_deaf(name)))
            links[name] = make_link(broker.port, post=box, keepalive_s=2)
            links[name].connect(0, None)
            box.expect(LinkUp)
        stop = threading.Event()
        talker = threading.Thread(target=_talk, args=(links["we talk"], stop))
        talker.start()
        began_s = time.monotonic()
        for token in range(20):
            links["it does not even read"].publish(Message(ALARM.topic, bytes(1_000_000)), token)
        publishing_s = time.monotonic() - began_s

        downs = {name: box.expect(LinkDown) for name, box in boxes.items()}
        stop.set()
        talker.join()

    heard_s = dict(last_bytes.get(timeout=5) for _ in boxes)
    for name, down in downs.items():
        # Before two keepalives, which are what paho would take.
        assert 2.9 < down.at_ns / 1e9 - heard_s[name] < 4, name
        assert down.reason.startswith("nothing heard for 3."), name
    assert publishing_s < 2, "publish must not wait for the socket"


def _talk(link: MqttLink, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        link.publish(ALARM, 1)


def test_link_that_answers_pings_stays(make_link: LinkMaker, facts: Mailbox) -> None:
    def answers(peer: Peer) -> None:
        peer.accept()
        for _ in range(2):
            packet = peer.read()
            assert packet is not None
            assert packet.kind == PINGREQ
            peer.send(PINGRESP, 0, b"")
        broker.seen.put("two pings")
        peer.stay()

    with ScriptBroker(answers) as broker:
        link = make_link(broker.port, post=facts, keepalive_s=1)
        link.connect(0, None)
        facts.expect(LinkUp)

        assert broker.seen.get(timeout=5) == "two pings"
        assert facts.empty
        link.close()


def test_keepalive_that_the_broker_shortens_is_kept(make_link: LinkMaker, facts: Mailbox) -> None:
    def impatient(peer: Peer) -> None:
        peer.accept(properties=b"\x13\x00\x01")
        began_s = time.monotonic()
        packet = peer.read()
        assert packet is not None
        assert packet.kind == PINGREQ
        broker.seen.put(time.monotonic() - began_s)

    with ScriptBroker(impatient) as broker:
        make_link(broker.port, post=facts, keepalive_s=60).connect(0, None)
        facts.expect(LinkUp)

        waited_s = broker.seen.get(timeout=5)
        facts.expect(LinkDown)

    assert isinstance(waited_s, float)
    assert waited_s < 1.5, "a broker gives up after one and a half keepalives"


def test_goodbye_of_the_broker_is_told_in_words(make_link: LinkMaker, facts: Mailbox) -> None:
    def stops(peer: Peer) -> None:
        peer.accept()
        peer.send(DISCONNECT, 0, b"\x8b\x00")

    with ScriptBroker(stops) as broker:
        make_link(broker.port, post=facts).connect(0, None)
        facts.expect(LinkUp)

        assert facts.expect(LinkDown).reason == "ended by the broker: Server shutting down"


def test_farewell_is_acknowledged_before_disconnect(make_link: LinkMaker, facts: Mailbox) -> None:
    def takes_leave(peer: Peer) -> None:
        peer.accept()
        arrival = peer.expect_publish()
        assert (arrival.payload, arrival.retain) == (b"offline", True)
        peer.puback(arrival.mid)
        peer.expect(DISCONNECT)
        peer.expect_end()

    with ScriptBroker(takes_leave) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.leave(WILL)
        link.close()

        assert facts.expect(LinkDown).reason == "left"
        assert facts.empty


def test_farewell_that_is_not_acknowledged_leaves_the_word_to_the_will(
    make_link: LinkMaker, facts: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "_FAREWELL_TIMEOUT_S", 0.2)

    def swallows(peer: Peer) -> None:
        peer.accept()
        peer.expect_publish()
        peer.expect_end()

    with ScriptBroker(swallows) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, WILL)
        facts.expect(LinkUp)
        link.leave(WILL)

        assert facts.expect(LinkDown).reason == "left; the broker did not take our farewell"


def test_dropped_connection_ends_without_a_word(make_link: LinkMaker, facts: Mailbox) -> None:
    def script(peer: Peer) -> None:
        peer.accept()
        peer.expect_end()

    with ScriptBroker(script) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.drop()

        assert facts.expect(LinkDown).reason == "dropped"
        link.drop()
        link.leave(None)
        link.close()
        assert facts.empty


def test_connecting_elsewhere_ends_the_connection_first(make_link: LinkMaker, facts: Mailbox) -> None:
    with ScriptBroker(accept_and_stay) as first, ScriptBroker(accept_and_stay) as second:
        link = make_link(first.port, second.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.connect(1, None)

        assert facts.expect(LinkDown).broker == 0
        assert facts.expect(LinkUp).broker == 1
        link.close()
