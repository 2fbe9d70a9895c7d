"""What goes up and comes down on a link, against brokers that follow a script."""

import contextlib
import queue
import random
import socket
import threading

import pytest

from drivers.mqtt.wire import Wire
from drivers.ports import LinkDown, LinkUp, Message, Published, Received
from tests.drivers.mailbox import Mailbox
from tests.drivers.mqtt.link_bench import ALARM, DOWN, MAX_PAYLOAD_BYTES, LinkMaker, accept_and_stay, old_broker_by_code
from tests.mqtt_script import DISCONNECT, Peer, ScriptBroker

# ---------------------------------------------------------------- messages up


def test_puback_answers_with_the_token(make_link: LinkMaker, facts: Mailbox) -> None:
    with ScriptBroker(accept_and_stay) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        for token in range(1000, 1100):
            link.publish(ALARM, token)

        answered = [facts.expect(Published) for _ in range(100)]
        link.close()

    assert [fact.token for fact in answered] == list(range(1000, 1100))
    assert {fact.refused for fact in answered} == {None}


def test_refused_message_is_not_called_published(make_link: LinkMaker, facts: Mailbox) -> None:
    def refuses(peer: Peer) -> None:
        peer.accept()
        peer.puback(peer.expect_publish().mid, 0x87)
        peer.stay()

    with ScriptBroker(refuses) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.publish(ALARM, 7)

        assert (answer := facts.expect(Published)).token == 7
        assert answer.refused == "Not authorized"
        link.close()


def test_no_more_in_flight_than_the_broker_takes(make_link: LinkMaker, facts: Mailbox) -> None:
    def takes_three(peer: Peer) -> None:
        peer.accept(properties=b"\x21\x00\x03")
        for _ in range(3):
            peer.expect_publish()
        # Leaving was asked for behind ten messages, and no fourth comes before it.
        peer.expect(DISCONNECT)

    def acknowledges_one(peer: Peer) -> None:
        peer.accept(properties=b"\x21\x00\x03")
        peer.puback(min(peer.expect_publish().mid for _ in range(3)))
        peer.expect_publish()
        broker.seen.put("fourth")
        peer.expect(DISCONNECT)

    with ScriptBroker(takes_three, acknowledges_one) as broker:
        link = make_link(broker.port, post=facts)
        for waits in (False, True):
            link.connect(0, None)
            assert facts.expect(LinkUp).receive_maximum == 3
            for token in range(10):
                link.publish(ALARM, token)
            if waits:
                assert broker.seen.get(timeout=5) == "fourth"
                facts.expect(Published)
            link.leave(None)
            facts.expect(LinkDown)


def test_nothing_of_an_earlier_connection_is_sent_again(make_link: LinkMaker, facts: Mailbox) -> None:
    def swallows(peer: Peer) -> None:
        peer.accept()
        for _ in range(20):
            peer.expect_publish()

    def takes(peer: Peer) -> None:
        peer.expect_connect()
        broker.seen.put("connecting")
        peer.wait()
        peer.connack()
        peer.answer_subscribe()
        broker.seen.put(peer.expect_publish())
        peer.expect_end()

    with ScriptBroker(swallows, takes) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        for token in range(50):
            link.publish(ALARM, token)
        assert facts.expect(LinkDown).reason in {"closed by the broker", "connection reset by peer"}
        link.publish(Message(ALARM.topic, b"while down"), 98)
        link.connect(0, None)
        broker.seen.get(timeout=5)
        link.publish(Message(ALARM.topic, b"while connecting"), 99)
        broker.release()
        facts.expect(LinkUp)
        link.publish(Message(ALARM.topic, b"new"), 100)

        arrival = broker.seen.get(timeout=5)
        link.drop()

    assert getattr(arrival, "payload", None) == b"new"
    assert getattr(arrival, "dup", None) is False


def test_message_over_the_brokers_limit_is_refused_and_the_connection_stays(
    make_link: LinkMaker, facts: Mailbox
) -> None:
    def small(peer: Peer) -> None:
        peer.accept(properties=b"\x27" + (100).to_bytes(4))
        peer.stay()

    with ScriptBroker(small) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.publish(Message(ALARM.topic, bytes(200)), 1)
        link.publish(ALARM, 2)

        assert facts.expect(Published).refused == "Packet too large"
        assert (answer := facts.expect(Published)).token == 2
        assert answer.refused is None
        link.close()


def test_lock_held_over_publish_and_taken_by_post_does_not_deadlock(make_link: LinkMaker) -> None:
    lock = threading.Lock()
    facts: queue.SimpleQueue[object] = queue.SimpleQueue()

    def post(fact: object) -> None:
        with lock:
            facts.put(fact)

    with ScriptBroker(accept_and_stay) as broker:
        link = make_link(broker.port, post=post)
        link.connect(0, None)
        assert isinstance(facts.get(timeout=5), LinkUp)
        for token in range(500):
            with lock:
                link.publish(ALARM, token)

        assert [getattr(facts.get(timeout=5), "token", None) for _ in range(500)] == list(range(500))
        link.close()


def test_only_the_mqtt_thread_touches_the_socket(
    make_link: LinkMaker, facts: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = set()
    send = Wire.send

    def watched(wire: Wire, buffer: bytes | bytearray) -> int:
        users.add(threading.current_thread().name)
        return send(wire, buffer)

    monkeypatch.setattr(Wire, "send", watched)
    with ScriptBroker(accept_and_stay) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.publish(ALARM, 1)
        facts.expect(Published)
        link.leave(ALARM)
        facts.expect(LinkDown)

    assert users == {"mqtt"}


# ---------------------------------------------------------------- messages down


@pytest.mark.parametrize("old", [False, True])
def test_longer_payload_than_allowed_comes_as_none(make_link: LinkMaker, facts: Mailbox, old: bool) -> None:
    def sends(peer: Peer) -> None:
        peer.accept()
        peer.publish(DOWN[0], b"x" * MAX_PAYLOAD_BYTES, mid=1)
        peer.publish(DOWN[0], b"x" * (MAX_PAYLOAD_BYTES + 1), mid=2)
        peer.publish(DOWN[1], b"", mid=3)
        assert [peer.expect(4).body[:2] for _ in range(3)] == [b"\0\1", b"\0\2", b"\0\3"]
        peer.stay()

    with ScriptBroker(*([old_broker_by_code] if old else []), sends) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)

        received = [facts.expect(Received) for _ in range(3)]
        link.close()

    assert [fact.payload for fact in received] == [b"x" * MAX_PAYLOAD_BYTES, None, b""]
    assert [fact.topic for fact in received] == [DOWN[0], DOWN[0], DOWN[1]]


def test_huge_message_under_3_1_1_is_acknowledged_and_thrown_away(make_link: LinkMaker, facts: Mailbox) -> None:
    def sends(peer: Peer) -> None:
        peer.accept()
        peer.publish(DOWN[0], bytes(5_000_000), mid=1)
        peer.publish(DOWN[0], b"small", mid=2)
        assert [peer.expect(4).body[:2] for _ in range(2)] == [b"\0\1", b"\0\2"]
        peer.stay()

    with ScriptBroker(old_broker_by_code, sends) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)

        assert facts.expect(Received).payload is None
        assert facts.expect(Received).payload == b"small"
        link.close()


def test_packet_beyond_what_we_announced_ends_the_connection(make_link: LinkMaker, facts: Mailbox) -> None:
    def sends(peer: Peer) -> None:
        peer.accept()
        peer.sock.sendall(b"\x32\xff\xff\xff\x7f\x00\x03")
        peer.expect_end()

    with ScriptBroker(sends) as broker:
        make_link(broker.port, post=facts).connect(0, None)
        facts.expect(LinkUp)

        assert facts.expect(LinkDown).reason == "the broker sent a packet of 268435455 bytes, at most 72704 fit"


def test_topic_that_is_not_utf_8_is_no_message_of_ours(make_link: LinkMaker, facts: Mailbox) -> None:
    def sends(peer: Peer) -> None:
        peer.accept()
        peer.send(3, 2, b"\x00\x02\xff\xfe\x00\x01\x00payload")
        peer.expect(4)
        peer.stay()

    with ScriptBroker(sends) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)

        assert facts.expect(Received).topic == ""
        link.close()


@pytest.mark.parametrize("seed", range(20))
def test_garbage_ends_the_connection_and_nothing_else(make_link: LinkMaker, facts: Mailbox, seed: int) -> None:
    chance = random.Random(seed)

    def sends_garbage(peer: Peer) -> None:
        peer.accept()
        with contextlib.suppress(OSError):  # cut off in the middle
            for _ in range(200):
                peer.send(chance.randrange(16), chance.randrange(16), chance.randbytes(chance.randrange(40)))
            peer.sock.shutdown(socket.SHUT_WR)
        while peer.read() is not None:
            pass

    with ScriptBroker(sends_garbage, accept_and_stay) as broker:
        link = make_link(broker.port, post=(mixed := _Endings()))
        link.connect(0, None)
        mixed.wait_for(LinkDown)
        link.connect(0, None)
        mixed.wait_for(LinkUp)

        assert link.alive
        link.close()


class _Endings:
    """Takes any facts; waits for one of a kind."""

    def __init__(self) -> None:
        self._facts: queue.SimpleQueue[object] = queue.SimpleQueue()

    def __call__(self, fact: object) -> None:
        self._facts.put(fact)

    def wait_for(self, kind: type) -> None:
        while not isinstance(self._facts.get(timeout=10), kind):
            pass
